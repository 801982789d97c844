import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOrderId, strategyId, tradeId } from '../../src/domain/ids.ts';
import { baseAmountOf, type Instrument, notionalOf } from '../../src/domain/instrument.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import type { Fill } from '../../src/domain/order.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';
import { DEFAULT_PORTFOLIO } from '../../src/portfolio/limits.ts';
import { Portfolio } from '../../src/portfolio/portfolio.ts';
import { restorePortfolio } from '../../src/portfolio/restore.ts';
import { regriddedRows } from '../support/regridded-order.ts';
import { BNB_USDT, BTC_USDT, makeFill, makeIntent, NOON_MS, usdt } from '../support/trading.ts';

const USDT = { name: 'USDT', scale: 8 };
const scales = () => 8;
const OPENING = { USDT: '100000', BTC: '1.5', BNB: '10' };

const fills = fc.array(
  fc.record({
    instrument: fc.constantFrom<Instrument>(BTC_USDT, BNB_USDT),
    strategy: fc.constantFrom('ema-cross', 'mean-reversion').map(strategyId),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    price: fc.integer({ min: 1, max: 9_000_000 }).map(price),
    quantity: fc.integer({ min: 1, max: 100_000 }).map(lots),
    feeBps: fc.nat(30),
    feeIn: fc.constantFrom('base', 'quote', 'BNB'),
    gapMs: fc.nat(30_000_000),
  }),
  { maxLength: 30 },
);

/** Lives a random night and keeps the journal it would have written. */
function live(night: typeof fills extends fc.Arbitrary<infer T> ? T : never) {
  const portfolio = new Portfolio(DEFAULT_PORTFOLIO, USDT, scales);
  const rows: JournalRow[] = [
    { type: 'opening', atMs: NOON_MS, venue: 'binance', balances: OPENING },
  ];
  portfolio.open('binance', [
    { asset: 'USDT', free: usdt(100_000), locked: amount(0n) },
    { asset: 'BTC', free: amount(150_000_000n), locked: amount(0n) },
    { asset: 'BNB', free: amount(1_000_000_000n), locked: amount(0n) },
  ]);
  let nowMs = NOON_MS;
  const booked: Fill[] = [];
  for (const [place, one] of night.entries()) {
    const { instrument, strategy, side, quantity } = one;
    nowMs = unixMs(nowMs + one.gapMs);
    const day = portfolio.turnDay(nowMs);
    if (day !== undefined) rows.push(day);
    const id = clientOrderId(`ov${place}`);
    const quote = notionalOf(instrument, one.price, quantity);
    const feeAsset = { base: instrument.base.name, quote: 'USDT', BNB: 'BNB' }[one.feeIn] ?? 'BNB';
    const of = one.feeIn === 'quote' ? quote : baseAmountOf(instrument, quantity);
    const fee = amount((of * BigInt(one.feeBps)) / 10_000n);
    const fill = makeFill(
      { side, price: one.price, quantity, quote, fee, feeAsset, tradeId: tradeId(String(place)) },
      instrument,
    );
    const intent = makeIntent({ clientOrderId: id, strategy, instrument });
    rows.push({ type: 'intent', atMs: nowMs, intent, checks: [] });
    rows.push({
      type: 'submitted',
      atMs: nowMs,
      clientOrderId: id,
      sentAtMs: nowMs,
      leaseEndMs: nowMs,
      payloadHash: '',
      sendAttempts: 1,
    });
    rows.push({
      type: 'filled',
      atMs: nowMs,
      clientOrderId: id,
      fill,
      source: 'answer',
      late: false,
    });
    portfolio.countOrder();
    portfolio.applyFill(fill, instrument, strategy);
    booked.push(fill);
  }
  return { portfolio, rows, nowMs, booked };
}

/** All that a portfolio shows, with prices for everything. */
function look(portfolio: Portfolio, nowMs: ReturnType<typeof unixMs>) {
  for (const instrument of [BTC_USDT, BNB_USDT]) {
    portfolio.useInstrument(instrument);
    portfolio.onTop(
      'binance',
      {
        type: 'top',
        instrument: instrument.index,
        updateId: 1,
        bidPrice: price(1_234_567),
        bidQuantity: lots(1),
        askPrice: price(1_234_568),
        askQuantity: lots(1),
      },
      nowMs,
    );
  }
  return {
    positions: portfolio.listPositions(),
    pnl: portfolio.assessPnl(nowMs),
    equity: portfolio.assessEquity(nowMs),
    fees: portfolio.listFees(),
    balances: portfolio.listExpectedBalances('binance'),
    orders: portfolio.ordersTodayCount,
  };
}

