import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';

// The client our own orders go through, unmodified: what it cannot do here, the daemon cannot do.
// One exchange by file path: the barrel import costs half a second and 100 MB.
const CCXT_BINANCE = new URL('../../../node_modules/ccxt/js/src/pro/binance.js', import.meta.url)
  .href;

let exchange: RunningExchange;
let client: Awaited<ReturnType<typeof connect>>;

beforeAll(async () => {
  exchange = await startExchange({ seed: 'ccxt' });
  client = await connect(exchange.port);
});
afterAll(async () => {
  await client?.close();
  await exchange?.close();
});

async function connect(port: number, options: Readonly<Record<string, unknown>> = {}) {
  const { default: Binance } = await import(CCXT_BINANCE);
  const http = `http://127.0.0.1:${port}`;
  const ws = `ws://127.0.0.1:${port}`;
  const venue = new Binance({
    apiKey: 'demo',
    secret: 'demo',
    urls: {
      api: {
        public: `${http}/api/v3`,
        private: `${http}/api/v3`,
        sapi: `${http}/sapi/v1`,
        fapiPublic: `${http}/fapi/v1`,
        dapiPublic: `${http}/dapi/v1`,
        ws: { spot: `${ws}/stream/ws`, 'ws-api': { spot: `${ws}/ws-api/v3` } },
      },
    },
    options: {
      fetchCurrencies: false,
      fetchMargins: false,
      fetchMarkets: { types: ['spot'] },
      ...options,
    },
  });
  await venue.loadHttpProxyAgent();
  await venue.loadMarkets();
  return venue;
}

test('markets: the filters arrive as limits and precisions', () => {
  expect(Object.keys(client.markets)).toContain('ETH/USDT');
  expect(client.markets['BTC/USDT']).toMatchObject({
    active: true,
    limits: { amount: { min: 0.00001 }, price: { min: 0.01 }, cost: { min: 5 } },
    precision: { amount: 0.00001, price: 0.01 },
  });
});

test('default start-up calls with a key: margin, futures and currency stubs satisfy it', async () => {
  const curious = await connect(exchange.port, {
    fetchCurrencies: true,
    fetchMargins: true,
    fetchMarkets: { types: ['spot', 'linear', 'inverse'] },
  });
  expect(Object.keys(curious.markets)).toContain('BTC/USDT');
  await curious.close();
});

test('balances: the demo account as documented', async () => {
  const { total } = await client.fetchBalance();
  expect(total).toMatchObject({ USDT: 100_000, BTC: 1, ETH: 10 });
});

test('an order: placed, seen on the user stream, found by either id, canceled', async () => {
  const seen = client.watchOrders('BTC/USDT');
  const placed = await client.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 50_000, {
    newClientOrderId: 'on-first',
  });
  expect(placed).toMatchObject({ status: 'open', clientOrderId: 'on-first', filled: 0 });
  expect((await seen)[0]).toMatchObject({ id: placed.id, status: 'open' });

  const byId = await client.fetchOrder(placed.id, 'BTC/USDT');
  const byName = await client.fetchOrder(undefined, 'BTC/USDT', { origClientOrderId: 'on-first' });
  expect([byId.id, byName.id]).toEqual([placed.id, placed.id]);
  expect(await client.fetchOpenOrders('BTC/USDT')).toHaveLength(1);

  expect(await client.cancelOrder(placed.id, 'BTC/USDT')).toMatchObject({ status: 'canceled' });
  expect(await client.fetchOpenOrders('BTC/USDT')).toHaveLength(0);
});

test('a market order: filled at once, with its fee, in our trades and in the balance', async () => {
  const order = await client.createOrder('ETH/USDT', 'market', 'buy', 0.1);
  expect(order).toMatchObject({ status: 'closed', filled: 0.1 });
  expect(order.fees).toEqual([{ currency: 'ETH', cost: 0.0001 }]);

  const trades = await client.fetchMyTrades('ETH/USDT');
  const bought = trades.reduce((sum: number, trade: { amount: number }) => sum + trade.amount, 0);
  expect(bought).toBeCloseTo(0.1, 8);
  expect((await client.fetchBalance()).total.ETH).toBeCloseTo(10.0999, 8);
});

test('stop orders and post-only: accepted as what they are', async () => {
  const stop = await client.createOrder('BTC/USDT', 'limit', 'sell', 0.01, 39_000, {
    stopLossPrice: 40_000,
  });
  expect(stop.info.orderId).toBeDefined();
  const found = await client.fetchOrder(stop.id, 'BTC/USDT');
  expect(found).toMatchObject({ status: 'open', stopPrice: 40_000 });
  await client.cancelAllOrders('BTC/USDT');
  expect(await client.fetchOpenOrders('BTC/USDT')).toHaveLength(0);
});

test.each([
  [
    'too dear',
    'InsufficientFunds',
    () => client.createOrder('BTC/USDT', 'limit', 'buy', 100, 60_000),
  ],
  [
    'post-only that would take',
    'OrderImmediatelyFillable',
    () => client.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 90_000, { postOnly: true }),
  ],
  ['cancel of nothing', 'OrderNotFound', () => client.cancelOrder('999999999', 'BTC/USDT')],
  ['query of nothing', 'OrderNotFound', () => client.fetchOrder('999999999', 'BTC/USDT')],
])('an error (%s): the client knows its class, %s', async (_, errorClass, act) => {
  const error = await act().catch((caught: Error) => caught);
  expect(error.constructor.name).toBe(errorClass);
});

test('a wrong secret: AuthenticationError', async () => {
  const stranger = await connect(exchange.port);
  stranger.secret = 'wrong';
  await expect(stranger.fetchBalance()).rejects.toMatchObject({ name: 'AuthenticationError' });
  await stranger.close();
});

test('streams: trades, candles, tickers, best prices and a book that never crosses', async () => {
  expect((await client.watchTrades('BTC/USDT')).length).toBeGreaterThan(0);
  expect((await client.watchOHLCV('BTC/USDT', '1m')).at(-1)).toHaveLength(6);
  expect((await client.watchTicker('BTC/USDT')).last).toBeGreaterThan(0);
  expect((await client.watchBidsAsks(['BTC/USDT']))['BTC/USDT'].bid).toBeGreaterThan(0);
  for (let update = 0; update < 10; update++) {
    const book = await client.watchOrderBook('BTC/USDT');
    expect(book.bids[0][0]).toBeLessThan(book.asks[0][0]);
  }
});

test('orders over the WS API: placed, queried, canceled', async () => {
  const placed = await client.createOrderWs('BTC/USDT', 'limit', 'buy', 0.01, 50_000, {
    newClientOrderId: 'on-ws',
  });
  expect(placed).toMatchObject({ status: 'open', clientOrderId: 'on-ws' });
  expect(await client.fetchOrderWs(placed.id, 'BTC/USDT')).toMatchObject({ status: 'open' });
  expect(await client.cancelOrderWs(placed.id, 'BTC/USDT')).toMatchObject({ status: 'canceled' });
});

test('market data by REST: candles, ticker, trades, time', async () => {
  expect((await client.fetchOHLCV('BTC/USDT', '1m', undefined, 5)).length).toBeGreaterThan(0);
  expect((await client.fetchTicker('BTC/USDT')).last).toBeGreaterThan(0);
  expect((await client.fetchTrades('BTC/USDT')).length).toBeGreaterThan(0);
  expect(await client.fetchTradingFee('BTC/USDT')).toMatchObject({ maker: 0.001, taker: 0.001 });
  expect(Math.abs((await client.fetchTime()) - Date.now())).toBeLessThan(60_000);
});
