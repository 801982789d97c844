import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { verifyingKeyOfPem } from '../../../src/exchange/signature.ts';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { RestClient } from '../support/rest-client.ts';
import { WsClient } from '../support/ws-client.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

let exchange: RunningExchange;

beforeAll(async () => {
  exchange = await startExchange({
    seed: 'api',
    symbols: ['BTCUSDT'],
    keys: [
      { apiKey: 'demo', account: 'demo', key: { type: 'HMAC', secret: 'demo' } },
      { apiKey: 'curve', account: 'demo', key: verifyingKeyOfPem(PEM) },
    ],
    // The client of these tests asks faster than a real one may.
    socketRules: { messagesPerSecMax: 1_000 },
  });
});
afterAll(async () => {
  await exchange?.close();
});

type Params = Record<string, string | number | boolean>;

const payloadOf = (params: Params) =>
  Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&');

function signed(params: Params): Params {
  const all: Params = { ...params, apiKey: 'demo', timestamp: Date.now() };
  return { ...all, signature: createHmac('sha256', 'demo').update(payloadOf(all)).digest('hex') };
}

async function open(query = ''): Promise<WsClient> {
  const client = await WsClient.open(exchange.port, `/ws-api/v3${query}`);
  onTestFinished(() => client.close());
  return client;
}

const order: Params = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: 50_000,
};

test('public methods: ids echoed, rate limits unless unwanted', async () => {
  const client = await open();
  expect(await client.ask('ping')).toEqual({
    id: 1,
    status: 200,
    result: {},
    rateLimits: [expect.objectContaining({ rateLimitType: 'REQUEST_WEIGHT', limit: 6_000 })],
  });
  const quiet = await open('?returnRateLimits=false');
  expect(Object.keys(await quiet.ask('time'))).toEqual(['id', 'status', 'result']);
  expect((await client.ask('no.such.method')).status).toBe(400);
});

test('a signed order: placed, found, canceled; numbers signed as they were written', async () => {
  const client = await open();
  const placed = await client.ask('order.place', signed({ ...order, newClientOrderId: 'ws-1' }));
  expect(placed).toMatchObject({ status: 200, result: { status: 'NEW', clientOrderId: 'ws-1' } });
  expect(placed.rateLimits).toHaveLength(3);
  const ref = { symbol: 'BTCUSDT', origClientOrderId: 'ws-1' };
  expect((await client.ask('order.status', signed(ref))).result).toMatchObject({ isWorking: true });
  expect((await client.ask('openOrders.status', signed({}))).result).toHaveLength(1);
  expect((await client.ask('order.cancel', signed(ref))).result).toMatchObject({
    status: 'CANCELED',
    origClientOrderId: 'ws-1',
  });
  expect((await client.ask('account.status', signed({}))).result.accountType).toBe('SPOT');
});

test('errors: the HTTP number as status, the code inside error', async () => {
  const client = await open();
  expect(
    await client.ask('order.status', signed({ symbol: 'BTCUSDT', orderId: 999_999_999 })),
  ).toMatchObject({
    status: 400,
    error: { code: -2013, msg: 'Order does not exist.' },
  });
  expect(await client.ask('order.place', { ...signed(order), signature: 'ff' })).toMatchObject({
    status: 400,
    error: { code: -1022 },
  });
  expect(await client.ask('order.place', order)).toMatchObject({
    status: 401,
    error: { code: -2014 },
  });
  client.socket.send('not json');
  expect(await client.until((frame) => frame.id === null)).toMatchObject({ status: 400 });
});

test('a session by Ed25519: logged on, unsigned requests pass, logged out they do not', async () => {
  const client = await open();
  const params: Params = { apiKey: 'curve', timestamp: Date.now() };
  const signature = sign(null, Buffer.from(payloadOf(params)), privateKey).toString('base64');
  expect((await client.ask('session.logon', { ...params, signature })).result).toMatchObject({
    apiKey: 'curve',
  });
  const unsigned = { ...order, timestamp: Date.now() };
  expect((await client.ask('order.place', unsigned)).status).toBe(200);
  expect((await client.ask('userDataStream.subscribe')).result).toEqual({ subscriptionId: 0 });
  expect((await client.ask('session.status')).result).toMatchObject({ userDataStream: true });

  expect((await client.ask('session.logout')).result).toMatchObject({ apiKey: null });
  expect((await client.ask('order.place', unsigned)).status).toBe(401);
  await client.ask('openOrders.cancelAll', signed({ symbol: 'BTCUSDT' }));
});

