import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countDecimals } from '../../src/domain/decimal.ts';
import { finerFor, recount, withLotsOf } from '../../src/domain/finer-grid.ts';
import {
  baseAmountOf,
  formatQuantity,
  hasGridOf,
  type Instrument,
  notionalUnit,
  parsePrice,
  parseQuantity,
} from '../../src/domain/instrument.ts';
import { lots, price } from '../../src/domain/units.ts';
import { BTC_USDT, makeIntent } from '../support/trading.ts';

function withLot(lotUnits: number, lotDecimals: number): Instrument {
  return { ...BTC_USDT, lotUnits, lotDecimals };
}

test('numbers that stand on our steps leave the instrument as it is, and so does what is no number', () => {
  const told = { prices: ['0.00', '61837.63'], quantities: ['0', '0.00500000', '1e5', '-1', ''] };
  expect(finerFor(BTC_USDT, told)).toBe(BTC_USDT);
  // Finer than the asset itself: refused where it is read.
  expect(finerFor(BTC_USDT, { prices: [], quantities: ['0.000000001'] })).toBe(BTC_USDT);
});

test('steps of before are found again: every number stands, and means what was said', () => {
  const anyLot = fc.constantFrom([1, 0], [100, 0], [25, 2], [5, 1], [1, 3]);
  const anyText = fc
    .tuple(fc.nat(1e6), fc.integer({ min: 0, max: 8 }))
    .map(([digits, decimals]) => (digits / 10 ** decimals).toFixed(decimals));
  fc.assert(
    fc.property(anyLot, fc.array(anyText, { minLength: 1 }), ([units = 1, decimals = 0], texts) => {
      const told = finerFor(withLot(units, decimals), { prices: texts, quantities: texts });
      for (const text of texts) {
        const counted = parseQuantity(told, text);
        expect(counted).toBeDefined();
        expect(Number(formatQuantity(told, counted ?? lots(0)))).toBe(Number(text));
        expect(parsePrice(told, text) !== undefined).toBe(Number(text) > 0);
      }
      const finest = Math.max(decimals, ...texts.map((text) => countDecimals(text) ?? 0));
      expect(told.lotDecimals).toBeLessThanOrEqual(finest);
    }),
  );
});

test('an order in the lots of both grids is the same order: to the coin, at its price', () => {
  const quarter = withLot(25, 2);
  const tenth = withLot(1, 1);
  const both = withLotsOf(quarter, [tenth]);
  expect(both).toMatchObject({ lotUnits: 5, lotDecimals: 2 });
  if (both === undefined) return;
  const intent = makeIntent({ instrument: quarter, quantity: lots(7), price: price(6_000_000) });
  const counted = recount(intent, { ...both, index: 9 });
  expect(counted).toMatchObject({ quantity: 35, price: 6_000_000, instrument: { index: 0 } });
  expect(baseAmountOf(counted.instrument, counted.quantity)).toBe(baseAmountOf(quarter, lots(7)));
  expect(withLotsOf(quarter, [withLot(5, 1)])).toSatisfy((same: Instrument) =>
    hasGridOf(same, quarter),
  );
});

// A tick of 10^-8 with a lot of 10^-1 would be worth 10^-9: money that the quote asset does not have.
test('lots too fine for the tick take the finest tick that their money allows', () => {
  const cheap: Instrument = { ...withLot(1, 0), tickDecimals: 8, tickUnits: 1 };
  const finer = withLotsOf(cheap, [withLot(1, 1)]);
  expect(finer).toMatchObject({ tickDecimals: 7, tickUnits: 1, lotDecimals: 1, lotUnits: 1 });
  expect(finer && notionalUnit(finer)).toBe(1n);
  const intent = makeIntent({ instrument: cheap, quantity: lots(3), price: price(1_234_567) });
  expect(finer && recount(intent, finer)).toMatchObject({ quantity: 30, price: 123_457 });
});
