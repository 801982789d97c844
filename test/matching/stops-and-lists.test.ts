import { describe, expect, test } from 'vitest';
import type { ExchangeCore, OcoParams, OrderParams } from '../../src/matching/exchange-core.ts';
import {
  exchangeOf,
  expectSound,
  funds,
  limit,
  params,
  place,
  RULES,
  refusal,
  reports,
  START,
} from '../support/exchange-of.ts';

/** Two customers trade at `price`, then leave the book as it was. */
function tradeAt(exchange: ExchangeCore, price: string) {
  place(exchange, 'bob', limit({ side: 'SELL', price }));
  return exchange.submit('cat', limit({ side: 'BUY', price }), START).happenings;
}

function market(last = '100'): ExchangeCore {
  const balances = { USDT: '100000', AAA: '1000' };
  const exchange = exchangeOf({
    accounts: ['ann', 'bob', 'cat'].map((accountKey) => ({ accountKey, balances })),
  });
  tradeAt(exchange, last);
  return exchange;
}

const statusOf = (exchange: ExchangeCore, orderId: number) => {
  const order = exchange.order('ann', { symbol: 'AAAUSDT', orderId });
  return 'status' in order ? order.status : 'none';
};

describe('a stop waits for the last price', () => {
  // biome-ignore format: a table
  const cases: readonly [type: OrderParams['type'], side: OrderParams['side'], stop: string, near: string, past: string][] = [
    ['STOP_LOSS_LIMIT', 'BUY', '101', '100.99', '99'],
    ['STOP_LOSS_LIMIT', 'SELL', '99', '99.01', '101'],
    ['TAKE_PROFIT_LIMIT', 'BUY', '99', '99.01', '101'],
    ['TAKE_PROFIT_LIMIT', 'SELL', '101', '100.99', '99'],
  ];

  test.each(cases)('%s %s', (type, side, stopPrice, near, past) => {
    const exchange = market();
    const stop = (at: string) => limit({ side, type, stopPrice: at, price: '100' });
    expect(refusal(exchange.submit('ann', stop(past), START))).toEqual({
      code: -2010,
      msg: 'Order would trigger immediately.',
    });

    const { order } = place(exchange, 'ann', stop(stopPrice));
    expect(order).toMatchObject({ status: 'NEW', isWorking: false });
    tradeAt(exchange, near);
    expect(exchange.order('ann', { symbol: 'AAAUSDT', orderId: order.orderId })).toMatchObject({
      isWorking: false,
    });

    const happenings = tradeAt(exchange, stopPrice);
    expect(reports(happenings, 'ann')[0]).toBe('NEW NEW');
    expect(exchange.order('ann', { symbol: 'AAAUSDT', orderId: order.orderId })).toMatchObject({
      isWorking: true,
    });
    expectSound(exchange);
  });
});

test('a market stop sells into the book when its price comes', () => {
  const exchange = market();
  place(exchange, 'bob', limit({ side: 'BUY', price: '98', quantity: '5' }));
  const { order } = place(
    exchange,
    'ann',
    params({ side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '99' }),
  );
  place(exchange, 'cat', limit({ side: 'BUY', price: '99' }));
  place(exchange, 'bob', limit({ side: 'SELL', price: '99' }));

  expect(statusOf(exchange, order.orderId)).toBe('FILLED');
  expect(exchange.myTrades('ann', { symbol: 'AAAUSDT' })).toMatchObject([
    { price: 9_800_000_000, isMaker: false },
  ]);
  expectSound(exchange);
});

test('one stop sets off the next: both have traded when the call ends', () => {
  const exchange = market();
  place(exchange, 'bob', limit({ side: 'BUY', price: '97' }));
  place(exchange, 'bob', limit({ side: 'BUY', price: '95' }));
  const first = place(
    exchange,
    'ann',
    params({ side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '99' }),
  ).order;
  const second = place(
    exchange,
    'ann',
    params({ side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '98' }),
  ).order;

  tradeAt(exchange, '99');
  expect([statusOf(exchange, first.orderId), statusOf(exchange, second.orderId)]).toEqual([
    'FILLED',
    'FILLED',
  ]);
  expectSound(exchange);
});

