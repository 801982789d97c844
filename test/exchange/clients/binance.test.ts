import { MainClient, WebsocketAPIClient, WebsocketClient } from 'binance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';

// Signs query strings, pings us every ten seconds, and speaks the WS API with signed requests.
const KEYS = { api_key: 'demo', api_secret: 'demo' };
const QUIET = { trace: () => undefined, info: () => undefined, error: () => undefined };

let exchange: RunningExchange;
let rest: MainClient;

beforeAll(async () => {
  exchange = await startExchange({ seed: 'binance' });
  rest = new MainClient({ ...KEYS, baseUrl: `http://127.0.0.1:${exchange.port}` });
});
afterAll(async () => {
  await exchange?.close();
});

test('markets and balances', async () => {
  const info = await rest.getExchangeInfo();
  expect(info.symbols.map(({ symbol }) => symbol)).toContain('BTCUSDT');
  const { balances } = await rest.getAccountInformation();
  expect(balances).toContainEqual({ asset: 'USDT', free: '100000.00000000', locked: '0.00000000' });
});

test('an order: placed, queried, canceled; the count of orders in the headers', async () => {
  const placed = await rest.submitNewOrder({
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: 0.01,
    price: 50_000,
  });
  expect(placed).toMatchObject({ status: 'NEW', executedQty: '0.00000000' });
  const { orderId } = placed;
  expect(await rest.getOrder({ symbol: 'BTCUSDT', orderId })).toMatchObject({ status: 'NEW' });
  expect(await rest.getOpenOrders({ symbol: 'BTCUSDT' })).toHaveLength(1);
  expect(await rest.cancelOrder({ symbol: 'BTCUSDT', orderId })).toMatchObject({
    status: 'CANCELED',
    orderId,
  });
  expect(rest.getRateLimitStates()).toMatchObject({ 'x-mbx-order-count-10s': 1 });
});

test('a refusal: the code and the text as the venue says them', async () => {
  const dear = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 90 } as const;
  await expect(rest.submitNewOrder(dear)).rejects.toMatchObject({ code: -2010 });
});

test('streams: trades, depth and best prices over one connection', async () => {
  const socket = new WebsocketClient({ ...KEYS, wsUrl: `ws://127.0.0.1:${exchange.port}` }, QUIET);
  const heard = new Promise<void>((resolve) => {
    const wanted = new Set(['trade', 'depthUpdate', 'bookTicker']);
    socket.on('message', (message) => {
      // Best prices come without an event name.
      wanted.delete('e' in message ? String(message.e) : 'bookTicker');
      if (wanted.size === 0) resolve();
    });
  });
  await socket.subscribe(['btcusdt@trade', 'btcusdt@depth@100ms', 'btcusdt@bookTicker'], 'main');
  await heard;
  socket.closeAll(true);
});

test('the WS API with signed requests: user data and an order over one connection', async () => {
  const api = new WebsocketAPIClient(
    {
      ...KEYS,
      wsUrl: `ws://127.0.0.1:${exchange.port}/ws-api/v3`,
      attachEventListeners: false,
    },
    QUIET,
  );
  const filled = new Promise<unknown>((resolve) => {
    api.getWSClient().on('message', (message) => {
      const text = JSON.stringify(message);
      if (text.includes('"executionReport"') && text.includes('"FILLED"')) resolve(message);
    });
  });
  const subscribed = await api.subscribeUserDataStream('mainWSAPI');
  expect(subscribed).toMatchObject({ status: 200, result: { subscriptionId: 0 } });

  // The client signs requests but leaves the timestamp to its caller, whose type has no place for it.
  const order = {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'MARKET',
    quantity: 0.01,
    timestamp: Date.now(),
  } as const;
  const placed = await api.submitNewSpotOrder(order);
  expect(placed).toMatchObject({ status: 200, result: { status: 'FILLED' } });
  await filled;
  api.getWSClient().closeAll(true);
});
