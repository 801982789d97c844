import { expect, test } from 'vitest';
import { toWire } from '../../src/matching/scale.ts';
import {
  exchangeOf,
  expectSound,
  funds,
  limit,
  params,
  place,
  placed,
  refusal,
  reports,
  START,
} from '../support/exchange-of.ts';

test('two orders at one price: the older one trades first', () => {
  const exchange = exchangeOf();
  const first = place(exchange, 'ann', limit({ side: 'SELL' }));
  const second = place(exchange, 'ann', limit({ side: 'SELL' }));

  place(exchange, 'bob', limit({ side: 'BUY', quantity: '1.5' }));

  const of = (id: number) => exchange.order('ann', { symbol: 'AAAUSDT', orderId: id });
  expect(of(first.order.orderId)).toMatchObject({ status: 'FILLED' });
  expect(of(second.order.orderId)).toMatchObject({
    status: 'PARTIALLY_FILLED',
    executedQty: 50_000_000,
  });
});

test("a better price trades before an older one, and at its own price, not at the taker's", () => {
  const exchange = exchangeOf();
  place(exchange, 'ann', limit({ side: 'SELL', price: '101' }));
  place(exchange, 'ann', limit({ side: 'SELL', price: '100' }));

  const taker = place(exchange, 'bob', limit({ side: 'BUY', quantity: '2', price: '105' }));

  expect(taker.fills.map((fill) => toWire(fill.price))).toEqual(['100.00000000', '101.00000000']);
  // 210 were locked, 201 were paid, the surplus is free again; bought coins come less 0.1 %.
  expect(funds(exchange, 'bob', 'USDT')).toBe('99799.00000000/0.00000000');
  expect(funds(exchange, 'bob', 'AAA')).toBe('1001.99800000/0.00000000');
  expect(funds(exchange, 'ann', 'USDT')).toBe('100200.79900000/0.00000000');
  expectSound(exchange);
});

test('a resting order that is partly filled keeps its place, and its lock shrinks with it', () => {
  const exchange = exchangeOf();
  const early = place(exchange, 'ann', limit({ side: 'BUY', quantity: '2' }));
  place(exchange, 'bob', limit({ side: 'BUY' }));
  expect(funds(exchange, 'ann', 'USDT')).toBe('99800.00000000/200.00000000');

  place(
    exchange,
    'bob',
    limit({ side: 'SELL', quantity: '0.5', selfTradePreventionMode: 'EXPIRE_MAKER' }),
  );
  expect(funds(exchange, 'ann', 'USDT')).toBe('99800.00000000/150.00000000');
  expect(exchange.order('ann', { symbol: 'AAAUSDT', orderId: early.order.orderId })).toMatchObject({
    status: 'PARTIALLY_FILLED',
    executedQuote: 5_000_000_000n,
  });
  expectSound(exchange);
});

test('IOC takes what is there and the rest expires; FOK takes all or nothing', () => {
  const exchange = exchangeOf();
  place(exchange, 'ann', limit({ side: 'SELL' }));

  const fok = exchange.submit(
    'bob',
    limit({ side: 'BUY', quantity: '1.001', timeInForce: 'FOK' }),
    START,
  );
  expect(placed(fok)).toMatchObject({ order: { status: 'EXPIRED', executedQty: 0 }, fills: [] });
  expect(reports(fok.happenings, 'bob')).toEqual(['NEW NEW', 'EXPIRED EXPIRED']);

  const ioc = exchange.submit(
    'bob',
    limit({ side: 'BUY', quantity: '1.5', timeInForce: 'IOC' }),
    START,
  );
  expect(placed(ioc).order).toMatchObject({ status: 'EXPIRED', executedQty: 100_000_000 });
  expect(reports(ioc.happenings, 'bob')).toEqual([
    'NEW NEW',
    'TRADE PARTIALLY_FILLED',
    'EXPIRED EXPIRED',
  ]);

  place(exchange, 'ann', limit({ side: 'SELL' }));
  const whole = place(exchange, 'bob', limit({ side: 'BUY', timeInForce: 'FOK' }));
  expect(whole.order.status).toBe('FILLED');
  expect(funds(exchange, 'bob', 'USDT')).toBe('99800.00000000/0.00000000');
  expectSound(exchange);
});

