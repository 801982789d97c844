import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { type Params, RestClient } from '../support/rest-client.ts';

// Only two accounts trade here, so that each fill is known to the last digit.
let exchange: RunningExchange;
let buyer: RestClient;
let seller: RestClient;

const funds = { USDT: '100000', BTC: '1', ETH: '10' };

beforeAll(async () => {
  exchange = await startExchange({
    market: 'none',
    symbols: ['BTCUSDT', 'ETHUSDT'],
    accounts: [
      { accountKey: 'a', balances: funds },
      { accountKey: 'b', balances: funds },
    ],
    keys: [
      { apiKey: 'buyer', account: 'a', key: { type: 'HMAC', secret: 's1' } },
      { apiKey: 'seller', account: 'b', key: { type: 'HMAC', secret: 's2' } },
    ],
  });
  buyer = new RestClient(exchange.port, 'buyer', 's1');
  seller = new RestClient(exchange.port, 'seller', 's2');
});
afterAll(async () => {
  await exchange?.close();
});

const limit = (side: string, price: string, more: Params = {}): Params => ({
  symbol: 'BTCUSDT',
  side,
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.02',
  price,
  ...more,
});

test('the three shapes of an answer: ACK, RESULT and FULL, field by field', async () => {
  const place = (shape: string) =>
    buyer.signed('POST', 'order', limit('BUY', '40000', { newOrderRespType: shape }));
  const ack = (await place('ACK')).body;
  expect(Object.keys(ack)).toEqual([
    'symbol',
    'orderId',
    'orderListId',
    'clientOrderId',
    'transactTime',
  ]);
  const result = (await place('RESULT')).body;
  expect(result).toMatchObject({
    price: '40000.00000000',
    origQty: '0.02000000',
    executedQty: '0.00000000',
    origQuoteOrderQty: '0.00000000',
    cummulativeQuoteQty: '0.00000000',
    status: 'NEW',
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'BUY',
    selfTradePreventionMode: 'EXPIRE_MAKER',
  });
  expect(result.fills).toBeUndefined();
  expect((await place('FULL')).body.fills).toEqual([]);

  const canceled = (await buyer.signed('DELETE', 'openOrders', { symbol: 'BTCUSDT' })).body;
  expect(canceled).toHaveLength(3);
  expect(canceled[0]).toMatchObject({ origClientOrderId: ack.clientOrderId, status: 'CANCELED' });
  expect(canceled[0].clientOrderId).not.toBe(ack.clientOrderId);
});

test('a fill: at the maker price, fees from what is received, both sides and the ledger agree', async () => {
  await seller.signed('POST', 'order', limit('SELL', '60000', { newClientOrderId: 'rests' }));
  const taken = (await buyer.signed('POST', 'order', limit('BUY', '60100'))).body;
  expect(taken).toMatchObject({ status: 'FILLED', cummulativeQuoteQty: '1200.00000000' });
  expect(taken.fills).toEqual([
    {
      price: '60000.00000000',
      qty: '0.02000000',
      commission: '0.00002000',
      commissionAsset: 'BTC',
      tradeId: expect.any(Number),
    },
  ]);

  const [sold] = (await seller.signed('GET', 'myTrades', { symbol: 'BTCUSDT' })).body;
  expect(sold).toMatchObject({
    isMaker: true,
    isBuyer: false,
    commission: '1.20000000',
    commissionAsset: 'USDT',
  });
  const query = { symbol: 'BTCUSDT', origClientOrderId: 'rests' };
  expect((await seller.signed('GET', 'order', query)).body).toMatchObject({ status: 'FILLED' });
  const { balances } = (await buyer.signed('GET', 'account', { omitZeroBalances: 'true' })).body;
  expect(balances).toContainEqual({ asset: 'BTC', free: '1.01998000', locked: '0.00000000' });
  expect(balances).toContainEqual({ asset: 'USDT', free: '98800.00000000', locked: '0.00000000' });
  expect(exchange.truth()).toMatchObject({ imbalances: [] });
});

