import { expect, test } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { DEFAULT_PORTFOLIO } from '../../src/portfolio/limits.ts';
import { Portfolio } from '../../src/portfolio/portfolio.ts';
import type { ExitWish } from '../../src/portfolio/views.ts';
import { BTC_USDT, makeFill, NOON_MS } from '../support/trading.ts';

const EMA = strategyId('ema-cross');
const HOUR_MS = 3_600_000;

class Held {
  readonly portfolio = new Portfolio(DEFAULT_PORTFOLIO, { name: 'USDT', scale: 8 }, () => 8);
  #instrument = BTC_USDT;

  constructor() {
    this.use(BTC_USDT);
  }
  use(instrument: Instrument): void {
    this.#instrument = instrument;
    this.portfolio.useInstrument(instrument);
  }
  fill(side: 'BUY' | 'SELL', quantity: number, ticks: number, afterMs = 0): void {
    const tradedAtMs = unixMs(NOON_MS + afterMs);
    const terms = { side, quantity: lots(quantity), price: price(ticks), tradedAtMs };
    this.portfolio.applyFill(makeFill(terms, this.#instrument), this.#instrument, EMA);
  }
  bid(ticks: number, afterMs = 0): readonly ExitWish[] {
    const sizes = { bidQuantity: lots(1), askQuantity: lots(1) };
    const prices = { bidPrice: price(ticks), askPrice: price(ticks + 1) };
    const top = { type: 'top', instrument: 0, updateId: 1, ...prices, ...sizes } as const;
    return this.portfolio.onTop('binance', top, unixMs(NOON_MS + afterMs));
  }
}

// What was left of the last position is worth 4.80, too little to be sold, and 5.60 when the next one is bought: it
// was taken for an open position, the next one for a part of it, and nothing was ever opened that has a stop.
test('what was left is worth more by now, and is bought upon: the position has its stop', () => {
  const held = new Held();
  held.fill('BUY', 500, 6_000_000);
  held.fill('SELL', 492, 6_000_000);
  held.fill('BUY', 500, 7_000_000, HOUR_MS);
  const view = held.portfolio.getPosition(EMA, BTC_USDT);
  expect(view.stopPrice).toBeGreaterThan(6_800_000);
  expect(view.openedAtMs).toBe(NOON_MS + HOUR_MS);
  expect(held.bid(6_500_000, HOUR_MS)).toMatchObject([{ reason: { code: 'STOP_EXIT' } }]);
});

// The venue takes lots a hundred times as large for some minutes: meanwhile nothing of the rest can be sold.
test('what could not be sold can be sold again, by other lots or by the price: a stop holds it', () => {
  const held = new Held();
  held.fill('BUY', 550, 6_000_000);
  held.use({ ...BTC_USDT, version: 2, lotUnits: 100 });
  held.fill('SELL', 5, 6_000_000); // 500 of the old lots; the rest is half a lot of the new ones
  expect(held.bid(5_000_000)).toEqual([]);

  held.use({ ...BTC_USDT, version: 3 });
  expect(held.bid(6_000_000)).toEqual([]);
  expect(held.bid(5_000_000)).toMatchObject([{ quantity: 50, reason: { code: 'STOP_EXIT' } }]);
});

test('what was left stays dust while it is worth too little, and ends with the position', () => {
  const held = new Held();
  held.fill('BUY', 500, 6_000_000);
  held.fill('SELL', 492, 6_000_000);
  expect(held.bid(5_900_000)).toEqual([]);
  expect(held.bid(5_000_000)).toEqual([]);
  expect(held.portfolio.getPosition(EMA, BTC_USDT)).toMatchObject({ isDust: true });
});

// The rest of the last position was worth 5.04 at noon, for a moment, and is worth 4.80 since. What is bought three hours
// later is a new position: it was sold at its first price, for the best price of noon and for its age.
test('what was left was worth enough for a moment: the position bought upon it later begins when it is bought', () => {
  const held = new Held();
  held.fill('BUY', 500, 6_000_000);
  held.fill('SELL', 492, 6_000_000);
  expect(held.bid(6_300_000)).toMatchObject([{ reason: { code: 'TARGET_EXIT' } }]); // not taken
  expect(held.bid(6_000_000)).toEqual([]);
  held.fill('BUY', 500, 6_000_000, 3 * HOUR_MS);
  expect(held.bid(6_000_000, 3 * HOUR_MS + 1)).toEqual([]);
  expect(held.portfolio.getPosition(EMA, BTC_USDT).openedAtMs).toBe(NOON_MS + 3 * HOUR_MS);
});
