import { describe, expect, test } from 'vitest';
import type { Mode } from '../../src/domain/mode.ts';
import type { OrderIntent } from '../../src/domain/order.ts';
import type { ReasonCode } from '../../src/domain/reason.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';
import { assessAtSend, assessRisk } from '../../src/risk/assess-risk.ts';
import { CHECKS, SEND_CHECKS } from '../../src/risk/checks.ts';
import { type RiskFacts, SAME_QUOTE } from '../../src/risk/facts.ts';
import { DEFAULT_RISK_LIMITS, type RiskLimits } from '../../src/risk/limits.ts';
import { BTC_USDT, makeExit, makeFacts, makeIntent, NOON_MS, usdt } from '../support/trading.ts';

const LIMITS: RiskLimits = { ...DEFAULT_RISK_LIMITS, intentAgeMsMax: 1_000 };
const ago = (ms: number) => unixMs(NOON_MS - ms);
const position = (held: number, buying = 0, selling = 0) => ({
  heldLots: lots(held),
  pendingBuyLots: lots(buying),
  pendingSellLots: lots(selling),
});
const top = (bid: number, ask: number) => {
  const quiet = makeFacts().top;
  if (quiet === undefined) throw new Error('a quiet moment has prices');
  return { ...quiet, bidPrice: price(bid), askPrice: price(ask) };
};
const venue = (change: Partial<typeof BTC_USDT>) => ({ ...BTC_USDT, ...change });

interface Case {
  readonly code: ReasonCode;
  readonly passes: Partial<RiskFacts>;
  readonly denies: Partial<RiskFacts>;
  readonly intent?: OrderIntent;
  readonly limits?: Partial<RiskLimits>;
}