test('LIMIT_MAKER that would take is refused, one tick away it rests', () => {
  const exchange = exchangeOf();
  place(exchange, 'ann', limit({ side: 'SELL' }));
  const maker = (price: string) =>
    exchange.submit(
      'bob',
      params({ side: 'BUY', type: 'LIMIT_MAKER', quantity: '1', price }),
      START,
    );

  expect(refusal(maker('100'))).toEqual({
    code: -2010,
    msg: 'Order would immediately match and take.',
  });
  expect(placed(maker('99.99')).order).toMatchObject({ status: 'NEW', isWorking: true });
});

test('MARKET by quantity walks the book, and what the book lacks expires', () => {
  const exchange = exchangeOf();
  place(exchange, 'ann', limit({ side: 'SELL', price: '100' }));
  place(exchange, 'ann', limit({ side: 'SELL', price: '102' }));

  const order = place(exchange, 'bob', params({ side: 'BUY', quantity: '3' })).order;
  expect(order).toMatchObject({
    status: 'EXPIRED',
    executedQty: 200_000_000,
    executedQuote: 20_200_000_000n,
    expiryReason: 'INSUFFICIENT_LIQUIDITY',
  });
  expect(funds(exchange, 'bob', 'USDT')).toBe('99798.00000000/0.00000000');

  const nothing = place(exchange, 'bob', params({ side: 'BUY', quantity: '1' })).order;
  expect(nothing).toMatchObject({
    status: 'EXPIRED',
    executedQty: 0,
    expiryReason: 'INSUFFICIENT_LIQUIDITY',
  });
  expectSound(exchange);
});

test('MARKET by quote buys the most whole lots the money pays for', () => {
  const exchange = exchangeOf();
  expect(
    refusal(exchange.submit('bob', params({ side: 'BUY', quoteOrderQty: '50' }), START)),
  ).toEqual({
    code: -2010,
    msg: 'Order book liquidity is less than symbol minimum quantity.',
  });
  place(exchange, 'ann', limit({ side: 'SELL', price: '100' }));
  place(exchange, 'ann', limit({ side: 'SELL', price: '103', quantity: '5' }));

  const buy = place(exchange, 'bob', params({ side: 'BUY', quoteOrderQty: '200' })).order;
  // 100 buy one coin, the other 100 buy 0.970 at 103, which is 99.91; 0.971 would be 100.013.
  expect(buy).toMatchObject({
    status: 'FILLED',
    executedQty: 197_000_000,
    executedQuote: 19_991_000_000n,
  });

  const starved = place(exchange, 'bob', params({ side: 'BUY', quoteOrderQty: '5000' })).order;
  expect(starved).toMatchObject({ status: 'EXPIRED', executedQty: 403_000_000 });
  expectSound(exchange);
});

test('an order nobody can pay is refused and changes nothing', () => {
  const exchange = exchangeOf();
  const refused = { code: -2010, msg: 'Account has insufficient balance for requested action.' };
  expect(
    refusal(exchange.submit('ann', limit({ side: 'BUY', quantity: '1000.001' }), START)),
  ).toEqual(refused);
  expect(
    refusal(exchange.submit('ann', limit({ side: 'SELL', quantity: '1000.001' }), START)),
  ).toEqual(refused);
  expect(funds(exchange, 'ann', 'USDT')).toBe('100000.00000000/0.00000000');

  place(exchange, 'ann', limit({ side: 'BUY', quantity: '1000' }));
  expect(funds(exchange, 'ann', 'USDT')).toBe('0.00000000/100000.00000000');
});