test('after a restart the journal gives the same portfolio, to the last digit', () => {
  fc.assert(
    fc.property(fills, (night) => {
      const { portfolio, rows, nowMs } = live(night);
      const restored = restorePortfolio(rows, DEFAULT_PORTFOLIO, USDT, scales);
      expect(look(restored, nowMs)).toEqual(look(portfolio, nowMs));
    }),
    { numRuns: 200 },
  );
});

test('the journal read twice, or a fill in it twice: counted once', () => {
  fc.assert(
    fc.property(fills, (night) => {
      const { portfolio, rows, nowMs, booked } = live(night);
      const before = look(portfolio, nowMs);
      for (const fill of booked) {
        const instrument = fill.symbol === 'BTC/USDT' ? BTC_USDT : BNB_USDT;
        expect(portfolio.applyFill(fill, instrument, strategyId('any')).type).toBe('duplicate');
      }
      const twice = rows.flatMap<JournalRow>((row) => (row.type === 'filled' ? [row, row] : [row]));
      const restored = restorePortfolio(twice, DEFAULT_PORTFOLIO, USDT, scales);
      expect(look(restored, nowMs)).toEqual(before);
    }),
    { numRuns: 50 },
  );
});

// Positions are what fills say, whatever the order they arrive in.
test('fills in any order: the same coins, balances, fees and total of P&L', () => {
  fc.assert(
    fc.property(
      fills.chain((night) =>
        fc.tuple(
          fc.constant(live(night)),
          fc.shuffledSubarray(live(night).booked, {
            minLength: night.length,
            maxLength: night.length,
          }),
          fc.constant(night),
        ),
      ),
      ([{ portfolio, nowMs }, shuffled, night]) => {
        const other = new Portfolio(DEFAULT_PORTFOLIO, USDT, scales);
        other.open('binance', [
          { asset: 'USDT', free: usdt(100_000), locked: amount(0n) },
          { asset: 'BTC', free: amount(150_000_000n), locked: amount(0n) },
          { asset: 'BNB', free: amount(1_000_000_000n), locked: amount(0n) },
        ]);
        for (const fill of shuffled) {
          const told = night[Number(fill.tradeId)];
          if (told !== undefined) other.applyFill(fill, told.instrument, told.strategy);
        }
        const one = look(portfolio, nowMs);
        const two = look(other, nowMs);
        const sorted = <T extends { asset: string }>(list: readonly T[]) =>
          [...list].sort((a, b) => (a.asset < b.asset ? -1 : 1));
        expect(sorted(two.balances)).toEqual(sorted(one.balances));
        expect(sorted(two.fees)).toEqual(sorted(one.fees));
        expect(two.equity.amount).toBe(one.equity.amount);
        expect(two.pnl.realized + two.pnl.unrealized).toBe(one.pnl.realized + one.pnl.unrealized);
      },
    ),
    { numRuns: 200 },
  );
});

test('expected balances are the opening and the sum of all fills, asset by asset', () => {
  fc.assert(
    fc.property(fills, (night) => {
      const { portfolio, booked } = live(night);
      const sums = new Map<string, bigint>([
        ['USDT', usdt(100_000)],
        ['BTC', 150_000_000n],
        ['BNB', 1_000_000_000n],
      ]);
      const move = (asset: string, by: bigint) => sums.set(asset, (sums.get(asset) ?? 0n) + by);
      for (const fill of booked) {
        const instrument = fill.symbol === 'BTC/USDT' ? BTC_USDT : BNB_USDT;
        const sign = fill.side === 'BUY' ? 1n : -1n;
        move(instrument.base.name, sign * baseAmountOf(instrument, fill.quantity));
        move('USDT', -sign * fill.quote);
        move(fill.feeAsset, -fill.fee);
      }
      const expected = portfolio.listExpectedBalances('binance');
      const totals = new Map<string, bigint>(expected.map(({ asset, total }) => [asset, total]));
      expect(totals).toEqual(sums);
      // What is held and what was paid for it, strategy by strategy, is what the account moved.
      const btc = portfolio.listPositions().filter(({ instrument }) => instrument === BTC_USDT);
      const held = btc.reduce((sum, { base }) => sum + base, 150_000_000n);
      expect(held).toBe(sums.get('BTC'));
    }),
    { numRuns: 200 },
  );
});

test('a fill without its intent in the journal: a broken journal, said by name', () => {
  const rows: JournalRow[] = [
    {
      type: 'filled',
      atMs: NOON_MS,
      clientOrderId: clientOrderId('ov9'),
      fill: makeFill(),
      source: 'query',
      late: false,
    },
  ];
  expect(() => restorePortfolio(rows, DEFAULT_PORTFOLIO, USDT, scales)).toThrow(/ov9/);
});

test('an order that went on in finer lots is held in coins', () => {
  const restored = restorePortfolio(regriddedRows(), DEFAULT_PORTFOLIO, USDT, scales);
  expect(restored.listPositions()).toMatchObject([{ base: 175_000n, cost: 10_500_000_000n }]);
});
