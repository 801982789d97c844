import { expect, onTestFinished, test } from 'vitest';
import { FAULT_CATALOGUE } from '../../../src/exchange/faults/catalogue.ts';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { RestClient } from '../support/rest-client.ts';
import { type Frame, WsClient } from '../support/ws-client.ts';

// Each fault as a client meets it. What the engine did meanwhile is asked of the truth.
async function start(): Promise<{ exchange: RunningExchange; rest: RestClient }> {
  const exchange = await startExchange({
    seed: 'faults',
    speed: 5,
    symbols: ['BTCUSDT', 'ETHUSDT'],
    socketRules: { messagesPerSecMax: 1_000 },
  });
  onTestFinished(() => exchange.close());
  return { exchange, rest: new RestClient(exchange.port) };
}

async function open(exchange: RunningExchange, path: string): Promise<WsClient> {
  const client = await WsClient.open(exchange.port, path);
  onTestFinished(() => client.close());
  return client;
}

async function listenToAccount(exchange: RunningExchange, rest: RestClient): Promise<WsClient> {
  const client = await open(exchange, '/ws-api/v3');
  const params = new URLSearchParams(rest.sign({ apiKey: 'demo', timestamp: Date.now() }));
  await client.ask('userDataStream.subscribe.signature', Object.fromEntries(params));
  return client;
}

const order = (newClientOrderId: string) => ({
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '50000',
  newClientOrderId,
});
const place = (rest: RestClient, id: string) => rest.signed('POST', 'order', order(id));
const exists = async (rest: RestClient, id: string) =>
  (await rest.signed('GET', 'order', { symbol: 'BTCUSDT', origClientOrderId: id })).status === 200;

test('close: the socket is cut, and coming back works', async () => {
  const { exchange } = await start();
  const client = await open(exchange, '/ws/btcusdt@trade');
  exchange.armFault({ fault: 'close', target: { channel: 'market' } });
  expect(await client.closed).toBe(1006);
  const again = await open(exchange, '/ws/btcusdt@trade');
  await again.until((frame) => frame.e === 'trade');
  exchange.armFault({ fault: 'close', settings: { code: 1001 } });
  expect(await again.closed).toBe(1001);
});

test.each([true, false])(
  'stall (pongs %s): data stops, and flows again when cleared',
  async (pongs) => {
    const { exchange } = await start();
    const client = await open(exchange, '/ws/btcusdt@bookTicker');
    await client.until((frame) => frame.u !== undefined);
    exchange.armFault({ fault: 'stall', target: { channel: 'market' }, settings: { pongs } });
    let ponged = false;
    client.socket.on('pong', () => {
      ponged = true;
    });
    client.socket.ping();
    const heardBefore = client.frames.length;
    // A round trip over another door: by then a pong would have come, and data were withheld.
    const other = new RestClient(exchange.port);
    for (let trip = 0; trip < 20; trip++) await other.get('ping');
    expect(ponged).toBe(pongs);
    expect(client.frames.length - heardBefore).toBeLessThanOrEqual(1);

    exchange.clearFaults();
    const silentAt = client.frames.length;
    await client.when(() => (client.frames.length > silentAt ? true : undefined));
  },
);

test('drop: one stream is silent, the others of the same socket are not', async () => {
  const { exchange } = await start();
  exchange.armFault({ fault: 'drop', target: { stream: 'btcusdt@bookTicker' } });
  const client = await open(exchange, '/stream?streams=btcusdt@bookTicker/ethusdt@bookTicker');
  await client.when(() => (client.frames.length >= 20 ? true : undefined));
  expect(new Set(client.frames.map((frame) => frame.stream))).toEqual(
    new Set(['ethusdt@bookTicker']),
  );
});

test('drop, once: exactly one depth event is missing', async () => {
  const { exchange } = await start();
  const client = await open(exchange, '/ws/btcusdt@depth@100ms');
  await client.until((frame) => frame.u !== undefined);
  exchange.armFault({ fault: 'drop', count: 1, target: { stream: '@depth' } });
  const breaks = () =>
    client.frames.filter((frame, index) => index > 0 && frame.U !== client.frames[index - 1].u + 1);
  await client.when(() => (breaks().length === 1 ? true : undefined));
  const seen = client.frames.length;
  await client.when(() => (client.frames.length >= seen + 3 ? true : undefined));
  expect(breaks()).toHaveLength(1);
});

