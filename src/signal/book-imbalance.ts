import { defineStrategy } from './strategy.ts';

/**
 * Buys when the best levels of the book hold clearly more to buy than to sell, for a while: the
 * imbalance (-1 all asks, 1 all bids) is smoothed over time, so that one large order that comes and
 * goes does not count. Sells when the lean is gone, or after a while in any case: the book says
 * something about the next seconds, not about the next hour.
 */
export const bookImbalance = defineStrategy({
  kind: 'book-imbalance',
  inputs: ['imbalance', 'smoothedImbalance', 'bidDepthLots', 'askDepthLots', 'heldMs'],
  parameters: {
    halfLifeMs: { min: 1, max: 600_000, about: 'after so long half of a change has come through' },
    warmUpMs: { min: 0, max: 600_000, about: 'so long the book is watched before the first wish' },
    entryImbalance: { min: 0.01, max: 1, about: 'buy at or above' },
    exitImbalance: { min: -1, max: 0.99, about: 'sell at or below' },
    holdingMsMax: { min: 100, max: 86_400_000, about: 'sell after so long in any case' },
  },
  findProblem: (parameters) =>
    parameters.exitImbalance < parameters.entryImbalance
      ? undefined
      : 'exitImbalance must be below entryImbalance',
  create(parameters, answer) {
    const { halfLifeMs, warmUpMs, entryImbalance, exitImbalance, holdingMsMax } = parameters;
    const decayPerMs = Math.LN2 / halfLifeMs;
    const memory = {
      smoothed: 0,
      seenAtMs: 0,
      /** When the book that is now being watched was first seen; 0 while there is none. */
      sinceMs: 0,
    };
    return {
      memory,
      onTop(view) {
        const { nowMs, bidDepthLots, askDepthLots, position } = view;
        const heldMs = position === undefined ? 0 : nowMs - position.openedAtMs;
        const total = (bidDepthLots ?? 0) + (askDepthLots ?? 0);
        if (bidDepthLots === undefined || askDepthLots === undefined || total <= 0) {
          memory.sinceMs = 0;
          answer.see(0, 0, 0, 0, heldMs);
          if (heldMs >= holdingMsMax) return answer.exit();
          return answer.nothing('BOOK_NOT_SYNCED', 0);
        }
        const imbalance = (bidDepthLots - askDepthLots) / total;
        if (memory.sinceMs === 0) {
          memory.sinceMs = nowMs;
          memory.smoothed = imbalance;
        } else if (nowMs > memory.seenAtMs) {
          const share = 1 - Math.exp((memory.seenAtMs - nowMs) * decayPerMs);
          memory.smoothed += (imbalance - memory.smoothed) * share;
        }
        memory.seenAtMs = nowMs;
        const { smoothed } = memory;
        answer.see(imbalance, smoothed, bidDepthLots, askDepthLots, heldMs);
        if (position !== undefined) {
          if (smoothed <= exitImbalance || heldMs >= holdingMsMax) return answer.exit();
          return answer.nothing('NO_SIGNAL', heldMs / holdingMsMax);
        }
        const watchedMs = nowMs - memory.sinceMs;
        if (watchedMs < warmUpMs) return answer.nothing('WARMING_UP', watchedMs / warmUpMs);
        if (smoothed >= entryImbalance) return answer.enter();
        return answer.nothing('NO_SIGNAL', smoothed / entryImbalance);
      },
    };
  },
});
