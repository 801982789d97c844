import { EMA } from 'trading-signals';
import { defineStrategy } from './strategy.ts';

/**
 * Buys when the fast average of closes rises above the slow one by a margin, sells when it falls
 * below by another. The two margins keep a flat market from crossing to and fro.
 */
export const emaCross = defineStrategy({
  kind: 'ema-cross',
  inputs: ['fastTicks', 'slowTicks', 'gapBps', 'previousGapBps'],
  parameters: {
    candleIntervalMs: { min: 1_000, max: 3_600_000, whole: true, about: 'length of a candle' },
    fastCandlesCount: { min: 2, max: 200, whole: true, about: 'span of the fast average' },
    slowCandlesCount: { min: 3, max: 500, whole: true, about: 'span of the slow average' },
    entryGapBps: { min: 0, max: 500, about: 'buy when fast rises this far above slow' },
    exitGapBps: { min: 0, max: 500, about: 'sell when fast is this far below slow' },
  },
  findProblem: (parameters) =>
    parameters.fastCandlesCount < parameters.slowCandlesCount
      ? undefined
      : 'fastCandlesCount must be below slowCandlesCount',
  create(parameters, answer) {
    const { entryGapBps, exitGapBps } = parameters;
    const fast = new EMA(parameters.fastCandlesCount);
    const slow = new EMA(parameters.slowCandlesCount);
    let fastTicks = 0;
    let slowTicks = 0;
    let gapBps = 0;
    let previousGapBps = 0;
    return {
      candleIntervalMs: parameters.candleIntervalMs,
      // One more than the slow average needs, so that a crossing has a real "before".
      warmUpCandlesCount: parameters.slowCandlesCount + 1,
      askedOn: 'candle',
      onCandle(candle) {
        fastTicks = fast.update(candle.close, false);
        slowTicks = slow.update(candle.close, false);
        previousGapBps = gapBps;
        gapBps = ((fastTicks - slowTicks) / slowTicks) * 10_000;
      },
      onTop(view) {
        answer.see(fastTicks, slowTicks, gapBps, previousGapBps);
        if (view.position !== undefined) {
          if (gapBps <= -exitGapBps) return answer.exit();
          return answer.nothing('NO_SIGNAL', exitGapBps > 0 ? -gapBps / exitGapBps : 0);
        }
        // The edge, not the level: a trend that was there before us is not a crossing.
        if (previousGapBps < entryGapBps && gapBps >= entryGapBps) return answer.enter();
        const isBelow = gapBps < entryGapBps;
        return answer.nothing('NO_SIGNAL', isBelow && entryGapBps > 0 ? gapBps / entryGapBps : 0);
      },
    };
  },
});
