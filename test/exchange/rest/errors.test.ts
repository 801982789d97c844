import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { type Params, RestClient } from '../support/rest-client.ts';

// Clients map these texts to classes, and our own classifier decides on the codes: both verbatim.
let exchange: RunningExchange;
let client: RestClient;

beforeAll(async () => {
  // A generated market, so that there is a book to match against and a price to be far from.
  exchange = await startExchange({ seed: 'errors', symbols: ['BTCUSDT'] });
  client = new RestClient(exchange.port);
});
afterAll(async () => {
  await exchange?.close();
});

const limit: Params = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '50000',
};
const without = (name: string): Params =>
  Object.fromEntries(Object.entries(limit).filter(([key]) => key !== name));

// biome-ignore format: a table
test.each<[string, Params, number, string]>([
  ['no symbol', without('symbol'), -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
  ['no price', without('price'), -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."],
  ['no time in force', without('timeInForce'), -1102, "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."],
  ['an unknown symbol', { ...limit, symbol: 'NOPEUSDT' }, -1121, 'Invalid symbol.'],
  ['an unknown side', { ...limit, side: 'HOLD' }, -1117, 'Invalid side.'],
  ['an unknown type', { ...limit, type: 'MAGIC' }, -1116, 'Invalid orderType.'],
  ['an unknown time in force', { ...limit, timeInForce: 'DAY' }, -1115, 'Invalid timeInForce.'],
  ['LIMIT_MAKER with a time in force', { ...limit, type: 'LIMIT_MAKER' }, -1106, "Parameter 'timeInForce' sent when not required."],
  ['a leftover', { ...limit, colour: 'red' }, -1104, "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."],
  ['too many decimals', { ...limit, quantity: '0.0123456789' }, -1111, "Parameter 'quantity' has too much precision."],
  ['a price off the tick', { ...limit, price: '50000.001' }, -1013, 'Filter failure: PRICE_FILTER'],
  ['a quantity off the lot', { ...limit, quantity: '0.0000001' }, -1013, 'Filter failure: LOT_SIZE'],
  ['too small an order', { ...limit, quantity: '0.00001' }, -1013, 'Filter failure: NOTIONAL'],
  ['a price out of proportion', { ...limit, price: '900000' }, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
  ['more than we have', { ...limit, quantity: '10' }, -2010, 'Account has insufficient balance for requested action.'],
  ['a maker that would take', { ...without('timeInForce'), type: 'LIMIT_MAKER', price: '90000' }, -2010, 'Order would immediately match and take.'],
  ['too wide a window', { ...limit, recvWindow: 60_001 }, -1131, 'recvWindow must be less than 60000'],
])('%s: refused with 400 in the words of the venue', async (_, params, code, msg) => {
  const answer = await client.signed('POST', 'order', params);
  expect(answer).toMatchObject({ status: 400, body: { code, msg } });
});

// The venue tells all that was asked for or nothing: one unknown name hides the others.
// biome-ignore format: a table
test.each<[string, Params, number, string]>([
  ['an unknown symbol', { symbol: 'NOPEUSDT' }, -1121, 'Invalid symbol.'],
  ['one unknown symbol among others', { symbols: '["BTCUSDT","NOPEUSDT"]' }, -1121, 'Invalid symbol.'],
  ['a symbol and a list of them', { symbol: 'BTCUSDT', symbols: '["BTCUSDT"]' }, -1128, 'Combination of optional parameters invalid.'],
  ['a list and a status', { symbols: '["BTCUSDT"]', symbolStatus: 'TRADING' }, -1128, 'Combination of optional parameters invalid.'],
])('what is traded, %s: refused as a whole', async (_, params, code, msg) => {
  const answer = await client.get('exchangeInfo', params);
  expect(answer).toMatchObject({ status: 400, body: { code, msg } });
});

test('what is traded, a name that no symbol could have: refused by its form', async () => {
  const answer = await client.get('exchangeInfo', { symbols: '["BTCUSDT","btc usdt"]' });
  expect(answer).toMatchObject({ status: 400, body: { code: -1100 } });
});

// biome-ignore format: a table
test.each<[string, string, Params, number, string]>([
  ['a cancel of nothing', 'DELETE', { symbol: 'BTCUSDT', orderId: 999_999_999 }, -2011, 'Unknown order sent.'],
  ['a query of nothing', 'GET', { symbol: 'BTCUSDT', orderId: 999_999_999 }, -2013, 'Order does not exist.'],
  ['a query without an id', 'GET', { symbol: 'BTCUSDT' }, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"],
])('%s: refused in the words of the venue', async (_, method, params, code, msg) => {
  const answer = await client.signed(method, 'order', params);
  expect(answer).toMatchObject({ status: 400, body: { code, msg } });
});

test('an id used by an open order: refused; used by an ended one: free again', async () => {
  const named = { ...limit, newClientOrderId: 'only-once' };
  expect((await client.signed('POST', 'order', named)).status).toBe(200);
  expect((await client.signed('POST', 'order', named)).body).toEqual({
    code: -2010,
    msg: 'Duplicate order sent.',
  });
  const ref = { symbol: 'BTCUSDT', origClientOrderId: 'only-once' };
  expect((await client.signed('DELETE', 'order', ref)).body).toMatchObject({ status: 'CANCELED' });
  expect((await client.signed('POST', 'order', named)).status).toBe(200);
  await client.signed('DELETE', 'order', ref);
  expect(exchange.truth()).toMatchObject({ clientIdCounts: { 'only-once': 3 } });
});

test('cancel of all orders with none open: -2011', async () => {
  const answer = await client.signed('DELETE', 'openOrders', { symbol: 'BTCUSDT' });
  expect(answer.body).toMatchObject({ code: -2011 });
});

test('keys: absent is malformed, unknown is invalid, both 401 and before the parameters', async () => {
  const nobody = await client.call('POST', '/api/v3/order');
  expect(nobody).toMatchObject({
    status: 401,
    body: { code: -2014, msg: 'API-key format invalid.' },
  });
  const stranger = await new RestClient(exchange.port, 'stranger').signed('GET', 'account');
  expect(stranger).toMatchObject({
    status: 401,
    body: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
  });
});

test('checks in order: mandatory parameters, then time, then signature, then values', async () => {
  const forger = new RestClient(exchange.port, 'demo', 'not the secret');
  forger.clockShiftMs = -60_000;
  const code = async (params: Params) => (await forger.signed('POST', 'order', params)).body.code;
  expect(await code(without('side'))).toBe(-1102);
  expect(await code({ ...limit, symbol: 'NOPEUSDT' })).toBe(-1021);
  forger.clockShiftMs = 0;
  expect(await code({ ...limit, symbol: 'NOPEUSDT' })).toBe(-1022);
});

test('a timestamp too old or ahead: -1021 with the text for each', async () => {
  const late = new RestClient(exchange.port);
  late.clockShiftMs = -10_000;
  expect((await late.signed('GET', 'account')).body).toEqual({
    code: -1021,
    msg: 'Timestamp for this request is outside of the recvWindow.',
  });
  late.clockShiftMs = 5_000;
  expect((await late.signed('GET', 'account')).body).toEqual({
    code: -1021,
    msg: "Timestamp for this request was 1000ms ahead of the server's time.",
  });
});

test('a body instead of a query, and both together: the same order', async () => {
  const bodied = await client.signedBody('POST', 'order', limit);
  expect(bodied).toMatchObject({ status: 200, body: { status: 'NEW', fills: [] } });
  await client.signed('DELETE', 'openOrders', { symbol: 'BTCUSDT' });
});

test('unknown paths: 404; listen keys: an error, as they were removed', async () => {
  expect((await client.call('GET', '/api/v3/nothing')).status).toBe(404);
  expect((await client.call('POST', '/api/v3/userDataStream')).status).toBe(410);
  expect((await client.call('GET', '/any/prefix/api/v3/ping')).body).toEqual({});
});