test('cancel frees the funds, a second cancel is told the order is unknown', () => {
  const exchange = exchangeOf();
  const { order } = place(exchange, 'ann', limit({ side: 'BUY', newClientOrderId: 'mine-1' }));
  const ref = { symbol: 'AAAUSDT', origClientOrderId: 'mine-1', newClientOrderId: 'cancel-1' };

  const outcome = exchange.cancel('ann', ref, START);
  expect(outcome.answer).toMatchObject({
    type: 'canceled',
    cancelClientOrderId: 'cancel-1',
    order: { status: 'CANCELED', clientOrderId: 'mine-1', orderId: order.orderId },
  });
  expect(outcome.happenings.map((happening) => happening.type)).toEqual([
    'levelChanged',
    'topChanged',
    'orderUpdated',
    'balancesChanged',
  ]);
  expect(funds(exchange, 'ann', 'USDT')).toBe('100000.00000000/0.00000000');
  expect(refusal(exchange.cancel('ann', ref, START))).toEqual({
    code: -2011,
    msg: 'Unknown order sent.',
  });
  expect(refusal(exchange.cancelAll('ann', 'AAAUSDT', START))).toEqual({
    code: -2011,
    msg: 'Unknown order sent.',
  });
});

test('a client order id: refused while open, free again once the order has ended', () => {
  const exchange = exchangeOf();
  const named = limit({ side: 'BUY', newClientOrderId: 'mine-1' });
  place(exchange, 'ann', named);
  expect(refusal(exchange.submit('ann', named, START))).toEqual({
    code: -2010,
    msg: 'Duplicate order sent.',
  });
  expect(refusal(exchange.submit('bob', named, START))).toBe('accepted');

  exchange.cancel('ann', { symbol: 'AAAUSDT', origClientOrderId: 'mine-1' }, START);
  const again = place(exchange, 'ann', named);
  expect(exchange.order('ann', { symbol: 'AAAUSDT', origClientOrderId: 'mine-1' })).toMatchObject({
    orderId: again.order.orderId,
    status: 'NEW',
  });
});

test('queries: unknown is -2013, two ids of different orders are -2039, lists are oldest first', () => {
  const exchange = exchangeOf();
  const one = place(exchange, 'ann', limit({ side: 'BUY', newClientOrderId: 'one' })).order;
  const two = place(exchange, 'ann', limit({ side: 'BUY', newClientOrderId: 'two' })).order;
  const query = (ref: { orderId?: number; origClientOrderId?: string }) =>
    exchange.order('ann', { symbol: 'AAAUSDT', ...ref });

  expect(query({ orderId: 999 })).toMatchObject({ code: -2013, msg: 'Order does not exist.' });
  expect(query({ orderId: one.orderId, origClientOrderId: 'two' })).toMatchObject({ code: -2039 });
  expect(query({ orderId: one.orderId, origClientOrderId: 'one' })).toMatchObject({
    orderId: one.orderId,
  });

  exchange.cancel('ann', { symbol: 'AAAUSDT', orderId: one.orderId }, START);
  const window = { symbol: 'AAAUSDT' };
  expect(exchange.allOrders('ann', window).map((order) => order.orderId)).toEqual([
    one.orderId,
    two.orderId,
  ]);
  expect(exchange.openOrders('ann', undefined).map((order) => order.orderId)).toEqual([
    two.orderId,
  ]);
  expect(exchange.allOrders('bob', window)).toEqual([]);
});

