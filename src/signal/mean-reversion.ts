import { BollingerBands } from 'trading-signals';
import { defineStrategy } from './strategy.ts';

/**
 * Buys when the mid price falls below the lower band of the last closes and sells when it is back at
 * their mean, or when it has fallen on by a multiple of the band: then it was no reversion.
 */
export const meanReversion = defineStrategy({
  kind: 'mean-reversion',
  inputs: ['midTicks', 'lowerTicks', 'middleTicks', 'bandBps'],
  parameters: {
    candleIntervalMs: { min: 1_000, max: 3_600_000, whole: true, about: 'length of a candle' },
    candlesCount: { min: 5, max: 500, whole: true, about: 'closes in the mean and the band' },
    deviations: { min: 0.5, max: 6, about: 'standard deviations from the mean to the band' },
    bandBpsMin: { min: 0, max: 1_000, about: 'a narrower band is noise: no entry' },
    stopBands: { min: 0.1, max: 20, about: 'fallen on by so many bands: give up' },
  },
  create(parameters, answer) {
    const { bandBpsMin, stopBands } = parameters;
    const bands = new BollingerBands(parameters.candlesCount, parameters.deviations);
    // All that the bands remember is the closes, and those are what is put back into them.
    const memory = { closes: bands.prices, lowerTicks: 0, middleTicks: 0 };
    return {
      memory,
      candleIntervalMs: parameters.candleIntervalMs,
      warmUpCandlesCount: parameters.candlesCount,
      askedOn: 'top',
      onCandle(candle) {
        const result = bands.update(candle.close, false);
        memory.lowerTicks = result?.lower ?? 0;
        memory.middleTicks = result?.middle ?? 0;
      },
      onTop(view) {
        const { midTicks } = view;
        const { lowerTicks, middleTicks } = memory;
        const bandTicks = middleTicks - lowerTicks;
        const bandBps = (bandTicks / middleTicks) * 10_000;
        answer.see(midTicks, lowerTicks, middleTicks, bandBps);
        const fallen = bandTicks > 0 ? (middleTicks - midTicks) / bandTicks : 0;
        if (view.position !== undefined) {
          const giveUpTicks = view.position.averagePriceTicks - bandTicks * stopBands;
          return midTicks >= middleTicks || (bandTicks > 0 && midTicks <= giveUpTicks)
            ? answer.exit()
            : answer.nothing('NO_SIGNAL', 1 - Math.min(fallen, 1));
        }
        if (fallen > 1 && bandBps >= bandBpsMin) return answer.enter();
        // Below a band too narrow to trade the price is there and the market is not: half way.
        return answer.nothing('NO_SIGNAL', bandBps >= bandBpsMin ? fallen : Math.min(fallen, 0.5));
      },
    };
  },
});
