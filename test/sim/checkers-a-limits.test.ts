import { afterAll, beforeAll, expect, test } from 'vitest';
import { amount } from '../../src/domain/units.ts';
import type { RiskLimits } from '../../src/risk/limits.ts';
import type { CheckerKind } from '../../src/sim/checker.ts';
import { limitsHold } from '../../src/sim/checkers/i06-limits-hold.ts';
import { judge, type RecordedNight, recordNight, retellRows } from './support/recorded-night.ts';

/** One quiet night; the stories below hold it against limits that it was not told of, or tell it wrong. */
let night: RecordedNight;
beforeAll(() => {
  night = recordNight({ seed: 'checkers of limits', minutes: 15 });
});
afterAll(() => night.close());

/** The checker as it would be made by a night of tighter limits than the daemon really had. */
function tightened(risk: Partial<RiskLimits>): CheckerKind {
  return {
    ...limitsHold,
    make: (of) => {
      const setup = { ...of.setup, risk: { ...of.setup.risk, ...risk } };
      return limitsHold.make(
        new Proxy(of, {
          get: (target, key) => (key === 'setup' ? setup : Reflect.get(target, key)),
        }),
      );
    },
  };
}

function found(kind: CheckerKind): string {
  const { violations } = judge(kind, night);
  return violations.map(({ text }) => text).join('\n');
}

test('a quiet night: I6 finds nothing, and there was something to find', () => {
  const tally = judge(limitsHold, night);
  expect(tally.violations).toEqual([]);
  expect(tally.checksCount).toBeGreaterThan(100);
});

test('an entry that is worth more than it may be is seen', () => {
  expect(found(tightened({ orderNotionalMax: '150' }))).toMatch(/: worth 1\d\d\.\d+, limit is 150/);
});

test('a market in which too much is held and under way is seen', () => {
  expect(found(tightened({ positionNotionalMax: '250' }))).toMatch(
    /worst case of the market [345]\d\d\.\d+, limit is 250/,
  );
});

test('too much in all markets together is seen', () => {
  expect(found(tightened({ grossExposureMax: '900' }))).toMatch(
    /worst case of everything \d{3,4}\.\d+, limit is 900/,
  );
});

test('an order far from the market is seen, whatever its class', () => {
  expect(found(tightened({ priceCollarBps: 1 }))).toMatch(
    /is \d+\.\d+ bps from the market, limit is 1/,
  );
  expect(found(tightened({ exitPriceCollarBps: 1 }))).toMatch(/bps from the market, limit is 1/);
});

test('too many orders within the window are seen; exits have their reserve', () => {
  const kind = tightened({ ordersPerWindowMax: 1, exitOrdersPerWindowReserve: 100 });
  const text = found(kind);
  expect(text).toMatch(/, entry: orders within 10000 ms \d+, limit is 1/);
  expect(text).not.toMatch(/, exit: orders within/);
});

test('one order too many of a day is seen', () => {
  expect(found(tightened({ ordersPerDayMax: 3 }))).toMatch(
    /, entry: orders of the day \d+, limit is 3/,
  );
});

test('an entry too soon after the last order of its strategy and market is seen', () => {
  expect(found(tightened({ cooldownMs: 3_600_000 }))).toMatch(/: ms too soon after the last \d+/);
});

test('one open order too many is seen', () => {
  expect(found(tightened({ openOrdersMax: 0 }))).toMatch(/is the \d+th open order, limit is 0/);
});

test('an entry on a day that has lost what it may is seen', () => {
  // A loss equal to the limit ends the day: any day that has paid fees has lost this.
  expect(found(tightened({ dailyLossMax: '0.00001' }))).toMatch(
    /: the day has lost \d+\.\d+, limit is 0/,
  );
});

test('a loss that the daemon does not book is seen', () => {
  const { violations } = judge(
    tightened({ dailyLossMax: '100' }),
    night,
    retellRows((row) => {
      if (row.type !== 'filled' || row.fill.side === 'BUY') return row;
      const { fill } = row;
      const fee = amount(fill.fee + 100_00000000n);
      return { ...row, fill: { ...fill, feeAsset: 'USDT', fee } };
    }),
  );
  expect(violations[0]?.text).toMatch(/the day has lost \d{3,}/);
});

test('orders of a strategy that the venue has refused three times are seen', () => {
  const proof = { httpStatus: 400, code: -2010, text: 'no' };
  const { violations } = judge(
    limitsHold,
    night,
    retellRows((row) =>
      row.type === 'reported'
        ? { type: 'rejected', atMs: row.atMs, clientOrderId: row.clientOrderId, proof }
        : row,
    ),
  );
  expect(violations.map(({ text }) => text).join()).toMatch(
    /refusals in a row [3-9]\d*, limit is 2/,
  );
});

test('a day that opens under another date is seen', () => {
  const { violations } = judge(
    limitsHold,
    night,
    retellRows((row) => (row.type === 'dayOpened' ? { ...row, day: '2026-11-19' } : row)),
  );
  expect(violations[0]?.text).toBe('the journal opens 2026-11-19 on 2026-11-20');
  expect(violations[1]?.text).toMatch(/is of 2026-11-20, counted for 2026-11-19/);
});
