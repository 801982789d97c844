import { Spot, SpotRestAPI, SpotWebsocketAPI, SpotWebsocketStreams } from '@binance/spot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';

// The vendor's own client: empty `/stream?streams=`, hexadecimal ids, two pongs for each ping.
let exchange: RunningExchange;
let client: Spot;

beforeAll(async () => {
  exchange = await startExchange({ seed: 'spot' });
  const { port } = exchange;
  const keys = { apiKey: 'demo', apiSecret: 'demo' };
  client = new Spot({
    configurationRestAPI: { ...keys, basePath: `http://127.0.0.1:${port}` },
    configurationWebsocketStreams: { wsURL: `ws://127.0.0.1:${port}` },
    configurationWebsocketAPI: { ...keys, wsURL: `ws://127.0.0.1:${port}/ws-api/v3` },
  });
});
afterAll(async () => {
  await exchange?.close();
});

const order = {
  symbol: 'BTCUSDT',
  side: SpotRestAPI.NewOrderSideEnum.BUY,
  type: SpotRestAPI.NewOrderTypeEnum.LIMIT,
  timeInForce: SpotRestAPI.NewOrderTimeInForceEnum.GTC,
};

test('markets, balances, and an order placed, queried and canceled', async () => {
  const info = await (await client.restAPI.exchangeInfo()).data();
  expect(info.symbols).toHaveLength(5);
  const { balances } = await (await client.restAPI.getAccount()).data();
  expect(balances).toContainEqual({ asset: 'BTC', free: '1.00000000', locked: '0.00000000' });

  const answer = await client.restAPI.newOrder({ ...order, quantity: 0.01, price: 50_000 });
  expect(answer.rateLimits).toContainEqual(
    expect.objectContaining({ rateLimitType: 'ORDERS', intervalNum: 10, count: 1 }),
  );
  const placed = await answer.data();
  expect(placed).toMatchObject({
    status: 'NEW',
    clientOrderId: expect.stringMatching(/^.{20,36}$/),
  });
  const ref = { symbol: 'BTCUSDT', orderId: Number(placed.orderId) };
  expect(await (await client.restAPI.getOrder(ref)).data()).toMatchObject({ status: 'NEW' });
  expect(await (await client.restAPI.deleteOrder(ref)).data()).toMatchObject({
    status: 'CANCELED',
  });
});

test('a refusal: BadRequestError with the venue text', async () => {
  await expect(
    client.restAPI.newOrder({ ...order, quantity: 100, price: 60_000 }),
  ).rejects.toMatchObject({
    message: 'Account has insufficient balance for requested action.',
    code: -2010,
  });
});

test('market streams: trades and diff depth', async () => {
  const connection = await client.websocketStreams.connect();
  const trade = new Promise((resolve) => {
    connection.trade({ symbol: 'btcusdt' }).on('message', resolve);
  });
  const depth = new Promise((resolve) => {
    connection
      .diffBookDepth({
        symbol: 'btcusdt',
        updateSpeed: SpotWebsocketStreams.DiffBookDepthUpdateSpeedEnum.UPDATE_SPEED_100ms,
      })
      .on('message', resolve);
  });
  expect(await trade).toMatchObject({ e: 'trade', s: 'BTCUSDT' });
  expect(await depth).toMatchObject({ e: 'depthUpdate', s: 'BTCUSDT' });
  await connection.disconnect();
});

test('the WS API: user data stream, an order, and an error', async () => {
  const connection = await client.websocketAPI.connect();
  const user = await connection.userDataStreamSubscribeSignature();
  const filled = new Promise<void>((resolve) => {
    user.stream.on('message', (event) => {
      if ('X' in event && event.X === 'FILLED') resolve();
    });
  });
  const placed = await connection.orderPlace({
    symbol: 'BTCUSDT',
    side: SpotWebsocketAPI.OrderPlaceSideEnum.BUY,
    type: SpotWebsocketAPI.OrderPlaceTypeEnum.MARKET,
    quantity: 0.01,
  });
  expect(placed.data).toMatchObject({ status: 'FILLED', executedQty: '0.01000000' });
  await filled;
  await expect(
    connection.orderStatus({ symbol: 'BTCUSDT', orderId: 999_999_999 }),
  ).rejects.toMatchObject({ code: -2013, msg: 'Order does not exist.' });
  await connection.disconnect();
});