test('refuse: no new connection, the old ones live', async () => {
  const { exchange, rest } = await start();
  const client = await open(exchange, '/ws/btcusdt@trade');
  exchange.armFault({ fault: 'refuse', target: { channel: 'market' } });
  await expect(WsClient.open(exchange.port, '/ws')).rejects.toThrow();
  expect((await rest.get('ping')).status).toBe(200);
  const heard = client.frames.length;
  await client.when(() => (client.frames.length > heard ? true : undefined));
});

test('delay: the answer comes late, the order does not', async () => {
  const { exchange, rest } = await start();
  exchange.armFault({
    fault: 'delay',
    count: 1,
    target: { method: 'POST' },
    settings: { delayMs: 1_000 },
  });
  let isAnswered = false;
  const answer = place(rest, 'late').finally(() => {
    isAnswered = true;
  });
  while (!(await exists(rest, 'late')));
  expect(isAnswered).toBe(false);
  expect((await answer).status).toBe(200);
});

test('delay before the engine: a short window runs out while the request waits', async () => {
  const { exchange, rest } = await start();
  exchange.armFault({
    fault: 'delay',
    count: 1,
    target: { method: 'POST' },
    settings: { delayMs: 300, where: 'before' },
  });
  const answer = await rest.signed('POST', 'order', { ...order('too-late'), recvWindow: 100 });
  expect(answer.body).toMatchObject({ code: -1021 });
  expect(await exists(rest, 'too-late')).toBe(false);
});

// The pair no client can tell apart: the same answer, and two different truths.
test('error-before and error-after: both say 5xx, only one made an order', async () => {
  const { exchange, rest } = await start();
  const settings = { httpStatus: 503, body: 'Service Unavailable' };
  exchange.armFault({ fault: 'error-before', count: 1, target: { method: 'POST' }, settings });
  expect(await place(rest, 'before')).toMatchObject({ status: 503, body: 'Service Unavailable' });
  expect(await exists(rest, 'before')).toBe(false);

  exchange.armFault({ fault: 'error-after', count: 1, target: { method: 'POST' }, settings });
  expect(await place(rest, 'after')).toMatchObject({ status: 503, body: 'Service Unavailable' });
  expect(await exists(rest, 'after')).toBe(true);

  exchange.armFault({ fault: 'error-after', count: 1, target: { method: 'POST' } });
  expect((await place(rest, 'timeout')).body).toMatchObject({ code: -1007 });
});

test('lose-answer: the socket dies, the order lives, and the wire log knows', async () => {
  const { exchange, rest } = await start();
  exchange.armFault({ fault: 'lose-answer', count: 1, target: { clientOrderId: 'lost' } });
  await expect(place(rest, 'lost')).rejects.toThrow();
  expect(await exists(rest, 'lost')).toBe(true);
  expect(exchange.truth()).toMatchObject({
    clientIdCounts: { lost: 1 },
    wireLog: [{ request: 'POST /api/v3/order', clientOrderId: 'lost', outcome: 'lost' }],
  });
  expect((await place(rest, 'next')).status).toBe(200);
});

test('rate-limit and ban: 429, then 418 for everything, with Retry-After', async () => {
  const { exchange, rest } = await start();
  exchange.armFault({ fault: 'rate-limit', count: 1, settings: { retryAfterSec: 7 } });
  const limited = await rest.get('time');
  expect([limited.status, limited.headers.get('retry-after'), limited.body.code]).toEqual([
    429,
    '7',
    -1003,
  ]);

  const id = exchange.armFault({ fault: 'ban', settings: { banMs: 60_000 } });
  expect(id).toBeGreaterThan(0);
  const banned = await rest.get('time');
  expect(banned.status).toBe(418);
  expect(Number(banned.headers.get('retry-after'))).toBeGreaterThan(50);
  exchange.clearFaults();
  expect((await rest.get('time')).status).toBe(200);
});

test('clock-shift: server time jumps, requests of an honest clock are refused, and back again', async () => {
  const { exchange, rest } = await start();
  exchange.armFault({ fault: 'clock-shift', settings: { shiftMs: -10_000 } });
  expect((await rest.get('time')).body.serverTime).toBeLessThan(Date.now() - 9_000);
  expect((await rest.signed('GET', 'account')).body.code).toBe(-1021);
  exchange.clearFaults();
  expect((await rest.signed('GET', 'account')).status).toBe(200);
});