test('cancelReplace: both halves, or 400 with neither, or 409 with one', async () => {
  const first = (await buyer.signed('POST', 'order', limit('BUY', '40000'))).body;
  const replace = (cancelOrderId: number, more: Params) =>
    buyer.signed('POST', 'order/cancelReplace', {
      ...limit('BUY', '41000', more),
      cancelReplaceMode: 'STOP_ON_FAILURE',
      cancelOrderId,
      ...more,
    });
  const both = await replace(first.orderId, {});
  expect(both).toMatchObject({
    status: 200,
    body: { cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS' },
  });
  const neither = await replace(999_999_999, {});
  expect(neither).toMatchObject({
    status: 400,
    body: { code: -2022, data: { cancelResult: 'FAILURE', newOrderResult: 'NOT_ATTEMPTED' } },
  });
  const newId = both.body.newOrderResponse.orderId;
  const half = await replace(newId, {
    quantity: '1000',
    price: '60000',
    cancelReplaceMode: 'ALLOW_FAILURE',
  });
  expect(half).toMatchObject({
    status: 409,
    body: { code: -2021, data: { cancelResult: 'SUCCESS', newOrderResult: 'FAILURE' } },
  });
});

test('an OCO: two legs, one list, gone together; the older form gives the same', async () => {
  const oco = await seller.signed('POST', 'orderList/oco', {
    symbol: 'BTCUSDT',
    side: 'SELL',
    quantity: '0.01',
    aboveType: 'LIMIT_MAKER',
    abovePrice: '70000',
    belowType: 'STOP_LOSS_LIMIT',
    belowStopPrice: '50000',
    belowPrice: '49900',
    belowTimeInForce: 'GTC',
  });
  expect(oco).toMatchObject({
    status: 200,
    body: { contingencyType: 'OCO', listStatusType: 'EXEC_STARTED', listOrderStatus: 'EXECUTING' },
  });
  expect(oco.body.orderReports).toHaveLength(2);
  const { orderListId } = oco.body;
  expect((await seller.signed('GET', 'orderList', { orderListId })).body).toMatchObject({
    orderListId,
  });
  const gone = await seller.signed('DELETE', 'orderList', { symbol: 'BTCUSDT', orderListId });
  expect(gone.body).toMatchObject({ listStatusType: 'ALL_DONE' });
  expect((await seller.signed('GET', 'openOrders', { symbol: 'BTCUSDT' })).body).toEqual([]);

  const old = await seller.signed('POST', 'order/oco', {
    symbol: 'BTCUSDT',
    side: 'SELL',
    quantity: '0.01',
    price: '70000',
    stopPrice: '50000',
    stopLimitPrice: '49900',
    stopLimitTimeInForce: 'GTC',
  });
  expect(old.body.orderReports.map((report: { type: string }) => report.type).sort()).toEqual([
    'LIMIT_MAKER',
    'STOP_LOSS_LIMIT',
  ]);
  await seller.signed('DELETE', 'openOrders', { symbol: 'BTCUSDT' });
});

test('headers: weight with every answer, order counts with accepted orders only', async () => {
  const before = Number((await buyer.get('time')).headers.get('x-mbx-used-weight-1m'));
  const placed = await buyer.signed('POST', 'order', limit('BUY', '40000'));
  expect(placed.headers.get('x-mbx-order-count-10s')).toMatch(/^[0-9]+$/);
  expect(placed.headers.get('x-mbx-order-count-1d')).toMatch(/^[0-9]+$/);
  const refused = await buyer.signed('POST', 'order', limit('BUY', '40000', { quantity: '100' }));
  expect(refused.headers.has('x-mbx-order-count-10s')).toBe(false);
  // A success is free, a refusal costs its weight.
  const after = Number((await buyer.get('time')).headers.get('x-mbx-used-weight-1m'));
  expect(after - before).toBeLessThanOrEqual(2);
  await buyer.signed('DELETE', 'openOrders', { symbol: 'BTCUSDT' });
});

test('order/test: all the checks and no order', async () => {
  expect((await buyer.signed('POST', 'order/test', limit('BUY', '40000'))).body).toEqual({});
  expect((await buyer.signed('POST', 'order/test', limit('BUY', '40000.001'))).body).toMatchObject({
    code: -1013,
  });
  expect((await buyer.signed('GET', 'openOrders', { symbol: 'BTCUSDT' })).body).toEqual([]);
});
