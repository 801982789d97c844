import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOrderId, decisionId, strategyId } from '../../src/domain/ids.ts';
import type { SendableOrder } from '../../src/domain/order.ts';
import { Secret } from '../../src/domain/secret.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import type { VenueAnswer } from '../../src/domain/venue.ts';
import { markDurable } from '../../src/journal/durable.ts';
import { AttestedHttp } from '../../src/live/attested-http.ts';
import { CcxtAccount } from '../../src/live/ccxt-account.ts';
import { approve } from '../../src/risk/approve.ts';
import { createBinanceAccountCodec } from '../../src/venues/binance-account.ts';
import { makeInstrument } from '../support/frames.ts';
import { httpAnswer, type Misbehaviour, RawHttpServer } from '../support/raw-http-server.ts';

// The pinned ccxt, our transport and our codec together against a server that misbehaves on a real
// socket. A new version of ccxt passes here before it carries an order.

const API_KEY = 'key-that-never-shows';
const API_SECRET = 'secret-that-never-shows';
const TIMESTAMP_MS = 1_723_161_255_123;
const RECV_WINDOW_MS = 3_000;
const TIMEOUT_MS = 400;
const OURS = clientOrderId('ov1abcd0001000000017x');
const btc = makeInstrument(0);
const codec = createBinanceAccountCodec();

const order: SendableOrder = markDurable(
  approve({
    clientOrderId: OURS,
    decisionId: decisionId('1-1'),
    strategy: strategyId('story'),
    class: 'entry',
    venue: 'binance',
    symbol: btc.symbol,
    instrument: btc,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'IOC',
    price: price(6_183_763),
    quantity: lots(500),
    createdAtMs: unixMs(TIMESTAMP_MS),
    reason: { code: 'SIGNAL_ENTRY' },
  }),
);

let server: RawHttpServer;
let http: AttestedHttp;
let account: CcxtAccount;

beforeEach(async () => {
  server = await RawHttpServer.start();
  http = new AttestedHttp();
  account = await openAccount(server.base);
});

afterEach(async () => {
  http.close();
  await server.close();
});

function openAccount(restBase: string, apiKey = new Secret(API_KEY)): Promise<CcxtAccount> {
  return CcxtAccount.load({
    restBase,
    apiKey,
    apiSecret: new Secret(API_SECRET),
    recvWindowMs: RECV_WINDOW_MS,
    timeoutMs: TIMEOUT_MS,
    http,
  });
}

function place(through = account): Promise<VenueAnswer> {
  return through.place(order, TIMESTAMP_MS, () => undefined);
}

const TAKEN = JSON.stringify({
  symbol: 'BTCUSDT',
  orderId: 28,
  orderListId: -1,
  clientOrderId: OURS,
  transactTime: TIMESTAMP_MS,
  price: '61837.63000000',
  origQty: '0.00500000',
  executedQty: '0.00000000',
  cummulativeQuoteQty: '0.00000000',
  status: 'EXPIRED',
  timeInForce: 'IOC',
  type: 'LIMIT',
  side: 'BUY',
  fills: [],
});

const say =
  (status: number, body: string, headers = ''): Misbehaviour =>
  (socket) => {
    socket.write(httpAnswer(status, body, headers));
  };
const raw =
  (text: string): Misbehaviour =>
  (socket) => {
    socket.end(text);
  };
const refuse = (status: number, code: number, msg: string, headers = ''): Misbehaviour =>
  say(status, JSON.stringify({ code, msg }), headers);