test('a market stop to buy that has become too dear expires and gives its money back', () => {
  const exchange = market();
  place(exchange, 'ann', limit({ side: 'BUY', price: '90', quantity: '1000' }));
  const stop = params({ side: 'BUY', type: 'STOP_LOSS', quantity: '90', stopPrice: '110' });
  const { order } = place(exchange, 'ann', stop);
  expect(funds(exchange, 'ann', 'USDT')).toBe('100.00000000/99900.00000000');

  // 90 at 115 are 10,350; the stop locked 9,900 and 100 are free.
  place(exchange, 'bob', limit({ side: 'SELL', price: '115', quantity: '200' }));
  tradeAt(exchange, '110');
  expect(statusOf(exchange, order.orderId)).toBe('EXPIRED');
  expect(funds(exchange, 'ann', 'USDT')).toBe('10000.00000000/90000.00000000');
  expectSound(exchange);
});

const SELL_OCO: OcoParams = {
  symbol: 'AAAUSDT',
  side: 'SELL',
  quantity: '2',
  above: { type: 'LIMIT_MAKER', price: '110', clientOrderId: 'target' },
  below: {
    type: 'STOP_LOSS_LIMIT',
    stopPrice: '95',
    price: '94',
    timeInForce: 'GTC',
    clientOrderId: 'stop',
  },
};

const legs = (exchange: ExchangeCore) =>
  ['target', 'stop'].map((origClientOrderId) => {
    const order = exchange.order('ann', { symbol: 'AAAUSDT', origClientOrderId });
    return 'status' in order ? order.status : 'none';
  });

describe('one cancels the other', () => {
  test('both legs stand, the coins are locked once, both reports carry the list', () => {
    const exchange = market();
    const outcome = exchange.submitOco('ann', SELL_OCO, START);
    expect(outcome.answer).toMatchObject({
      type: 'listPlaced',
      list: { contingencyType: 'OCO', listOrderStatus: 'EXECUTING' },
      reports: [{ orderListId: 1 }, { orderListId: 1 }],
    });
    expect(reports(outcome.happenings, 'ann')).toEqual(['NEW NEW', 'NEW NEW']);
    expect(funds(exchange, 'ann', 'AAA')).toBe('998.00000000/2.00000000');
  });

  test('the target trades in part: the stop expires at once, the rest of the target goes on', () => {
    const exchange = market();
    exchange.submitOco('ann', SELL_OCO, START);
    const { happenings } = exchange.submit('bob', limit({ side: 'BUY', price: '110' }), START);

    expect(reports(happenings, 'ann')).toEqual(['EXPIRED EXPIRED', 'TRADE PARTIALLY_FILLED']);
    expect(legs(exchange)).toEqual(['PARTIALLY_FILLED', 'EXPIRED']);
    expect(funds(exchange, 'ann', 'AAA')).toBe('998.00000000/1.00000000');

    const end = exchange.submit('bob', limit({ side: 'BUY', price: '110' }), START);
    expect(end.happenings.filter((one) => one.type === 'orderListUpdated')).toMatchObject([
      { list: { listOrderStatus: 'ALL_DONE' } },
    ]);
    expectSound(exchange);
  });

  test('the stop fires: the target expires, the stop works with what both had locked', () => {
    const exchange = market();
    exchange.submitOco('ann', SELL_OCO, START);
    tradeAt(exchange, '95');
    expect(legs(exchange)).toEqual(['EXPIRED', 'NEW']);
    expect(funds(exchange, 'ann', 'AAA')).toBe('998.00000000/2.00000000');

    place(exchange, 'bob', limit({ side: 'BUY', price: '94', quantity: '2' }));
    expect(legs(exchange)).toEqual(['EXPIRED', 'FILLED']);
    expectSound(exchange);
  });

  test('a BUY list locks the dearer leg; the cheaper one trading frees the difference', () => {
    const exchange = market();
    const answer = exchange.submitOco(
      'ann',
      {
        symbol: 'AAAUSDT',
        side: 'BUY',
        quantity: '2',
        above: {
          type: 'STOP_LOSS_LIMIT',
          stopPrice: '105',
          price: '106',
          timeInForce: 'GTC',
          clientOrderId: 'stop',
        },
        below: { type: 'LIMIT_MAKER', price: '90', clientOrderId: 'target' },
      },
      START,
    );
    expect(refusal(answer)).toBe('accepted');
    expect(funds(exchange, 'ann', 'USDT')).toBe('99788.00000000/212.00000000');

    place(exchange, 'bob', limit({ side: 'SELL', price: '90' }));
    expect(funds(exchange, 'ann', 'USDT')).toBe('99820.00000000/90.00000000');
    expectSound(exchange);
  });

  test('canceling one leg, or the list, cancels both', () => {
    const exchange = market();
    exchange.submitOco('ann', SELL_OCO, START);
    exchange.cancel('ann', { symbol: 'AAAUSDT', origClientOrderId: 'stop' }, START);
    expect(legs(exchange)).toEqual(['CANCELED', 'CANCELED']);

    exchange.submitOco('ann', { ...SELL_OCO, listClientOrderId: 'both' }, START);
    exchange.cancelList('ann', 'AAAUSDT', { listClientOrderId: 'both' }, START);
    expect(legs(exchange)).toEqual(['CANCELED', 'CANCELED']);
    expect(funds(exchange, 'ann', 'AAA')).toBe('1000.00000000/0.00000000');
    expect(
      refusal(exchange.cancelList('ann', 'AAAUSDT', { listClientOrderId: 'both' }, START)),
    ).toMatchObject({ code: -2011 });
  });

  test('prices on the wrong side of the market, wrong types and too many lists are refused', () => {
    const exchange = market();
    const oco = (changes: Partial<OcoParams>) =>
      refusal(exchange.submitOco('ann', { ...SELL_OCO, ...changes }, START));
    expect(oco({ above: { type: 'LIMIT_MAKER', price: '99' } })).toEqual({
      code: -2010,
      msg: 'The relationship of the prices for the orders is not correct.',
    });
    expect(oco({ side: 'BUY' })).toMatchObject({ code: -2010 });
    expect(oco({ quantity: '1000.001' })).toMatchObject({ code: -2010 });

    exchange.setRules({ ...RULES, orderListsMax: 1 });
    expect(oco({})).toBe('accepted');
    const unnamed = {
      above: { type: 'LIMIT_MAKER', price: '110' },
      below: { type: 'STOP_LOSS', stopPrice: '95' },
    } as const;
    expect(oco(unnamed)).toEqual({ code: -1013, msg: 'Filter failure: MAX_NUM_ORDER_LISTS' });
  });
});

