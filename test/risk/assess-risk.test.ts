import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderClass } from '../../src/domain/order.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';
import { assessRisk } from '../../src/risk/assess-risk.ts';
import { staleData } from '../../src/risk/checks/stale-data.ts';
import { CHECKS } from '../../src/risk/checks.ts';
import type { RiskFacts } from '../../src/risk/facts.ts';
import { DEFAULT_RISK_LIMITS } from '../../src/risk/limits.ts';
import type { RiskCheck } from '../../src/risk/verdict.ts';
import { makeExit, makeFacts, makeIntent, NOON_MS } from '../support/trading.ts';

const LIMITS = DEFAULT_RISK_LIMITS;

test('a quiet moment: approved, and every check of an entry is on record with value and limit', () => {
  const verdict = assessRisk(makeIntent(), makeFacts(), LIMITS);
  expect(verdict.type).toBe('approved');
  const asked = CHECKS.filter((check) => check.applies('entry'));
  expect(verdict.checks.map(({ code }) => code)).toEqual(asked.map(({ code }) => code));
  expect(verdict.checks.find(({ code }) => code === 'NOTIONAL_EXCEEDS_MAX_PER_ORDER')).toEqual({
    code: 'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
    value: '120',
    limit: '1000',
    passed: true,
  });
});

test('two checks fail: the first in the list gives the reason, both are on record', () => {
  const facts = makeFacts({ freshness: { ageMs: 3_412, limitMs: 3_000 }, equityVerified: false });
  const verdict = assessRisk(makeIntent(), facts, LIMITS);
  expect(verdict).toMatchObject({
    type: 'denied',
    reason: { code: 'STALE_DATA', ageMs: 3_412, limitMs: 3_000 },
    brokenChecks: [],
  });
  expect(verdict.checks.filter(({ passed }) => !passed).map(({ code }) => code)).toEqual([
    'STALE_DATA',
    'EQUITY_UNVERIFIED',
  ]);
});

// A gate with a broken check must be a closed gate, and somebody must hear of it.
test('a check throws: denied by its name, the others are still asked, the cause is handed on', () => {
  const cause = new Error('no such field');
  const broken: RiskCheck = {
    ...staleData,
    assess: () => {
      throw cause;
    },
  };
  const asked = CHECKS.map((check) => (check === staleData ? broken : check));
  const verdict = assessRisk(makeIntent(), makeFacts(), LIMITS, asked);
  expect(verdict).toMatchObject({
    type: 'denied',
    reason: { code: 'VALIDATION_FAILED', check: 'STALE_DATA', text: 'no such field' },
    brokenChecks: [{ code: 'STALE_DATA', cause }],
  });
  expect(verdict.checks).toHaveLength(asked.filter((check) => check.applies('entry')).length);
});

test('a limit that is no number in the settings: denied, never without a limit', () => {
  const limits = { ...LIMITS, dailyLossMax: '5e2' };
  expect(assessRisk(makeIntent(), makeFacts(), limits)).toMatchObject({
    type: 'denied',
    reason: { code: 'VALIDATION_FAILED', check: 'DAILY_LOSS_LIMIT' },
  });
});

test('no check at all: denied, since nothing was proven', () => {
  expect(assessRisk(makeIntent(), makeFacts(), LIMITS, []).type).toBe('denied');
});