// Each check on both sides of its limit; everything else is a quiet moment. One intent: 0.002 BTC at 60,000 = 120 USDT.
const CASES: readonly Case[] = [
  { code: 'INSTRUMENT_CHANGED', passes: {}, denies: { instrument: venue({ version: 2 }) } },
  { code: 'INSTRUMENT_CHANGED', passes: {}, denies: { regrid: venue({ tickDecimals: 1 }) } },
  { code: 'TRADING_HALTED', passes: { mode: 'ACTIVE' }, denies: { mode: 'HALTED' } },
  { code: 'TRADING_HALTED', passes: {}, denies: { mode: 'OBSERVING' } },
  { code: 'TRADING_STATE_REDUCING', passes: {}, denies: { mode: 'REDUCING' } },
  { code: 'TRADING_STATE_REDUCING', passes: {}, denies: { flattening: true } },
  { code: 'RECONCILIATION_PENDING', passes: { reconciled: true }, denies: { reconciled: false } },
  { code: 'PRIVATE_STREAM_DOWN', passes: {}, denies: { privateStreamUp: false } },
  { code: 'VENUE_MAINTENANCE', passes: {}, denies: { instrument: venue({ status: 'BREAK' }) } },
  { code: 'VENUE_MAINTENANCE', passes: {}, denies: { listingDoubtful: true } },
  {
    code: 'STALE_DATA',
    passes: { freshness: { ageMs: 3_000, limitMs: 3_000 } },
    denies: { freshness: { ageMs: 3_001, limitMs: 3_000 } },
  },
  { code: 'STALE_DATA', passes: {}, denies: { freshness: undefined } },
  { code: 'BOOK_NOT_SYNCED', passes: {}, denies: { bookSynced: false } },
  {
    code: 'BOOK_CROSSED',
    passes: { top: top(5_999_999, 6_000_000) },
    denies: { top: top(6_000_000, 6_000_000) },
  },
  { code: 'BOOK_CROSSED', passes: {}, denies: { bookCrossed: true } },
  { code: 'BOOK_CROSSED', passes: {}, denies: { top: undefined } },
  {
    code: 'CLOCK_SKEW',
    passes: { clock: { offsetMs: -750, jitterMs: 50 } },
    denies: { clock: { offsetMs: -750, jitterMs: 51 } },
  },
  { code: 'CLOCK_SKEW', passes: {}, denies: { clock: { offsetMs: undefined, jitterMs: 0 } } },
  { code: 'LOOP_LAG', passes: { loopDelayMs: 1_000 }, denies: { loopDelayMs: 1_001 } },
  { code: 'DISK_LOW', passes: { diskFreeBytes: 2e8 }, denies: { diskFreeBytes: 2e8 - 1 } },
  { code: 'DISK_LOW', passes: {}, denies: { diskFreeBytes: undefined } },
  {
    code: 'SYMBOL_FROZEN_UNKNOWN_ORDER',
    passes: { unknownOrdersCount: 0 },
    denies: { unknownOrdersCount: 1 },
  },
  {
    code: 'REFUSAL_CIRCUIT_OPEN',
    passes: { refusalsInRowCount: 2 },
    denies: { refusalsInRowCount: 3 },
  },
  { code: 'NO_REFERENCE_PRICE', passes: {}, denies: { reference: undefined } },
  { code: 'NO_REFERENCE_PRICE', passes: {}, denies: { reference: { ticks: 0, source: 'last' } } },
  // 60,000 is 1 % above 59,405.940594...: one tick of the reference decides.
  {
    code: 'PRICE_COLLAR',
    passes: { reference: { ticks: 5_940_595, source: 'mid' } },
    denies: { reference: { ticks: 5_940_594, source: 'mid' } },
  },
  {
    code: 'PRICE_COLLAR',
    passes: { instrument: venue({ priceMax: price(6_000_000) }) },
    denies: { instrument: venue({ priceMax: price(5_999_999) }) },
  },
  // Half of one percent, seen from the mid.
  {
    code: 'SPREAD_TOO_WIDE',
    passes: { top: top(5_985_000, 6_015_000) },
    denies: { top: top(5_985_000, 6_015_001) },
  },
  {
    code: 'QUANTITY_BELOW_MINIMUM',
    passes: { instrument: venue({ quantityMin: lots(200) }) },
    denies: { instrument: venue({ quantityMin: lots(201) }) },
  },
  {
    code: 'QUANTITY_EXCEEDS_MAXIMUM',
    passes: { instrument: venue({ quantityMax: lots(200) }) },
    denies: { instrument: venue({ quantityMax: lots(199) }) },
  },
  {
    code: 'NOTIONAL_BELOW_MINIMUM',
    passes: { instrument: venue({ notionalMin: usdt(120) }) },
    denies: { instrument: venue({ notionalMin: amount(usdt(120) + 1n) }) },
  },
  {
    code: 'NOTIONAL_EXCEEDS_MAXIMUM',
    passes: { instrument: venue({ notionalMax: usdt(120) }) },
    denies: { instrument: venue({ notionalMax: amount(usdt(120) - 1n) }) },
  },
  {
    code: 'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
    limits: { orderNotionalMax: '120' },
    passes: {},
    denies: { quoteRate: { accountUnits: 1_000_001n, quoteUnits: 1_000_000n } },
  },
  {
    code: 'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
    passes: { quoteRate: SAME_QUOTE },
    denies: { quoteRate: undefined },
  },
  {
    code: 'NOTIONAL_EXCEEDS_FREE_BALANCE',
    passes: { freeQuote: usdt(120) },
    denies: { freeQuote: amount(usdt(120) - 1n) },
  },
  { code: 'NOTIONAL_EXCEEDS_FREE_BALANCE', passes: {}, denies: { freeQuote: undefined } },
  {
    code: 'NOTIONAL_EXCEEDS_FREE_BALANCE',
    intent: makeExit(),
    passes: { freeBase: amount(200_000n) },
    denies: { freeBase: amount(199_999n) },
  },
  {
    code: 'REDUCE_ONLY_WOULD_INCREASE_POSITION',
    intent: makeExit(),
    passes: { position: position(250, 0, 50) },
    denies: { position: position(250, 0, 51) },
  },
  // An unknown buy counts as filled: 5,000 USDT are 8,333.33 lots at 60,000.
  {
    code: 'MAX_POSITION',
    passes: { symbolPosition: position(8_000, 133) },
    denies: { symbolPosition: position(8_000, 134) },
  },
  // Selling what is not there is a short position, whose limit is nothing.
  {
    code: 'MAX_POSITION',
    intent: makeIntent({ side: 'SELL' }),
    passes: { symbolPosition: position(200) },
    denies: { symbolPosition: position(200, 0, 1) },
  },
  {
    code: 'MAX_GROSS_EXPOSURE',
    passes: { grossExposure: usdt(19_880) },
    denies: { grossExposure: amount(usdt(19_880) + 1n) },
  },
  { code: 'MAX_GROSS_EXPOSURE', passes: {}, denies: { grossExposure: undefined } },
  { code: 'MAX_OPEN_ORDERS', passes: { openOrdersCount: 9 }, denies: { openOrdersCount: 10 } },
  {
    code: 'MAX_ORDERS_PER_DAY',
    passes: { ordersTodayCount: 1_999 },
    denies: { ordersTodayCount: 2_000 },
  },
  {
    code: 'RATE_LIMIT_EXCEEDED',
    passes: { recentOrdersAtMs: [ago(10_500), ...Array.from({ length: 9 }, () => ago(1))] },
    denies: { recentOrdersAtMs: [ago(10_499), ...Array.from({ length: 9 }, () => ago(1))] },
  },
  { code: 'EQUITY_UNVERIFIED', passes: {}, denies: { equityVerified: false } },
  {
    code: 'DAILY_LOSS_LIMIT',
    passes: { dailyPnl: amount(-usdt(500) + 1n) },
    denies: { dailyPnl: amount(-usdt(500)) },
  },
  { code: 'DAILY_LOSS_LIMIT', passes: {}, denies: { dailyPnl: undefined } },
  {
    code: 'COOLDOWN',
    passes: { lastOrderAtMs: ago(5_000) },
    denies: { lastOrderAtMs: ago(4_999) },
  },
  {
    code: 'SELF_TRADE',
    passes: { restingOrders: [{ side: 'SELL', price: price(6_000_001) }] },
    denies: { restingOrders: [{ side: 'SELL', price: price(6_000_000) }] },
  },
];

