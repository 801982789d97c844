import { describe, expect, test } from 'vitest';
import type { OrderParams } from '../../src/matching/exchange-core.ts';
import { e8 } from '../../src/matching/scale.ts';
import {
  exchangeOf,
  limit,
  type Order,
  params,
  place,
  RULES,
  refusal,
  START,
} from '../support/exchange-of.ts';

const filter = (name: string) => ({ code: -1013, msg: `Filter failure: ${name}` });

/** What the venue says to one order; with `last` there has been a trade at that price. */
function ask(order: OrderParams, last?: string) {
  const exchange = exchangeOf({
    accounts: [
      { accountKey: 'ann', balances: { USDT: '90000000', AAA: '900000' } },
      { accountKey: 'bob', balances: { USDT: '90000000', AAA: '900000' } },
    ],
  });
  if (last !== undefined) {
    place(exchange, 'bob', limit({ side: 'SELL', price: last, quantity: '1' }));
    place(exchange, 'ann', limit({ side: 'BUY', price: last, quantity: '1' }));
  }
  return refusal(exchange.submit('ann', order, START));
}

const buy = (order: Omit<Order, 'side'>) => limit({ side: 'BUY', ...order });
const stop = (order: Omit<Order, 'side'>) =>
  limit({ side: 'BUY', type: 'STOP_LOSS_LIMIT', stopPrice: '100', ...order });

describe('each filter, on both sides of its limit', () => {
  // biome-ignore format: a table
  const cases: readonly [name: string, inside: OrderParams, outside: OrderParams, filter: string, last?: string][] = [
    ['tick', buy({ price: '100.01' }), buy({ price: '100.011' }), 'PRICE_FILTER'],
    ['lowest price', buy({ price: '0.01', quantity: '500' }), buy({ price: '0.005', quantity: '1000' }), 'PRICE_FILTER'],
    ['highest price', buy({ price: '100000' }), buy({ price: '100000.01' }), 'PRICE_FILTER'],
    ['stop price grid', stop({ stopPrice: '100.01' }), stop({ stopPrice: '100.001' }), 'PRICE_FILTER'],
    ['lot', buy({ quantity: '1.001' }), buy({ quantity: '1.0011' }), 'LOT_SIZE'],
    ['smallest lot', buy({ price: '5000', quantity: '0.001' }), buy({ price: '50000', quantity: '0.0005' }), 'LOT_SIZE'],
    ['largest quantity', buy({ quantity: '9000' }), buy({ quantity: '9000.001' }), 'LOT_SIZE'],
    ['largest market quantity', params({ side: 'BUY', quantity: '100' }), params({ side: 'BUY', quantity: '100.001' }), 'MARKET_LOT_SIZE'],
    ['smallest notional', buy({ price: '5', quantity: '1' }), buy({ price: '4.99', quantity: '1' }), 'NOTIONAL'],
    ['largest notional', buy({ price: '1000', quantity: '9000' }), buy({ price: '1000.01', quantity: '9000' }), 'NOTIONAL'],
    ['notional of a market order at the average price', params({ side: 'BUY', quantity: '0.05' }), params({ side: 'BUY', quantity: '0.049' }), 'NOTIONAL', '100'],
    ['notional of a market order by quote', params({ side: 'SELL', quoteOrderQty: '5' }), params({ side: 'SELL', quoteOrderQty: '4.99' }), 'NOTIONAL'],
    ['bid far above the average', buy({ price: '500' }), buy({ price: '500.01' }), 'PERCENT_PRICE_BY_SIDE', '100'],
    ['bid far below the average', buy({ price: '20' }), buy({ price: '19.99' }), 'PERCENT_PRICE_BY_SIDE', '100'],
    ['ask far above the average', limit({ side: 'SELL', price: '500' }), limit({ side: 'SELL', price: '500.01' }), 'PERCENT_PRICE_BY_SIDE', '100'],
    ['ask far below the average', limit({ side: 'SELL', price: '20' }), limit({ side: 'SELL', price: '19.99' }), 'PERCENT_PRICE_BY_SIDE', '100'],
    ['iceberg parts', buy({ quantity: '10', icebergQty: '0.1' }), buy({ quantity: '10.001', icebergQty: '0.1' }), 'ICEBERG_PARTS'],
  ];

  test.each(cases)('%s', (_, inside, outside, name, last) => {
    const answer = ask(inside, last);
    // A market order by quote on an empty book passes the filters and then finds nothing.
    if (answer !== 'accepted') expect(answer.code).toBe(-2010);
    expect(ask(outside, last)).toEqual(filter(name));
  });
});

