import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDecimal } from '../../src/domain/decimal.ts';
import { executionAt } from '../../src/domain/execution-at.ts';
import { notionalOf } from '../../src/domain/instrument.ts';
import { lots, price } from '../../src/domain/units.ts';
import { BTC_USDT } from '../support/trading.ts';

test('on a tick: the price and its value, as ever', () => {
  const quantity = lots(7);
  const at = price(6_183_763);
  const quote = notionalOf(BTC_USDT, at, quantity);
  expect(executionAt(BTC_USDT, '61837.63', quantity)).toEqual({ price: at, quote });
});

test('anywhere: the nearest tick, and money within one of its smallest unit of price times quantity', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (millionths, count) => {
        const text = `${Math.floor(millionths / 1e6)}.${String(millionths % 1e6).padStart(6, '0')}`;
        const told = executionAt(BTC_USDT, text, lots(count));
        // Ticks of 10^-2, lots of 10^-5, amounts of 10^-8.
        const exact = parseDecimal(text, 6) ?? 0n;
        const ticks = (exact + 5_000n) / 10_000n;
        expect(told?.price).toBe(Math.max(1, Number(ticks)));
        expect(told?.quote).toBe((exact * BigInt(count)) / 1_000n);
      },
    ),
  );
});