test('HMAC keys: cannot log on', async () => {
  const client = await open();
  expect((await client.ask('session.logon', signed({}))).status).toBe(400);
});

test('user data: NEW, then TRADE, then balances; the same trade on the market stream', async () => {
  const client = await open();
  const market = await WsClient.open(exchange.port, '/ws/btcusdt@trade');
  onTestFinished(() => market.close());
  expect((await client.ask('userDataStream.subscribe.signature', signed({}))).result).toEqual({
    subscriptionId: 0,
  });
  const { body } = await new RestClient(exchange.port).signed('POST', 'order', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'MARKET',
    quantity: '0.001',
    newClientOrderId: 'events',
  });
  await client.until((frame) => frame.event?.e === 'outboundAccountPosition');
  const reports = client.frames.filter((frame) => frame.event?.e === 'executionReport');
  expect(reports.map(({ event }) => [event.x, event.X])).toEqual([
    ['NEW', 'NEW'],
    ['TRADE', 'FILLED'],
  ]);
  const { subscriptionId, event } = reports[1];
  expect(subscriptionId).toBe(0);
  expect(event).toMatchObject({
    c: 'events',
    C: '',
    i: body.orderId,
    l: '0.00100000',
    z: '0.00100000',
    L: body.fills[0].price,
    n: '0.00000100',
    N: 'BTC',
    t: body.fills[0].tradeId,
    m: false,
    w: false,
    Z: body.cummulativeQuoteQty,
  });
  // Every letter of the vendor's list, so that no client misses one.
  expect(Object.keys(event)).toEqual(
    expect.arrayContaining([...'eEscSofqpPFgCxXrilzLnNTtIwmMOZYQWV']),
  );
  const traded = await market.until((frame) => frame.t === event.t);
  expect(traded).toMatchObject({ p: event.L, q: event.l, T: event.T });
});

test('a cancel: its own id in c, the id of the order in C', async () => {
  const client = await open();
  await client.ask('userDataStream.subscribe.signature', signed({}));
  await client.ask('order.place', signed({ ...order, newClientOrderId: 'named' }));
  const cancel = { symbol: 'BTCUSDT', origClientOrderId: 'named', newClientOrderId: 'the-cancel' };
  await client.ask('order.cancel', signed(cancel));
  const { event } = await client.until((frame) => frame.event?.x === 'CANCELED');
  expect(event).toMatchObject({ c: 'the-cancel', C: 'named', X: 'CANCELED', w: false });
});

test('unsubscribing: the last word is eventStreamTerminated, and then nothing', async () => {
  const client = await open();
  await client.ask('userDataStream.subscribe.signature', signed({}));
  expect((await client.ask('userDataStream.unsubscribe', {})).status).toBe(200);
  await client.until((frame) => frame.event?.e === 'eventStreamTerminated');
  await client.ask('order.test', signed(order));
  expect(client.frames.filter((frame) => frame.event !== undefined)).toHaveLength(1);
});

// There is no header on a socket: the answer itself says what time it is and when asking makes sense again.
test('a ban on a socket names the time and its end by the same clock', async () => {
  const client = await open();
  exchange.armFault({ fault: 'ban', settings: { banMs: 60_000 } });
  onTestFinished(() => exchange.clearFaults());
  const banned = await client.ask('userDataStream.subscribe.signature', signed({}));
  expect(banned).toMatchObject({ status: 418, error: { code: -1003 } });
  const { serverTime, retryAfter } = banned.error.data;
  expect(Math.abs(Date.now() - serverTime)).toBeLessThan(30_000);
  expect(retryAfter - serverTime).toBeGreaterThan(30_000);
  expect(retryAfter - serverTime).toBeLessThanOrEqual(60_000);
});