/** What the server does, and the one thing that may be concluded from it. */
const ROWS: readonly (readonly [string, Misbehaviour, string])[] = [
  ['takes it', say(200, TAKEN), 'accepted'],
  ['takes it, in chunks', raw(chunked(TAKEN)), 'accepted'],
  [
    'takes it after 100 Continue',
    raw(`HTTP/1.1 100 C\r\n\r\n${httpAnswer(200, TAKEN)}`),
    'accepted',
  ],
  ['200 {}', say(200, '{}'), 'unknown'],
  ['200 of a captive portal', say(200, '<html>please log in</html>'), 'unknown'],
  ['200 with an empty body', say(200, ''), 'unknown'],
  ['200 with truncated JSON', say(200, TAKEN.slice(0, 100)), 'unknown'],
  ['200 about another order', say(200, TAKEN.replace(OURS, 'ov1abcd0001000000020y')), 'unknown'],
  ['200 packed with gzip', say(200, '\u001f\u008b', 'content-encoding: gzip\r\n'), 'unknown'],
  ['204', raw('HTTP/1.1 204 X\r\n\r\n'), 'unknown'],
  ['the body is cut', raw(httpAnswer(200, TAKEN).slice(0, -50)), 'unknown'],
  ['the chunks are cut', raw(chunked(TAKEN).slice(0, -10)), 'unknown'],
  ['the headers are cut', raw('HTTP/1.1 200 OK\r\ncontent-le'), 'unknown'],
  ['garbage instead of headers', raw('\u0000\u0001 what is this\r\n\r\n'), 'unknown'],
  ['a header without an end', raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(80_000)}`), 'unknown'],
  [
    'two lengths',
    raw(`HTTP/1.1 200 X\r\ncontent-length: 3\r\n${httpAnswer(200, TAKEN).slice(16)}`),
    'unknown',
  ],
  ['reset', (socket) => socket.resetAndDestroy(), 'unknown'],
  ['closes without a word', raw(''), 'unknown'],
  ['no answer', () => undefined, 'unknown'],
  ['only 100 Continue', (socket) => socket.write('HTTP/1.1 100 C\r\n\r\n'), 'unknown'],
  [
    '101 another protocol',
    raw('HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    'unknown',
  ],
  [
    'half an answer, then silence',
    (socket) => socket.write(httpAnswer(200, TAKEN).slice(0, -9)),
    'unknown',
  ],
  ['301', say(301, '', 'location: /api/v3/order\r\n'), 'unknown'],
  ['307 to itself', say(307, '', 'location: /api/v3/order\r\n'), 'unknown'],
  ['500 with a page', say(500, '<html>'), 'unknown'],
  ['502', say(502, '<html>Bad Gateway</html>'), 'unknown'],
  ['503 -1008 overloaded', refuse(503, -1008, 'Server is currently overloaded'), 'unknown'],
  ['504', say(504, ''), 'unknown'],
  ['408 -1007', refuse(408, -1007, 'Timeout waiting for response from backend server.'), 'unknown'],
  ['400 -1006', refuse(400, -1006, 'An unexpected response was received.'), 'unknown'],
  ['400 -1001', refuse(400, -1001, 'Internal error'), 'unknown'],
  ['400 -1000', refuse(400, -1000, 'An unknown error occurred'), 'unknown'],
  ['400 with a page', say(400, '<html>'), 'unknown'],
  ['403 of a firewall', say(403, '<html>Forbidden</html>'), 'unknown'],
  ['429 of a box in the middle', say(429, '<html>'), 'unknown'],
  ['-2010 Duplicate order sent.', refuse(400, -2010, 'Duplicate order sent.'), 'exists'],
  [
    '-2010 no balance',
    refuse(400, -2010, 'Account has insufficient balance for requested action.'),
    'rejected',
  ],
  ['-1013 filter', refuse(400, -1013, 'Filter failure: LOT_SIZE'), 'rejected'],
  ['-1121 symbol', refuse(400, -1121, 'Invalid symbol.'), 'rejected'],
  [
    '-1021 timestamp',
    refuse(400, -1021, 'Timestamp for this request is outside of the recvWindow.'),
    'rejected',
  ],
  ['-1022 signature', refuse(400, -1022, 'Signature for this request is not valid.'), 'rejected'],
  ['-2015 key', refuse(401, -2015, 'Invalid API-key, IP, or permissions for action.'), 'rejected'],
  ['403 of the venue', refuse(403, -2015, 'x'), 'rejected'],
  [
    '451 of the venue',
    refuse(451, 0, 'Service unavailable from a restricted location'),
    'rejected',
  ],
  ['429 -1003', refuse(429, -1003, 'Too many requests.', 'retry-after: 5\r\n'), 'rejected'],
  ['429 -1015', refuse(429, -1015, 'Too many new orders.'), 'rejected'],
  [
    '418 ban',
    refuse(418, -1003, 'Way too many requests; IP banned.', 'retry-after: 120\r\n'),
    'rejected',
  ],
];

function chunked(body: string): string {
  const half = Math.floor(body.length / 2);
  const parts = [body.slice(0, half), body.slice(half), ''];
  const lines = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${lines.join('')}`;
}

