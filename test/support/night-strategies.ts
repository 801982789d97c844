import { defineStrategy, type StrategyKind } from '../../src/signal/strategy.ts';

/** A bid of exactly 13 BTC is more than `cue` can bear. */
const UNBEARABLE_LOTS = 1_300_000;
const TWICE = 2;

/** Does what the sizes of the best prices tell it to: twice as much to buy is a cue to enter, twice as much to sell to leave. */
const cue = defineStrategy({
  kind: 'cue',
  inputs: ['bidLots', 'askLots'],
  parameters: {},
  create: (_parameters, answer) => ({
    memory: {},
    onTop(view) {
      const { bidQuantity, askQuantity } = view;
      answer.see(bidQuantity, askQuantity);
      if (bidQuantity === UNBEARABLE_LOTS) throw new Error('thirteen coins');
      if (view.position !== undefined) {
        const leaves = askQuantity >= TWICE * bidQuantity;
        return leaves ? answer.exit() : answer.nothing('NO_SIGNAL', 0);
      }
      const enters = bidQuantity >= TWICE * askQuantity;
      return enters ? answer.enter() : answer.nothing('NO_SIGNAL', 0);
    },
  }),
});

/** Enters whenever it may and leaves a little later: a night full of orders in any market. */
const restless = defineStrategy({
  kind: 'restless',
  inputs: ['heldMs'],
  parameters: { holdingMs: { min: 0, max: 60_000, about: 'how long it holds' } },
  create: (parameters, answer) => ({
    memory: {},
    onTop(view) {
      const { position, nowMs } = view;
      const heldMs = position === undefined ? 0 : nowMs - position.openedAtMs;
      answer.see(heldMs);
      if (position === undefined) return answer.enter();
      return heldMs >= parameters.holdingMs ? answer.exit() : answer.nothing('NO_SIGNAL', 0);
    },
  }),
});

const KINDS: readonly StrategyKind[] = [cue, restless];

export function findNightStrategy(kind: string): StrategyKind | undefined {
  return KINDS.find((each) => each.kind === kind);
}
