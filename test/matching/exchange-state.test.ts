import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExchangeCore, ExchangeCoreSetup } from '../../src/matching/exchange-core.ts';
import type { ExchangeState, StateChange } from '../../src/matching/exchange-state.ts';
import { ONE } from '../../src/matching/scale.ts';
import { DEFAULT_SYMBOLS } from '../../src/matching/symbol-rules.ts';
import {
  exchangeOf,
  expectSound,
  funds,
  limit,
  params,
  place,
  placed,
  RULES,
  reports,
  START,
} from '../support/exchange-of.ts';
import { CUSTOMERS, step, take } from '../support/order-flow.ts';

/** Printed by fast-check when a run fails; set it to run that one again. */
const SEED = 20_261_121;

const CROWD: Partial<ExchangeCoreSetup> = {
  symbols: [{ ...RULES, algoOrdersMax: 50 }],
  accounts: CUSTOMERS.map((accountKey) => ({
    accountKey,
    balances: { USDT: '2000', AAA: '20' },
  })),
};

/** Everything but the counters that an opening itself moves on: how often, and the book ids of orders that came back. */
function truthOf(state: ExchangeState): unknown {
  const { openings: _, symbols, ...rest } = state;
  return { ...rest, symbols: symbols.map(({ updateId: __, ...symbol }) => symbol) };
}

/** The rows of a state, as a store keeps them: each change replaces those of its ids. */
class Kept {
  readonly orders = new Map<number, unknown>();
  readonly fills = new Map<string, unknown>();
  readonly lists = new Map<number, unknown>();
  readonly accounts = new Map<string, unknown>();
  last: StateChange | undefined;

  keep(change: Pick<StateChange, 'accounting'>): void {
    const { accounting } = change;
    for (const order of accounting?.orders ?? []) this.orders.set(order.view.orderId, order);
    for (const fill of accounting?.fills ?? []) {
      this.fills.set(`${fill.tradeId}/${fill.orderId}`, fill);
    }
    for (const list of accounting?.lists ?? []) this.lists.set(list.orderListId, list);
    for (const account of accounting?.accounts ?? []) {
      this.accounts.set(account.accountKey, account);
    }
  }
}

function sorted(rows: Iterable<unknown>): readonly string[] {
  const asText = (row: unknown): string =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  return [...rows].map(asText).sort();
}

test('any sequence of orders: an exchange opened on the state of another is that exchange', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 20 }), (a, b) => {
      const first = exchangeOf(CROWD);
      for (const one of a) take(first, one);
      const state = first.exportState();
      const second = exchangeOf({ ...CROWD, state });

      expect(truthOf(second.exportState())).toEqual(truthOf(state));
      expect(second.exportState().openings).toBe(state.openings + 1);
      expectSound(second);
      for (const one of b) {
        take(second, one);
        expectSound(second);
      }
      // Whatever still rests gives back all it had locked.
      for (const key of CUSTOMERS) {
        for (const open of second.openOrders(key, undefined)) {
          expect(second.cancel(key, open, START).answer).toBeDefined();
        }
      }
      for (const { balances } of second.ledger().accounts) {
        for (const { locked } of balances) expect(locked).toBe(0n);
      }
    }),
    { seed: SEED, numRuns: 150 },
  );
});

test('any sequence of orders: what each call is said to have changed adds up to the whole state', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const exchange = exchangeOf(CROWD);
      const kept = new Kept();
      kept.keep({ accounting: exchange.exportState() });
      for (const one of steps) {
        const happenings = take(exchange, one);
        const change = exchange.exportChange(happenings);
        kept.keep(change);
        if (change.accounting === undefined) {
          expect(happenings.some(({ type }) => type === 'orderUpdated')).toBe(false);
        }
      }
      const state = exchange.exportState();
      expect(sorted(kept.orders.values())).toEqual(sorted(state.orders));
      expect(sorted(kept.fills.values())).toEqual(sorted(state.fills));
      expect(sorted(kept.lists.values())).toEqual(sorted(state.lists));
      expect(sorted(kept.accounts.values())).toEqual(sorted(state.accounts));
    }),
    { seed: SEED, numRuns: 100 },
  );
});

function reopened(exchange: ExchangeCore, changes: Partial<ExchangeCoreSetup> = {}): ExchangeCore {
  return exchangeOf({ ...changes, state: exchange.exportState() });
}