test('cancelReplace: both halves, neither (-2022), or one (-2021)', () => {
  const exchange = exchangeOf();
  const { order } = place(exchange, 'ann', limit({ side: 'BUY' }));
  const replace = (
    more: { cancelOrderId: number; quantity?: string },
    mode: 'STOP_ON_FAILURE' | 'ALLOW_FAILURE',
  ) =>
    exchange.cancelReplace(
      'ann',
      { ...limit({ side: 'BUY', ...more }), ...more, cancelReplaceMode: mode },
      START,
    ).answer;

  const both = replace({ cancelOrderId: order.orderId, quantity: '2' }, 'STOP_ON_FAILURE');
  expect(both).toMatchObject({ type: 'replaced', placed: { order: { quantity: 200_000_000 } } });

  expect(replace({ cancelOrderId: 999 }, 'STOP_ON_FAILURE')).toMatchObject({
    code: -2022,
    cancel: { code: -2011 },
    newOrder: undefined,
  });
  expect(replace({ cancelOrderId: 999 }, 'ALLOW_FAILURE')).toMatchObject({
    code: -2021,
    newOrder: { type: 'placed' },
  });

  const open = exchange.openOrders('ann', 'AAAUSDT')[0]?.orderId ?? 0;
  expect(replace({ cancelOrderId: open, quantity: '0.0001' }, 'STOP_ON_FAILURE')).toMatchObject({
    code: -2021,
    cancel: { type: 'canceled' },
    newOrder: { code: -1013 },
  });
});

test('amend to a smaller quantity keeps the place in the queue; to a larger one is refused', () => {
  const exchange = exchangeOf();
  const early = place(exchange, 'ann', limit({ side: 'SELL', quantity: '3' })).order;
  place(exchange, 'ann', limit({ side: 'SELL', quantity: '3' }));
  const amend = (newQty: string) =>
    exchange.amend('ann', { symbol: 'AAAUSDT', orderId: early.orderId, newQty }, START);

  expect(refusal(amend('4'))).toMatchObject({ code: -2038 });
  const outcome = amend('1');
  expect(outcome.answer).toMatchObject({ type: 'amended', order: { quantity: 100_000_000 } });
  expect(reports(outcome.happenings, 'ann')).toEqual(['REPLACED NEW']);
  expect(funds(exchange, 'ann', 'AAA')).toBe('996.00000000/4.00000000');

  place(exchange, 'bob', limit({ side: 'BUY' }));
  expect(exchange.order('ann', { symbol: 'AAAUSDT', orderId: early.orderId })).toMatchObject({
    status: 'FILLED',
  });
  expectSound(exchange);
});

test('an iceberg shows its tip, and each new tip queues behind the others', () => {
  const exchange = exchangeOf();
  const berg = place(
    exchange,
    'ann',
    limit({ side: 'SELL', quantity: '3', icebergQty: '1' }),
  ).order;
  const plain = place(exchange, 'ann', limit({ side: 'SELL' })).order;
  expect(exchange.depth('AAAUSDT', 5)?.asks).toEqual([[10_000_000_000, 200_000_000]]);

  place(exchange, 'bob', limit({ side: 'BUY', quantity: '2' }));
  const of = (orderId: number) => exchange.order('ann', { symbol: 'AAAUSDT', orderId });
  expect(of(berg.orderId)).toMatchObject({ executedQty: 100_000_000 });
  expect(of(plain.orderId)).toMatchObject({ status: 'FILLED' });
  expect(exchange.depth('AAAUSDT', 5)?.asks).toEqual([[10_000_000_000, 100_000_000]]);

  place(exchange, 'bob', limit({ side: 'BUY', quantity: '2' }));
  expect(of(berg.orderId)).toMatchObject({ status: 'FILLED' });
  expectSound(exchange);
});

test('a closed market takes nothing; CANCEL_ONLY still takes cancels', () => {
  const exchange = exchangeOf();
  const { order } = place(exchange, 'ann', limit({ side: 'BUY' }));
  const cancel = () => exchange.cancel('ann', { symbol: 'AAAUSDT', orderId: order.orderId }, START);
  const closed = { code: -1013, msg: 'Market is closed.' };

  exchange.setStatus('AAAUSDT', 'BREAK');
  expect(refusal(exchange.submit('ann', limit({ side: 'BUY' }), START))).toEqual(closed);
  expect(refusal(cancel())).toEqual(closed);

  exchange.setStatus('AAAUSDT', 'CANCEL_ONLY');
  expect(refusal(exchange.submit('ann', limit({ side: 'BUY' }), START))).toEqual(closed);
  expect(refusal(cancel())).toBe('accepted');
});