describe('each check on both sides of its limit', () => {
  test.each(CASES.map((one, place) => ({ ...one, place })))(
    '$code (case $place)',
    ({ code, intent, passes, denies, limits }) => {
      const order = intent ?? makeIntent();
      const bounds = { ...LIMITS, ...limits };

      const inside = assessRisk(order, makeFacts(passes), bounds);
      expect(inside.checks.filter((check) => !check.passed)).toEqual([]);
      expect(inside.type).toBe('approved');

      const outside = assessRisk(order, makeFacts(denies), bounds);
      expect(outside.type).toBe('denied');
      const failed = outside.checks.filter((check) => !check.passed);
      expect(failed.map((check) => check.code)).toContain(code);
    },
  );

  test('every check in the list has such a case', () => {
    const tried = new Set(CASES.map(({ code }) => code));
    expect(CHECKS.filter(({ code }) => !tried.has(code))).toEqual([]);
  });
});

// What limits the taking of risk must never keep us from leaving it.
test('everything about entries is wrong at once: the exit still leaves', () => {
  const facts = makeFacts({
    mode: 'REDUCING',
    privateStreamUp: false,
    bookSynced: false,
    clock: { offsetMs: undefined, jitterMs: 0 },
    loopDelayMs: 60_000,
    diskFreeBytes: 0,
    unknownOrdersCount: 3,
    refusalsInRowCount: 9,
    top: top(5_800_000, 6_200_000),
    freeQuote: undefined,
    symbolPosition: position(900_000),
    grossExposure: undefined,
    openOrdersCount: 1_000,
    ordersTodayCount: 1_000_000,
    recentOrdersAtMs: Array.from({ length: 10 }, () => NOON_MS),
    equityVerified: false,
    dailyPnl: usdt(-1_000_000),
    lastOrderAtMs: NOON_MS,
    restingOrders: [{ side: 'BUY', price: price(6_000_000) }],
  });
  expect(assessRisk(makeExit(), facts, LIMITS).type).toBe('approved');

  const entry = assessRisk(makeIntent(), facts, LIMITS);
  expect(entry).toMatchObject({ type: 'denied', reason: { code: 'TRADING_STATE_REDUCING' } });
});

test('an exit uses the reserve of the rate limit, and even that has an end', () => {
  const sent = (count: number) =>
    makeFacts({ recentOrdersAtMs: Array.from({ length: count }, () => NOON_MS) });
  expect(assessRisk(makeIntent(), sent(10), LIMITS).type).toBe('denied');
  expect(assessRisk(makeExit(), sent(19), LIMITS).type).toBe('approved');
  expect(assessRisk(makeExit(), sent(20), LIMITS)).toMatchObject({
    reason: { code: 'RATE_LIMIT_EXCEEDED', ordersCount: 21, limitCount: 20 },
  });
});