test('NaN in any number of the facts or the limits: denied', () => {
  const poisoned: Partial<RiskFacts>[] = [
    { freshness: { ageMs: Number.NaN, limitMs: 3_000 } },
    { freshness: { ageMs: 1, limitMs: Number.NaN } },
    { clock: { offsetMs: Number.NaN, jitterMs: 0 } },
    { clock: { offsetMs: 0, jitterMs: Number.NaN } },
    { loopDelayMs: Number.NaN },
    { reference: { ticks: Number.NaN, source: 'mid' } },
    { openOrdersCount: Number.NaN },
    { ordersTodayCount: Number.NaN },
    { recentOrdersAtMs: Array.from({ length: 10 }, () => Number.NaN) },
    { unknownOrdersCount: Number.NaN },
    { refusalsInRowCount: Number.NaN },
    { diskFreeBytes: Number.NaN },
    { freshness: { ageMs: 1, limitMs: Number.POSITIVE_INFINITY } },
  ];
  for (const facts of poisoned) {
    expect(assessRisk(makeIntent(), makeFacts(facts), LIMITS).type, JSON.stringify(facts)).toBe(
      'denied',
    );
  }
  const numbers = Object.entries(LIMITS).filter(([, value]) => typeof value === 'number');
  for (const [name] of numbers) {
    if (name === 'intentAgeMsMax' || name.startsWith('exit')) continue;
    const limits = { ...LIMITS, [name]: Number.NaN };
    const facts = makeFacts({ lastOrderAtMs: unixMs(0) });
    expect(assessRisk(makeIntent(), facts, limits).type, name).toBe('denied');
  }
});

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const positions = fc.record({
  heldLots: fc.nat(10_000).map(lots),
  pendingBuyLots: fc.nat(10_000).map(lots),
  pendingSellLots: fc.nat(300).map(lots),
});
const dollars = fc.bigInt({ min: -1_000n * 10n ** 8n, max: 30_000n * 10n ** 8n }).map(amount);
/** Each fact is quiet or random, so that both verdicts come up often. */
const anyFacts: fc.Arbitrary<RiskFacts> = fc
  .record(
    {
      mode: fc.constantFrom('RECOVERING', 'ACTIVE', 'REDUCING', 'OBSERVING', 'HALTED'),
      flattening: fc.boolean(),
      freshness: maybe(fc.record({ ageMs: fc.nat(6_000), limitMs: fc.constant(3_000) })),
      bookSynced: fc.boolean(),
      bookCrossed: fc.boolean(),
      clock: fc.record({
        offsetMs: maybe(fc.integer({ min: -900, max: 900 })),
        jitterMs: fc.nat(9),
      }),
      loopDelayMs: fc.nat(2_000),
      reference: maybe(
        fc.record({
          ticks: fc.integer({ min: 5_900_000, max: 6_100_000 }),
          source: fc.constant('mid' as const),
        }),
      ),
      freeQuote: maybe(dollars),
      position: positions,
      symbolPosition: positions,
      grossExposure: maybe(dollars),
      openOrdersCount: fc.nat(20),
      ordersTodayCount: fc.nat(3_000),
      lastOrderAtMs: maybe(fc.nat(10_000).map((ms) => unixMs(NOON_MS - ms))),
      unknownOrdersCount: fc.nat(1),
      dailyPnl: maybe(dollars),
      equityVerified: fc.boolean(),
      reconciled: fc.boolean(),
      privateStreamUp: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((change) => makeFacts(change));

test('random moments: approved if and only if every check passed, and the reason is the first that did not', () => {
  const seen = { approved: 0, denied: 0 };
  fc.assert(
    fc.property(
      anyFacts,
      fc.constantFrom<OrderClass>('entry', 'exit', 'protective'),
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 5_900_000, max: 6_100_000 }),
      (facts, orderClass, quantity, ticks) => {
        const change = { class: orderClass, quantity: lots(quantity), price: price(ticks) };
        const intent = orderClass === 'entry' ? makeIntent(change) : makeExit(change);
        const verdict = assessRisk(intent, facts, LIMITS);
        seen[verdict.type] += 1;
        const failed = verdict.checks.filter((check) => !check.passed);
        expect(verdict.type === 'approved').toBe(failed.length === 0);
        if (verdict.type === 'denied') expect(verdict.reason.code).toBe(failed[0]?.code);
        else expect(verdict.intent).toBe(intent);
        const asked = CHECKS.filter((check) => check.applies(orderClass));
        expect(verdict.checks).toHaveLength(asked.length);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(Math.min(seen.approved, seen.denied)).toBeGreaterThan(10);
});