describe("an account meets its own order; the taker's mode decides", () => {
  const meet = (mode: OrderParams['selfTradePreventionMode'], takerQty = '3') => {
    const exchange = exchangeOf();
    const maker = place(exchange, 'ann', limit({ side: 'SELL', quantity: '2' })).order;
    place(exchange, 'bob', limit({ side: 'SELL' }));
    const taker = place(
      exchange,
      'ann',
      limit({ side: 'BUY', quantity: takerQty, selfTradePreventionMode: mode }),
    ).order;
    expectSound(exchange);
    const makerNow = exchange.order('ann', { symbol: 'AAAUSDT', orderId: maker.orderId });
    return { exchange, taker, maker: 'status' in makerNow ? makerNow : maker };
  };

  test('EXPIRE_MAKER, the default: the resting order goes, the taker trades on', () => {
    const { exchange, taker, maker } = meet(undefined);
    expect(maker).toMatchObject({ status: 'EXPIRED_IN_MATCH', preventedQty: 200_000_000 });
    expect(taker).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: 100_000_000 });
    expect(funds(exchange, 'ann', 'AAA')).toBe('1000.99900000/0.00000000');
  });

  test('EXPIRE_TAKER: the taker goes, the resting order stays', () => {
    const { taker, maker } = meet('EXPIRE_TAKER');
    expect(maker.status).toBe('NEW');
    expect(taker).toMatchObject({ status: 'EXPIRED_IN_MATCH', executedQty: 0 });
  });

  test('EXPIRE_BOTH: both go', () => {
    const { taker, maker } = meet('EXPIRE_BOTH');
    expect([taker.status, maker.status]).toEqual(['EXPIRED_IN_MATCH', 'EXPIRED_IN_MATCH']);
  });

  test('DECREMENT: the smaller goes, the larger shrinks by it', () => {
    const larger = meet('DECREMENT');
    expect(larger.maker.status).toBe('EXPIRED_IN_MATCH');
    expect(larger.taker).toMatchObject({
      status: 'FILLED',
      executedQty: 100_000_000,
      preventedQty: 200_000_000,
    });

    const smaller = meet('DECREMENT', '1');
    expect(smaller.taker.status).toBe('EXPIRED_IN_MATCH');
    expect(smaller.maker).toMatchObject({ status: 'NEW', preventedQty: 100_000_000 });
  });
});