test('modes by class: halted lets nothing pass, observing protective orders, flatten exits', () => {
  const classes = ['entry', 'exit', 'protective'] as const;
  const passing = (mode: Mode, flattening = false) =>
    classes.filter((orderClass) => {
      const intent = orderClass === 'entry' ? makeIntent() : makeExit({ class: orderClass });
      return assessRisk(intent, makeFacts({ mode, flattening }), LIMITS).type === 'approved';
    });
  expect(passing('ACTIVE')).toEqual(['entry', 'exit', 'protective']);
  expect(passing('REDUCING')).toEqual(['exit', 'protective']);
  expect(passing('OBSERVING')).toEqual(['protective']);
  expect(passing('RECOVERING')).toEqual(['protective']);
  expect(passing('HALTED')).toEqual([]);
  expect(passing('HALTED', true)).toEqual(['exit']);
});

test('an exit larger than what is held and not already leaving would open a new position', () => {
  const facts = makeFacts({ position: position(200, 0, 150) });
  expect(assessRisk(makeExit({ quantity: lots(51) }), facts, LIMITS)).toMatchObject({
    reason: { code: 'REDUCE_ONLY_WOULD_INCREASE_POSITION', quantityLots: 51, limitLots: 50 },
  });
  expect(assessRisk(makeExit({ side: 'BUY' }), facts, LIMITS).type).toBe('denied');
});

describe('right before the send', () => {
  test('an intent of one second leaves, an older one does not, nor one from the future', () => {
    const at = (ms: number) =>
      assessAtSend(makeIntent({ createdAtMs: unixMs(NOON_MS - ms) }), makeFacts(), LIMITS);
    expect(at(1_000).type).toBe('confirmed');
    expect(at(1_001)).toMatchObject({
      reason: { code: 'INTENT_TOO_OLD', ageMs: 1_001, limitMs: 1_000 },
    });
    expect(at(-1).type).toBe('denied');
  });

  test('a halt, a stall, or a price that ran away between approval and send stops the order', () => {
    const now = (facts: Partial<RiskFacts>) => assessAtSend(makeIntent(), makeFacts(facts), LIMITS);
    expect(now({ mode: 'HALTED' })).toMatchObject({ reason: { code: 'TRADING_HALTED' } });
    expect(now({ freshness: { ageMs: 3_412, limitMs: 3_000 } })).toMatchObject({
      reason: { code: 'STALE_DATA', ageMs: 3_412, limitMs: 3_000 },
    });
    expect(now({ reference: { ticks: 5_900_000, source: 'mid' } })).toMatchObject({
      reason: { code: 'PRICE_COLLAR' },
    });
    expect(now({ unknownOrdersCount: 1 })).toMatchObject({
      reason: { code: 'SYMBOL_FROZEN_UNKNOWN_ORDER' },
    });
    // Its own place under the open orders and in the rate is taken already: not asked twice.
    expect(now({ openOrdersCount: 10, lastOrderAtMs: NOON_MS }).type).toBe('confirmed');
  });

  test('asks nothing but the age that the gate did not ask before', () => {
    const news = SEND_CHECKS.filter((check) => !CHECKS.includes(check));
    expect(news.map(({ code }) => code)).toEqual(['INTENT_TOO_OLD']);
  });
});

// Until a restart takes the new steps, a price of ours that is none of the venue's would only be refused;
// and on finer steps a fill could come back that our own cannot tell.
test('the venue has other steps: no entry; an exit only with numbers that stand on both grids', () => {
  const exit = makeExit({ price: price(5_999_900), quantity: lots(200) });
  const judge = (intent: OrderIntent, change: Partial<typeof BTC_USDT>) => {
    const verdict = assessRisk(intent, makeFacts({ regrid: venue(change) }), LIMITS);
    return verdict.type === 'approved' ? 'approved' : verdict.reason.code;
  };
  const tenfoldTick = { tickDecimals: BTC_USDT.tickDecimals - 1 };
  expect(judge(makeIntent(), tenfoldTick)).toBe('INSTRUMENT_CHANGED');
  expect(judge(exit, tenfoldTick)).toBe('approved');
  expect(judge({ ...exit, price: price(5_999_901) }, tenfoldTick)).toBe('INSTRUMENT_CHANGED');
  expect(judge(exit, { tickDecimals: BTC_USDT.tickDecimals + 1 })).toBe('INSTRUMENT_CHANGED');

  expect(judge(exit, { lotUnits: BTC_USDT.lotUnits * 200 })).toBe('approved');
  expect(judge(exit, { lotUnits: BTC_USDT.lotUnits * 201 })).toBe('INSTRUMENT_CHANGED');
  expect(judge(exit, { lotDecimals: BTC_USDT.lotDecimals + 1 })).toBe('INSTRUMENT_CHANGED');
});
