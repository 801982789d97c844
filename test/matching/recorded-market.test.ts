import { expect, test } from 'vitest';
import type { ExchangeCore } from '../../src/matching/exchange-core.ts';
import type { RecordedLevel } from '../../src/matching/recorded-market.ts';
import { e8 } from '../../src/matching/scale.ts';
import { exchangeOf, expectSound, limit, params, place, START } from '../support/exchange-of.ts';

const symbol = 'AAAUSDT';

/** The recording's book: 2 at 99 and 5 at 98 bid, 2 at 101 and 5 at 102 offered, id 10. */
function recorded(): ExchangeCore {
  const exchange = exchangeOf({ market: { type: 'recorded' } });
  exchange.feedRecorded(
    {
      type: 'snapshot',
      symbol,
      lastUpdateId: 10,
      bids: [
        ['99.00', '2'],
        ['98.00', '5'],
      ],
      asks: [
        ['101.00', '2'],
        ['102.00', '5'],
      ],
    },
    START,
  );
  return exchange;
}

function depth(
  exchange: ExchangeCore,
  id: number,
  bids: readonly RecordedLevel[],
  asks: readonly RecordedLevel[] = [],
) {
  return exchange.feedRecorded(
    { type: 'depth', symbol, firstUpdateId: id, lastUpdateId: id, bids, asks },
    START,
  );
}

function trade(exchange: ExchangeCore, price: string, quantity: string, buyerIsMaker: boolean) {
  return exchange.feedRecorded(
    { type: 'trade', symbol, tradeId: 1, price, quantity, buyerIsMaker },
    START,
  );
}

const marketBuy = (quantity: string) => params({ side: 'BUY', quantity });

const executed = (exchange: ExchangeCore, orderId: number): number => {
  const order = exchange.order('ann', { symbol, orderId });
  return 'executedQty' in order ? order.executedQty : -1;
};

test("our fill takes recorded liquidity but the public book stays the recording's", () => {
  const exchange = recorded();
  const outcome = exchange.submit('ann', marketBuy('3'), START);
  expect(outcome.answer).toMatchObject({
    fills: [
      { price: e8('101'), quantity: e8('2') },
      { price: e8('102'), quantity: e8('1') },
    ],
  });
  expect(outcome.happenings.map((happening) => happening.type)).toEqual([
    'orderUpdated',
    'orderUpdated',
    'orderUpdated',
    'balancesChanged',
  ]);
  expect(exchange.depth(symbol, 10)).toEqual({
    lastUpdateId: 10,
    bids: [
      [e8('99'), e8('2')],
      [e8('98'), e8('5')],
    ],
    asks: [
      [e8('101'), e8('2')],
      [e8('102'), e8('5')],
    ],
  });
  expectSound(exchange);
});

test('what we took stays taken until the recording changes that level', () => {
  const exchange = recorded();
  place(exchange, 'ann', marketBuy('2'));
  expect(place(exchange, 'ann', marketBuy('1')).fills).toMatchObject([{ price: e8('102') }]);

  depth(exchange, 11, [['99.00', '1']]);
  expect(place(exchange, 'ann', marketBuy('1')).fills).toMatchObject([{ price: e8('102') }]);

  depth(exchange, 12, [], [['101.00', '3']]);
  expect(place(exchange, 'ann', marketBuy('1')).fills).toMatchObject([{ price: e8('101') }]);
});

test('a resting order is filled when a recorded trade goes through it, or reaches it in its turn', () => {
  const exchange = recorded();
  const through = place(exchange, 'ann', limit({ side: 'BUY', price: '99.50' })).order;
  const queued = place(exchange, 'ann', limit({ side: 'BUY', price: '99' })).order;

  trade(exchange, '99.40', '0.25', true);
  expect(executed(exchange, through.orderId)).toBe(e8('0.25'));
  trade(exchange, '99.00', '1.75', true);
  // 0.75 of it went to the order in front, one coin into the recorded queue, none to us yet.
  expect([executed(exchange, through.orderId), executed(exchange, queued.orderId)]).toEqual([
    e8('1'),
    0,
  ]);
  trade(exchange, '99.00', '1.50', true);
  expect(executed(exchange, queued.orderId)).toBe(e8('0.5'));

  trade(exchange, '101.00', '1', false);
  expect(executed(exchange, queued.orderId)).toBe(e8('0.5'));
  expectSound(exchange);
});

test("a recorded quote that crosses a resting order fills it at the order's price", () => {
  const exchange = recorded();
  const { order } = place(exchange, 'ann', limit({ side: 'BUY', price: '100', quantity: '3' }));
  depth(exchange, 11, [], [['99.50', '2']]);

  expect(exchange.myTrades('ann', { symbol })).toMatchObject([
    { price: e8('100'), quantity: e8('2'), isMaker: true },
  ]);
  expect(executed(exchange, order.orderId)).toBe(e8('2'));
  expectSound(exchange);
});

test('a ticker ahead of the book moves what we can trade with, the book follows', () => {
  const exchange = recorded();
  exchange.feedRecorded(
    { type: 'bookTicker', symbol, updateId: 15, bid: ['100.00', '1'], ask: ['102.00', '4'] },
    START,
  );
  expect(exchange.top(symbol)).toMatchObject({
    updateId: 15,
    bidPrice: e8('100'),
    askPrice: e8('102'),
  });
  expect(place(exchange, 'ann', marketBuy('1')).fills).toMatchObject([{ price: e8('102') }]);
  expect(exchange.depth(symbol, 1)).toMatchObject({
    lastUpdateId: 10,
    asks: [[e8('101'), e8('2')]],
  });
});

test('depth events before the snapshot wait for it, old ones are dropped', () => {
  const exchange = exchangeOf({ market: { type: 'recorded' } });
  depth(exchange, 9, [['97.00', '1']]);
  depth(exchange, 11, [['98.00', '1']]);
  expect(exchange.depth(symbol, 5)).toEqual({ lastUpdateId: 0, bids: [], asks: [] });

  exchange.feedRecorded(
    { type: 'snapshot', symbol, lastUpdateId: 10, bids: [['96.00', '1']], asks: [] },
    START,
  );
  expect(exchange.depth(symbol, 5)).toEqual({
    lastUpdateId: 11,
    bids: [
      [e8('98'), e8('1')],
      [e8('96'), e8('1')],
    ],
    asks: [],
  });
});

test('recorded trades set off stops and make the candles', () => {
  const exchange = recorded();
  trade(exchange, '100.00', '1', false);
  const { order } = place(
    exchange,
    'ann',
    params({ side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '99' }),
  );
  trade(exchange, '99.00', '1', true);

  expect(exchange.order('ann', { symbol, orderId: order.orderId })).toMatchObject({
    status: 'FILLED',
  });
  expect(exchange.candles({ symbol, interval: '1m' })).toMatchObject([
    { open: e8('100'), close: e8('99'), tradeCount: 2 },
  ]);
});