test('opened again: order, trade and list ids go on, names it makes itself are new ones', () => {
  const first = exchangeOf();
  const { order: resting } = place(first, 'ann', limit({ side: 'SELL' }));
  const { order: taker } = place(first, 'bob', limit({ side: 'BUY', quantity: '0.5' }));
  const second = reopened(first);

  const { order: next, fills } = place(second, 'bob', limit({ side: 'BUY', quantity: '0.25' }));
  expect(next.orderId).toBe(taker.orderId + 1);
  expect(fills.map(({ tradeId }) => tradeId)).toEqual([2]);
  const names = [resting, taker, next].map(({ clientOrderId }) => clientOrderId);
  expect(new Set(names).size).toBe(3);
  expect(second.order('ann', { symbol: 'AAAUSDT', orderId: resting.orderId })).toMatchObject({
    status: 'PARTIALLY_FILLED',
    executedQty: 0.75 * ONE,
  });
  expect(second.myTrades('bob', { symbol: 'AAAUSDT' }).map(({ tradeId }) => tradeId)).toEqual([
    1, 2,
  ]);
});

test('opened again: orders of one price keep their turn', () => {
  const first = exchangeOf();
  const early = first.submit('ann', limit({ side: 'SELL' }), START);
  first.submit('bob', limit({ side: 'SELL' }), START + 5);
  const second = reopened(first);
  const { happenings } = second.submit('bob', params({ side: 'BUY', quantity: '1' }), START + 9);
  expect(reports(happenings, 'ann')).toEqual(['TRADE FILLED']);
  expect(placed(early).order.status).toBe('NEW');
});

test('opened again: a stop waits on, an OCO still ends its other leg, and funds come free', () => {
  const first = exchangeOf();
  place(first, 'bob', limit({ side: 'BUY', price: '100', quantity: '3' }));
  place(first, 'ann', limit({ side: 'SELL', price: '100' }));
  first.submitOco(
    'ann',
    {
      symbol: 'AAAUSDT',
      side: 'SELL',
      quantity: '1',
      above: { type: 'LIMIT_MAKER', price: '110' },
      below: { type: 'STOP_LOSS_LIMIT', price: '89', stopPrice: '90', timeInForce: 'GTC' },
    },
    START,
  );
  expect(funds(first, 'ann', 'AAA')).toBe('998.00000000/1.00000000');
  const second = reopened(first);
  expect(funds(second, 'ann', 'AAA')).toBe('998.00000000/1.00000000');

  const taken = second.submit('bob', limit({ side: 'BUY', price: '110' }), START);
  expect(reports(taken.happenings, 'ann')).toEqual(['EXPIRED EXPIRED', 'TRADE FILLED']);
  expect(funds(second, 'ann', 'AAA')).toBe('998.00000000/0.00000000');
  expect(second.orderLists('ann').map(({ listStatusType }) => listStatusType)).toEqual([
    'ALL_DONE',
  ]);
  expectSound(second);
});