test('counts of open orders: the limit fits, one more does not', () => {
  const exchange = exchangeOf({ symbols: [{ ...RULES, openOrdersMax: 3, algoOrdersMax: 2 }] });
  const send = (order: OrderParams) => refusal(exchange.submit('ann', order, START));

  expect([send(stop({})), send(stop({})), send(stop({}))]).toEqual([
    'accepted',
    'accepted',
    filter('MAX_NUM_ALGO_ORDERS'),
  ]);
  expect([send(buy({})), send(buy({}))]).toEqual(['accepted', filter('MAX_NUM_ORDERS')]);
  expect(refusal(exchange.submit('bob', buy({}), START))).toBe('accepted');
});

test('amends are counted', () => {
  const exchange = exchangeOf({ symbols: [{ ...RULES, amendsMax: 1 }] });
  const { order } = place(exchange, 'ann', buy({ quantity: '9' }));
  const amend = (newQty: string) =>
    refusal(exchange.amend('ann', { symbol: 'AAAUSDT', orderId: order.orderId, newQty }, START));
  expect([amend('8'), amend('7')]).toEqual(['accepted', filter('MAX_NUM_ORDER_AMENDS')]);
});

describe('what is no order at all', () => {
  const missing = (name: string) => ({
    code: -1102,
    msg: `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  });
  const unneeded = (name: string) => ({
    code: -1106,
    msg: `Parameter '${name}' sent when not required.`,
  });
  const illegal = (name: string) => ({
    code: -1100,
    msg: `Illegal characters found in parameter '${name}'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.`,
  });

  // biome-ignore format: a table
  const cases: readonly [name: string, order: OrderParams, answer: { code: number; msg: string }][] = [
    ['LIMIT without price', buy({ price: undefined }), missing('price')],
    ['LIMIT without quantity', buy({ quantity: undefined }), missing('quantity')],
    ['LIMIT without time in force', buy({ timeInForce: undefined }), missing('timeInForce')],
    ['a stop without its price', stop({ stopPrice: undefined }), missing('stopPrice')],
    ['LIMIT_MAKER with time in force', buy({ type: 'LIMIT_MAKER' }), unneeded('timeInForce')],
    ['MARKET with a price', params({ side: 'BUY', quantity: '1', price: '1' }), unneeded('price')],
    ['LIMIT with a stop', buy({ stopPrice: '1' }), unneeded('stopPrice')],
    ['MARKET with neither size', params({ side: 'BUY' }), { code: -1102, msg: "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!" }],
    ['MARKET with both sizes', params({ side: 'BUY', quantity: '1', quoteOrderQty: '10' }), { code: -1128, msg: 'Combination of optional parameters invalid.' }],
    ['nine decimals', buy({ quantity: '1.000000001' }), { code: -1111, msg: "Parameter 'quantity' has too much precision." }],
    ['an exponent', buy({ quantity: '1e3' }), illegal('quantity')],
    ['a minus', buy({ price: '-1' }), illegal('price')],
    ['nothing of it', buy({ quantity: '0' }), { code: -1013, msg: 'Invalid quantity.' }],
    ['for nothing', buy({ price: '0' }), { code: -1013, msg: 'Invalid price.' }],
    ['a tip larger than the iceberg', buy({ icebergQty: '2' }), { code: -2010, msg: 'IcebergQty exceeds QTY.' }],
    ['an unknown symbol', buy({ symbol: 'NONE' }), { code: -1121, msg: 'Invalid symbol.' }],
    ['a self-trade mode the symbol has not', buy({ selfTradePreventionMode: 'NONE' }), { code: -1013, msg: 'This symbol does not allow the specified self-trade prevention mode.' }],
    ['a blank in the client id', buy({ newClientOrderId: 'a b' }), { code: -1100, msg: "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'." }],
  ];
  test.each(cases)('%s', (_, order, answer) => {
    expect(ask(order)).toEqual(answer);
  });
});

test('test() says what submit() would say and leaves everything as it was', () => {
  const exchange = exchangeOf();
  expect(exchange.test('ann', buy({}), START)).toBeUndefined();
  expect(exchange.test('ann', buy({ quantity: '0.0001' }), START)).toMatchObject(
    filter('LOT_SIZE'),
  );
  expect(exchange.test('ann', buy({ quantity: '1000.001' }), START)).toMatchObject({ code: -2010 });
  expect(exchange.openOrders('ann', undefined)).toEqual([]);
});

test('new rules in mid-run hold for new orders and leave resting ones alone', () => {
  const exchange = exchangeOf();
  const { order } = place(exchange, 'ann', buy({ price: '100.01' }));
  exchange.setRules({ ...RULES, price: { ...RULES.price, step: e8('0.1') } });

  expect(refusal(exchange.submit('ann', buy({ price: '100.01' }), START))).toEqual(
    filter('PRICE_FILTER'),
  );
  place(exchange, 'bob', limit({ side: 'SELL', price: '99' }));
  expect(exchange.order('ann', { symbol: 'AAAUSDT', orderId: order.orderId })).toMatchObject({
    status: 'FILLED',
  });
});
