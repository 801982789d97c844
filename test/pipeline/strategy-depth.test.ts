import { expect, test } from 'vitest';
import type { Night } from '../support/night.ts';
import { startNight } from '../support/night.ts';

/** What strategies see of the best levels of BTC/USDT. */
function depthOf({ desk }: Night): readonly (number | undefined)[] {
  const [venue] = desk.venues;
  const instrument = venue?.instruments.find(({ symbol }) => symbol === 'BTC/USDT');
  const view = venue?.views[instrument?.index ?? -1];
  if (view === undefined) throw new Error('BTC/USDT was never looked at');
  return [view.bidDepthLots, view.askDepthLots];
}

test('a strategy sees who wants more: what is bid stands for the buyers, what is asked for the sellers', () => {
  const night = startNight();
  night.quote({ bidQuantity: '9', askQuantity: '5' });
  night.waitMs(500);
  expect(depthOf(night)).toEqual([900_000, 500_000]);

  night.quote({ bidQuantity: '5', askQuantity: '8' });
  night.waitMs(500);
  expect(depthOf(night)).toEqual([500_000, 800_000]);
});

// The best prices flow on while nobody knows the levels behind them: an old lean is no lean.
test('without a proven book a strategy sees no depth, however often the best prices change', () => {
  const night = startNight();
  night.waitMs(500);
  expect(depthOf(night)).toEqual([500_000, 500_000]);

  let holes = 1;
  night.faults.onFrame = (data, stream) => {
    if (!stream.startsWith('btcusdt@depth') || holes === 0) return [data];
    holes -= 1;
    return [];
  };
  night.faults.mute = ['depth'];
  night.waitMs(500);
  expect(night.faultIds()).toContain('book.gap');
  expect(depthOf(night)).toEqual([undefined, undefined]);

  night.faults.mute = [];
  night.waitMs(15_000);
  expect(depthOf(night)).toEqual([500_000, 500_000]);
});
