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
    const { fastCandlesCount, slowCandlesCount } = parameters;
    const memory = { fastTicks: 0, slowTicks: 0, gapBps: 0, previousGapBps: 0 };
    return {
      memory,
      candleIntervalMs: parameters.candleIntervalMs,
      // One more than the slow average needs, so that a crossing has a real "before".
      warmUpCandlesCount: slowCandlesCount + 1,
      askedOn: 'candle',
      onCandle({ close }) {
        memory.fastTicks = average(memory.fastTicks, close, fastCandlesCount);
        memory.slowTicks = average(memory.slowTicks, close, slowCandlesCount);
        memory.previousGapBps = memory.gapBps;
        memory.gapBps = ((memory.fastTicks - memory.slowTicks) / memory.slowTicks) * 10_000;
      },
      onTop(view) {
        const { fastTicks, slowTicks, gapBps, previousGapBps } = memory;
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

/**
 * The exponential average after another close, which the first one starts. To the last bit what the EMA
 * of trading-signals says: that class does not let its average be put back, and a checkpoint has to.
 */
function average(before: number, close: number, candlesCount: number): number {
  const weight = 2 / (candlesCount + 1);
  return close * weight + (before === 0 ? close : before) * (1 - weight);
}
