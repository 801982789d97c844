import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baseAmountOf, notionalOf } from '../../src/domain/instrument.ts';
import type { TopOfBook } from '../../src/domain/market.ts';
import type { Side } from '../../src/domain/order.ts';
import { amount, lots, price } from '../../src/domain/units.ts';
import { assessRisk } from '../../src/risk/assess-risk.ts';
import { SAME_QUOTE } from '../../src/risk/facts.ts';
import { DEFAULT_RISK_LIMITS, DEFAULT_SIZING, type SizingSettings } from '../../src/risk/limits.ts';
import { type EntryToSize, sizeEntry, sizeExit } from '../../src/risk/sizing.ts';
import { inAccountQuote, limitAmount } from '../../src/risk/worth.ts';
import { BTC_USDT, makeExit, makeFacts, makeIntent, usdt } from '../support/trading.ts';

const USDT = { name: 'USDT', scale: 8 };
const LIMITS = DEFAULT_RISK_LIMITS;
const BY_RISK: SizingSettings = {
  ...DEFAULT_SIZING,
  method: 'riskPerTrade',
  takerFeeBps: 0,
  entryThroughTicks: 0,
  entryThroughBps: 0,
};
const topAt = (bid: number, ask: number): TopOfBook => ({
  type: 'top',
  instrument: 0,
  updateId: 1,
  bidPrice: price(bid),
  bidQuantity: lots(1),
  askPrice: price(ask),
  askQuantity: lots(1),
});
const entry = (change: Partial<EntryToSize> = {}): EntryToSize => ({
  instrument: BTC_USDT,
  side: 'BUY',
  top: topAt(5_999_900, 6_000_000),
  stopDistanceTicks: 60_000,
  accountQuote: USDT,
  equity: usdt(10_000),
  quoteRate: SAME_QUOTE,
  freeQuote: usdt(10_000),
  freeBase: amount(0n),
  ...change,
});

test('by risk: equity 10,000, 0.25 % of it at risk, stop 600 away: 25 / 600 of a coin, floored to the lot', () => {
  const limits = { ...LIMITS, orderNotionalMax: '5000' };
  expect(sizeEntry(entry(), BY_RISK, limits)).toMatchObject({
    type: 'sized',
    price: 6_000_000,
    quantity: 4_166,
    boundBy: 'method',
  });
});

test('by risk with fees: both fills are part of what the stop would lose', () => {
  const limits = { ...LIMITS, orderNotionalMax: '5000' };
  // 600 to the stop and 2 x 0.1 % of 60,000: 25 / 720.
  const settings = { ...BY_RISK, takerFeeBps: 10 };
  expect(sizeEntry(entry(), settings, limits)).toMatchObject({ quantity: 3_472 });
});

test('by fixed value: 200 USDT at the limit price, never above it', () => {
  const sized = sizeEntry(entry(), { ...DEFAULT_SIZING, entryThroughBps: 5 }, LIMITS);
  // 5 bps beyond 60,000.00 are 30.00.
  expect(sized).toMatchObject({ type: 'sized', price: 6_003_000, quantity: 333 });
});

test('the smallest bound decides and is named', () => {
  const boundBy = (change: Partial<EntryToSize>, limits = LIMITS) => {
    const sized = sizeEntry(entry(change), DEFAULT_SIZING, limits);
    return sized.type === 'sized' ? sized.boundBy : sized.reason.code;
  };
  expect(boundBy({})).toBe('method');
  expect(boundBy({}, { ...LIMITS, orderNotionalMax: '100' })).toBe('maxPerOrder');
  expect(boundBy({ freeQuote: usdt(50) })).toBe('freeBalance');
  expect(boundBy({ freeQuote: usdt(1) })).toBe('NOTIONAL_BELOW_MINIMUM');
  expect(boundBy({ freeQuote: amount(0n) })).toBe('QUANTITY_BELOW_MINIMUM');
  const small = { ...BTC_USDT, quantityMax: lots(10), notionalMin: amount(0n) };
  expect(boundBy({ instrument: small })).toBe('venueQuantityMax');
  const cheap = { ...BTC_USDT, notionalMax: usdt(20) };
  expect(boundBy({ instrument: cheap })).toBe('venueNotionalMax');
});

test('no verified equity, no stop, or no rate: no size by risk', () => {
  const reason = (change: Partial<EntryToSize>) => {
    const sized = sizeEntry(entry(change), BY_RISK, LIMITS);
    return sized.type === 'unsized' ? sized.reason.code : sized.type;
  };
  expect(reason({ equity: undefined })).toBe('EQUITY_UNVERIFIED');
  expect(reason({ stopDistanceTicks: 0 })).toBe('VALIDATION_FAILED');
  expect(reason({ stopDistanceTicks: Number.NaN })).toBe('VALIDATION_FAILED');
  expect(reason({ quoteRate: undefined })).toBe('NO_REFERENCE_PRICE');
  expect(reason({ equity: usdt(-5) })).toBe('QUANTITY_BELOW_MINIMUM');
});