test.each(ROWS)(
  'the venue says "%s": one POST, and what that proves',
  async (_name, misbehaviour, outcome) => {
    server.answer = misbehaviour;
    const answer = await place();
    expect(codec.classifyPlace(answer, OURS, btc).type, JSON.stringify(answer)).toBe(outcome);
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /api/v3/order',
    ]);
    // Whatever was said, in whatever words of ccxt: no key and no signature comes back with it.
    expect(JSON.stringify(answer)).not.toMatch(/never-shows|signature=/);
  },
);

test('the request is the one that the journal wrote down: our id, our timestamp, our window, signed', async () => {
  server.answer = say(200, TAKEN);
  let sentCount = 0;
  await account.place(order, TIMESTAMP_MS, () => {
    sentCount += 1;
  });
  const [request] = server.requests;
  const fields = Object.fromEntries(new URLSearchParams(request?.body));
  const { signature, ...rest } = fields;
  expect(rest).toEqual({
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'IOC',
    quantity: '0.005',
    price: '61837.63',
    newClientOrderId: OURS,
    newOrderRespType: 'FULL',
    timestamp: String(TIMESTAMP_MS),
    recvWindow: String(RECV_WINDOW_MS),
  });
  expect(signature).toMatch(/^[0-9a-f]{64}$/);
  expect(request?.headers['x-mbx-apikey']).toBe(API_KEY);
  // We do not unpack: nobody may be invited to pack.
  expect(request?.headers['accept-encoding'] ?? 'identity').toBe('identity');
  expect(sentCount).toBe(1);
});

test('nobody listens: not sent, and said by the transport', async () => {
  const base = server.base;
  await server.close();
  const answer = await place(await openAccount(base));
  expect(answer).toMatchObject({ type: 'transportFailed', bytesSent: 'none' });
  expect(codec.classifyPlace(answer, OURS, btc).type).toBe('notSent');
});

test('a key that no header can carry: not sent, and it is not told on', async () => {
  const apiKey = new Secret(`${API_KEY}\u0000`);
  const broken = await openAccount(server.base, apiKey);
  const answer = await place(broken);
  expect(answer).toMatchObject({ type: 'transportFailed', bytesSent: 'none' });
  expect(JSON.stringify(answer)).not.toMatch(/never-shows|signature=/);
  const asked = await broken.ask({ type: 'account' }, TIMESTAMP_MS);
  expect(JSON.stringify(asked)).not.toMatch(/never-shows|signature=/);
  expect(server.requests).toEqual([]);
});

// The venue closes an idle connection in the same moment in which we use it: the bytes may have been
// read by somebody before the end.
test('a kept connection dies under the order: unknown, and no second try on a new one', async () => {
  server.answer = say(200, TAKEN);
  await place();
  server.answer = (socket) => socket.destroy();
  const answer = await place();
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1]);
  expect(answer).toMatchObject({ type: 'transportFailed', bytesSent: 'maybe' });
});

test('an answer after the deadline changes nothing any more', async () => {
  let late: (() => void) | undefined;
  server.answer = (socket) => {
    late = () => socket.write(httpAnswer(200, TAKEN));
  };
  const answer = await place();
  expect(answer).toMatchObject({ type: 'timedOut', waitedMs: TIMEOUT_MS });
  late?.();
  server.answer = refuse(400, -1013, 'Filter failure');
  // The late answer is not taken for the answer to the next order.
  expect(codec.classifyPlace(await place(), OURS, btc).type).toBe('rejected');
  expect(server.requests).toHaveLength(2);
});

test('an answer without an end is cut off: unknown, and memory stays ours', async () => {
  server.answer = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const piece = `100000\r\n${'x'.repeat(0x10_0000)}\r\n`;
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', pour);
    pour();
  };
  const answer = await place();
  expect(codec.classifyPlace(answer, OURS, btc).type).toBe('unknown');
  expect(server.requests).toHaveLength(1);
});

// Routers forget idle connections without a word: what is sent on one is never answered.
test('a connection that was idle for long is closed by us, not trusted with an order', async () => {
  http.close();
  http = new AttestedHttp(50);
  account = await openAccount(server.base);
  server.answer = say(200, TAKEN);
  await place();
  await expect.poll(() => server.openCount).toBe(0);
  await place();
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
});

test('a slow answer is waited for, however short the idle time', async () => {
  http.close();
  http = new AttestedHttp(20);
  account = await openAccount(server.base);
  server.answer = (socket) => void setTimeout(() => socket.write(httpAnswer(200, TAKEN)), 150);
  expect(codec.classifyPlace(await place(), OURS, btc).type).toBe('accepted');
});