// biome-ignore format: a table
test.each<[string, (frame: Frame) => boolean]>([
  ['badJson', (frame) => frame.invalid !== undefined],
  ['huge', (frame) => frame.padding?.length > 1_000_000],
  ['nan', (frame) => frame.b === 'NaN'],
  ['negative', (frame) => frame.b === '-1.00000000'],
  ['zero', (frame) => frame.b === '0.00000000'],
  ['blank', (frame) => frame.b === ''],
  ['exponent', (frame) => frame.b === '1e400'],
  ['wrongTypes', (frame) => frame.b?.price === true],
  ['unknownSymbol', (frame) => frame.s === 'NOSUCHUSDT'],
  ['notAnObject', (frame) => Array.isArray(frame)],
])('malform (%s): one broken frame, then whole ones', async (how, isBroken) => {
  const { exchange } = await start();
  const client = await open(exchange, '/ws/btcusdt@bookTicker');
  exchange.armFault({ fault: 'malform', count: 1, settings: { how }, target: { channel: 'market' } });
  await client.until(isBroken);
  const whole = (frame: Frame) => frame.s === 'BTCUSDT' && Number(frame.b) > 0;
  await client.when(() => (client.frames.findLastIndex(whole) > client.frames.findIndex(isBroken) ? true : undefined));
  expect(client.frames.filter(isBroken)).toHaveLength(1);
});

test('end-user-stream: terminated, and silent until subscribed again', async () => {
  const { exchange, rest } = await start();
  const client = await listenToAccount(exchange, rest);
  exchange.armFault({ fault: 'end-user-stream' });
  await client.until((frame) => frame.event?.e === 'eventStreamTerminated');
  await place(rest, 'unheard');
  expect(client.frames.some((frame) => frame.event?.c === 'unheard')).toBe(false);
});

test('duplicate: each report twice, one order', async () => {
  const { exchange, rest } = await start();
  const client = await listenToAccount(exchange, rest);
  exchange.armFault({
    fault: 'duplicate',
    target: { channel: 'userStream', path: 'executionReport' },
  });
  await place(rest, 'twin');
  const twins = () => client.frames.filter((frame) => frame.event?.c === 'twin');
  await client.when(() => (twins().length === 2 ? true : undefined));
  expect(twins()[0]).toEqual(twins()[1]);
});

test('reorder: a fill is told before the order that it fills', async () => {
  const { exchange, rest } = await start();
  const client = await listenToAccount(exchange, rest);
  exchange.armFault({
    fault: 'reorder',
    target: { channel: 'userStream', path: 'executionReport' },
  });
  await rest.signed('POST', 'order', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'MARKET',
    quantity: '0.001',
  });
  await client.until((frame) => frame.event?.x === 'NEW');
  const kinds = client.frames.map((frame) => frame.event?.x).filter((kind) => kind !== undefined);
  expect(kinds[0]).toBe('TRADE');
  expect(kinds).toContain('NEW');
});

test('shutdown: said everywhere, closed shortly after', async () => {
  const { exchange } = await start();
  const market = await open(exchange, '/ws/btcusdt@trade');
  const api = await open(exchange, '/ws-api/v3');
  exchange.armFault({ fault: 'shutdown', settings: { closeAfterMs: 50 } });
  await market.until((frame) => frame.e === 'serverShutdown');
  await api.until((frame) => frame.event?.e === 'serverShutdown');
  expect([await market.closed, await api.closed]).toEqual([1001, 1001]);
});

test('revoke-key: -2015 from the next request on', async () => {
  const { exchange, rest } = await start();
  expect((await rest.signed('GET', 'account')).status).toBe(200);
  exchange.armFault({ fault: 'revoke-key' });
  expect(await rest.signed('GET', 'account')).toMatchObject({ status: 401, body: { code: -2015 } });
});

test('symbol-status: shown in exchangeInfo, obeyed by the engine, over when cleared', async () => {
  const { exchange, rest } = await start();
  exchange.armFault({ fault: 'symbol-status', settings: { symbol: 'BTCUSDT', status: 'BREAK' } });
  const info = (await rest.get('exchangeInfo', { symbol: 'BTCUSDT' })).body;
  expect(info.symbols[0].status).toBe('BREAK');
  expect((await place(rest, 'closed-market')).status).toBe(400);
  exchange.clearFaults();
  expect((await place(rest, 'open-market')).status).toBe(200);
});

test('the catalogue: every fault named once, and described', () => {
  const names = FAULT_CATALOGUE.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { does } of FAULT_CATALOGUE) expect(does.length).toBeGreaterThan(10);
});