test('an exit sells every whole lot, the rest is dust, at a price below the bid but inside its collar', () => {
  const top = topAt(6_000_000, 6_000_100);
  const exit = { instrument: BTC_USDT, side: 'SELL' as const, top, base: amount(99_900_999n) };
  // 0.99900999 BTC are 99,900 lots; 20 bps below 60,000.00 is 59,880.00.
  expect(sizeExit(exit, DEFAULT_SIZING, LIMITS)).toMatchObject({
    type: 'sized',
    price: 5_988_000,
    quantity: 99_900,
    boundBy: 'position',
  });
  const dust = { ...exit, base: amount(999n) };
  expect(sizeExit(dust, DEFAULT_SIZING, LIMITS)).toMatchObject({
    type: 'unsized',
    reason: { code: 'QUANTITY_BELOW_MINIMUM' },
  });
  const wild = { ...DEFAULT_SIZING, exitThroughBps: 9_000 };
  expect(sizeExit(exit, wild, LIMITS)).toMatchObject({ price: 5_820_049 });
});

/** Ticks fine enough that one lies inside the collar: on coarser grids the gate denies, which is right. */
const tops = fc
  .record({ bid: fc.integer({ min: 10_000, max: 90_000_000 }), spreadBps: fc.nat(49) })
  .map(({ bid, spreadBps }) => topAt(bid, bid + 1 + Math.floor((bid * spreadBps) / 10_100)));
const money = (max: bigint) => fc.bigInt({ min: 0n, max: max * 10n ** 8n }).map(amount);
const rates = fc.oneof(
  fc.constant(SAME_QUOTE),
  fc.record({
    accountUnits: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    quoteUnits: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  }),
);

test('whatever the market, the settings and the balances: no size passes any limit', () => {
  let sizedCount = 0;
  fc.assert(
    fc.property(
      fc.record({
        side: fc.constantFrom<Side>('BUY', 'SELL'),
        top: tops,
        stopDistanceTicks: fc.integer({ min: 1, max: 1_000_000 }),
        equity: money(1_000_000n),
        quoteRate: rates,
        freeQuote: money(1_000_000n),
        freeBase: money(10n),
      }),
      fc.record({
        method: fc.constantFrom('riskPerTrade' as const, 'fixedNotional' as const),
        riskPerTradeBps: fc.integer({ min: 1, max: 1_000 }),
        orderNotional: fc.nat(5_000).map(String),
        takerFeeBps: fc.double({ min: 0, max: 50, noNaN: true }),
        entryThroughTicks: fc.nat(1_000),
        entryThroughBps: fc.double({ min: 0, max: 200, noNaN: true }),
      }),
      fc.record({
        orderNotionalMax: fc.nat(3_000).map(String),
        priceCollarBps: fc.integer({ min: 30, max: 500 }),
      }),
      (change, method, bounds) => {
        const limits = { ...LIMITS, ...bounds };
        const wanted = entry(change);
        const sized = sizeEntry(wanted, { ...DEFAULT_SIZING, ...method }, limits);
        if (sized.type === 'unsized') return;
        sizedCount += 1;
        const { quantity, price: at } = sized;
        const notional = notionalOf(BTC_USDT, at, quantity);
        const cap = limitAmount(limits.orderNotionalMax, USDT);
        expect(inAccountQuote(notional, change.quoteRate)).toBeLessThanOrEqual(cap);
        if (change.side === 'BUY') expect(notional).toBeLessThanOrEqual(change.freeQuote);
        else expect(baseAmountOf(BTC_USDT, quantity)).toBeLessThanOrEqual(change.freeBase);
        expect(quantity).toBeLessThanOrEqual(BTC_USDT.quantityMax);
        expect(notional).toBeGreaterThanOrEqual(BTC_USDT.notionalMin);
        if (method.method === 'riskPerTrade') {
          const loss = notionalOf(BTC_USDT, price(change.stopDistanceTicks), quantity);
          const atRisk = (change.equity * BigInt(method.riskPerTradeBps)) / 10_000n;
          expect(inAccountQuote(loss, change.quoteRate)).toBeLessThanOrEqual(atRisk);
        }
        // And the gate agrees on what sizing is answerable for: price and size.
        const intent = makeIntent({ side: change.side, price: at, quantity });
        const mid = (change.top.bidPrice + change.top.askPrice) / 2;
        const facts = makeFacts({ ...change, reference: { ticks: mid, source: 'mid' } });
        const failed = assessRisk(intent, facts, limits).checks.filter((check) => !check.passed);
        expect(failed.map(({ code }) => code)).not.toContain('PRICE_COLLAR');
        expect(failed.map(({ code }) => code)).not.toContain('NOTIONAL_EXCEEDS_MAX_PER_ORDER');
        expect(failed.map(({ code }) => code)).not.toContain('NOTIONAL_EXCEEDS_FREE_BALANCE');
      },
    ),
    { numRuns: 1_000 },
  );
  expect(sizedCount).toBeGreaterThan(100);
});

test('an exit of any position at any price is one that the gate lets through', () => {
  fc.assert(
    fc.property(tops, fc.bigInt({ min: 0n, max: 10n ** 10n }), (top, coins) => {
      const base = amount(coins);
      const sized = sizeExit(
        { instrument: BTC_USDT, side: 'SELL', top, base },
        DEFAULT_SIZING,
        LIMITS,
      );
      if (sized.type === 'unsized') return;
      const held = { heldLots: sized.quantity, pendingBuyLots: lots(0), pendingSellLots: lots(0) };
      const facts = makeFacts({
        top,
        reference: { ticks: (top.bidPrice + top.askPrice) / 2, source: 'mid' },
        freeBase: base,
        position: held,
      });
      const intent = makeExit({ price: sized.price, quantity: sized.quantity });
      const verdict = assessRisk(intent, facts, LIMITS);
      expect(verdict.checks.filter((check) => !check.passed)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