test('a generated market opens again around its last price, with new quotes and another path', () => {
  const symbols = DEFAULT_SYMBOLS.filter(({ symbol }) => symbol === 'BTCUSDT');
  const accounts = [{ accountKey: 'ann', balances: { USDT: '100000' } }];
  const setup: Partial<ExchangeCoreSetup> = {
    symbols,
    accounts,
    market: { type: 'generated', seed: 'again' },
  };
  const first = exchangeOf(setup);
  first.advance(START + 600_000);
  const [last] = first.trades({ symbol: 'BTCUSDT', limit: 1 }) ?? [];
  const bought = first.submit(
    'ann',
    { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' },
    START + 600_000,
  );
  const state = first.exportState();
  const second = exchangeOf({ ...setup, startAtMs: START + 660_000, state });
  second.advance(START + 661_000);

  const [next] = second.trades({ symbol: 'BTCUSDT', limit: 1_000 }) ?? [];
  expect(Math.abs((next?.price ?? 0) / (last?.price ?? 0) - 1)).toBeLessThan(0.001);
  expect(next?.tradeId).toBe((placed(bought).fills.at(-1)?.tradeId ?? 0) + 1);
  const minutes = second.candles({ symbol: 'BTCUSDT', interval: '1m', limit: 1_000 }) ?? [];
  expect(minutes.length).toBeGreaterThan(499);
  for (const minute of minutes) expect(minute.high).toBeGreaterThanOrEqual(minute.low);
  const [before] = minutes.filter(({ tradeCount }) => tradeCount > 0).slice(-2);
  expect(Math.abs((before?.close ?? 0) / (last?.price ?? 0) - 1)).toBeLessThan(0.001);
  expect(second.depth('BTCUSDT', 1)?.lastUpdateId).toBeGreaterThan(state.symbols[0]?.updateId ?? 0);
  expectSound(second);

  const elsewhere = exchangeOf({ ...setup, startAtMs: START + 660_000 });
  elsewhere.advance(START + 661_000);
  expect(elsewhere.trades({ symbol: 'BTCUSDT' })?.[0]?.quantity).not.toBe(next?.quantity);
});

// Below the bid of a market that opens lower: the makers' side of a gap.
test('a market that moved through a resting order while closed: it is filled at its own price', () => {
  const symbols = DEFAULT_SYMBOLS.filter(({ symbol }) => symbol === 'BTCUSDT');
  const accounts = [{ accountKey: 'ann', balances: { USDT: '100000' } }];
  const first = exchangeOf({ symbols, accounts });
  place(first, 'ann', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.001',
    price: '70000',
  });
  const second = exchangeOf({
    symbols,
    accounts,
    market: { type: 'generated', seed: 'gap' },
    state: first.exportState(),
  });
  const happenings = second.advance(START + 60_000);
  expect(reports(happenings, 'ann')).toEqual(['TRADE FILLED']);
  expect(second.myTrades('ann', { symbol: 'BTCUSDT' })[0]).toMatchObject({
    isMaker: true,
    price: 70_000 * ONE,
  });
  expectSound(second);
});

test('an account the state does not know is opened as set up; one it knows keeps what it has', () => {
  const first = exchangeOf({ accounts: [{ accountKey: 'ann', balances: { USDT: '5' } }] });
  const second = reopened(first);
  expect(funds(second, 'ann', 'USDT')).toBe('5.00000000/0.00000000');
  expect(funds(second, 'bob', 'USDT')).toBe('100000.00000000/0.00000000');
  expectSound(second);
});

test('a symbol that is not traded this time: its ids are kept for when it comes back', () => {
  const other = { ...RULES, symbol: 'BBBUSDT', base: 'BBB' };
  const first = exchangeOf({ symbols: [RULES, other] });
  place(first, 'ann', limit({ side: 'SELL' }));
  place(first, 'bob', limit({ side: 'BUY' }));
  const without = reopened(first, { symbols: [other] });
  const again = reopened(without, { symbols: [RULES, other] });
  place(again, 'ann', limit({ side: 'SELL' }));
  expect(place(again, 'bob', limit({ side: 'BUY' })).fills[0]?.tradeId).toBe(2);
});

const broken: readonly (readonly [string, (state: ExchangeState) => ExchangeState, RegExp])[] = [
  [
    'money that came from nowhere',
    (state) => ({ ...state, fees: [{ asset: 'USDT', net: 1n }] }),
    /USDT does not add up: off by 1/,
  ],
  [
    'a lock without an order',
    (state) => ({ ...state, orders: [] }),
    /ann has 100000000 AAA locked, its open orders 0/,
  ],
  ['an id ahead of its counter', (state) => ({ ...state, orderId: 0 }), /order 1 comes after/],
  [
    'an order twice',
    (state) => ({ ...state, orders: [...state.orders, ...state.orders] }),
    /order 1 is there twice/,
  ],
  [
    'an order of nobody',
    (state) => ({ ...state, accounts: [], market: [], fees: [], deposited: [] }),
    /order 1 of ann, who is no customer/,
  ],
];

test.each(broken)('a state with %s: refused, and it says what is wrong', (_, spoil, words) => {
  const exchange = exchangeOf();
  place(exchange, 'ann', limit({ side: 'SELL' }));
  expect(() => exchangeOf({ state: spoil(exchange.exportState()) })).toThrow(words);
});

test('an open order of a symbol that is not traded: refused', () => {
  const exchange = exchangeOf();
  place(exchange, 'ann', limit({ side: 'SELL' }));
  const symbols = [{ ...RULES, symbol: 'BBBUSDT' }];
  expect(() => reopened(exchange, { symbols })).toThrow(/open on AAAUSDT, which is not traded/);
});
