import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { formatPrice, formatQuantity } from '../../src/domain/instrument.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { VenueAnswer } from '../../src/domain/venue.ts';
import { createBinanceAccountCodec } from '../../src/venues/binance-account.ts';
import { makeInstrument } from '../support/frames.ts';

const codec = createBinanceAccountCodec();
const btc = makeInstrument(0);
const OURS = clientOrderId('ov1abcd0001000000017x');
const SENT_AT_MS = unixMs(1_723_161_255_000);

function http(status: number, body: string, retryAfterMs?: number): VenueAnswer {
  return { type: 'http', status, body, retryAfterMs, usedWeight: undefined, sentAtMs: SENT_AT_MS };
}

function order(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    symbol: 'BTCUSDT',
    orderId: 28,
    orderListId: -1,
    clientOrderId: OURS,
    transactTime: 1_507_725_176_595,
    price: '61837.63000000',
    origQty: '0.00500000',
    executedQty: '0.00300000',
    cummulativeQuoteQty: '185.51289000',
    status: 'EXPIRED',
    timeInForce: 'IOC',
    type: 'LIMIT',
    side: 'BUY',
    expiryReason: 'INSUFFICIENT_LIQUIDITY',
    fills: [
      {
        price: '61837.63',
        qty: '0.003',
        commission: '0.000003',
        commissionAsset: 'BTC',
        tradeId: 5,
      },
    ],
    ...change,
  };
}

function placed(status: number, body: string, retryAfterMs?: number): string {
  return codec.classifyPlace(http(status, body, retryAfterMs), OURS, btc).type;
}

test('an accepted order with its fills, exact', () => {
  const answer = http(200, JSON.stringify(order()));
  expect(codec.classifyPlace(answer, OURS, btc)).toEqual({
    type: 'accepted',
    report: {
      instrument: btc,
      symbol: 'BTC/USDT',
      clientOrderId: OURS,
      venueOrderId: '28',
      side: 'BUY',
      status: 'EXPIRED',
      text: 'EXPIRED INSUFFICIENT_LIQUIDITY',
      price: 6_183_763,
      quantity: 500,
      filledQuantity: 300,
      filledQuote: 18_551_289_000n,
      updatedAtMs: 1_507_725_176_595,
      fills: [
        {
          venue: 'binance',
          symbol: 'BTC/USDT',
          tradeId: '5',
          venueOrderId: '28',
          clientOrderId: OURS,
          side: 'BUY',
          price: 6_183_763,
          quantity: 300,
          quote: 18_551_289_000n,
          fee: 300n,
          feeAsset: 'BTC',
          liquidity: 'TAKER',
          tradedAtMs: 1_507_725_176_595,
        },
      ],
    },
  });
});

// Beyond 2^53 a JSON number is another number: the order would be somebody else's.
test('an order id of nineteen digits keeps all of them', () => {
  const body = JSON.stringify(order()).replace('"orderId":28', '"orderId":9223372036854775807');
  const outcome = codec.classifyPlace(http(200, body), OURS, btc);
  expect(outcome).toMatchObject({ report: { venueOrderId: '9223372036854775807' } });
});

// Each line: what came, and what alone it proves. Anything not proven is unknown, and only asked about.
const error = (code: number, msg: string): string => JSON.stringify({ code, msg });
const outcomes: readonly (readonly [string, number, string, number | undefined, string])[] = [
  ['filter', 400, error(-1013, 'Filter failure: LOT_SIZE'), undefined, 'rejected'],
  ['unsupported', 400, error(-1014, 'x'), undefined, 'rejected'],
  ['too many orders', 429, error(-1015, 'Too many new orders'), undefined, 'rejected'],
  ['outside the window', 400, error(-1021, 'Timestamp'), undefined, 'rejected'],
  ['bad signature', 400, error(-1022, 'Signature'), undefined, 'rejected'],
  ['bad parameter', 400, error(-1102, 'Mandatory'), undefined, 'rejected'],
  ['last parameter code', 400, error(-1136, 'x'), undefined, 'rejected'],
  ['beyond the parameter codes', 400, error(-1137, 'x'), undefined, 'unknown'],
  ['before the parameter codes', 400, error(-1099, 'x'), undefined, 'unknown'],
  ['no balance', 400, error(-2010, 'Account has insufficient balance'), undefined, 'rejected'],
  ['exists', 400, error(-2010, 'Duplicate order sent.'), undefined, 'exists'],
  ['key format', 401, error(-2014, 'API-key format invalid.'), undefined, 'rejected'],
  ['key refused', 401, error(-2015, 'Invalid API-key'), undefined, 'rejected'],
  ['weight', 429, error(-1003, 'Too much request weight used'), undefined, 'rejected'],
  ['weight by header alone', 429, '', 1_000, 'rejected'],
  ['429 of a box in the middle', 429, '<html>', undefined, 'unknown'],
  ['banned', 418, error(-1003, 'banned until'), 120_000, 'rejected'],
  ['-1003 without 418 or 429', 400, error(-1003, 'x'), undefined, 'unknown'],
  ['403 with JSON', 403, error(0, 'WAF'), undefined, 'rejected'],
  ['403 with a page', 403, '<html>Forbidden</html>', undefined, 'unknown'],
  ['451 with a page', 451, '<html>', undefined, 'unknown'],
  ['timeout at the backend', 408, error(-1007, 'Timeout waiting'), undefined, 'unknown'],
  ['disconnected', 400, error(-1001, 'x'), undefined, 'unknown'],
  ['unexpected response', 400, error(-1006, 'x'), undefined, 'unknown'],
  ['overloaded', 503, error(-1008, 'Server overloaded'), undefined, 'unknown'],
  ['a refusal under a 5xx', 500, error(-2010, 'insufficient'), undefined, 'unknown'],
  ['a duplicate under a 5xx', 500, error(-2010, 'Duplicate order sent.'), undefined, 'unknown'],
  ['bad gateway', 502, '<html>', undefined, 'unknown'],
  ['moved', 302, '', undefined, 'unknown'],
  ['200 with nothing', 200, '', undefined, 'unknown'],
  ['200 with {}', 200, '{}', undefined, 'unknown'],
  ['200 with a page', 200, '<html>captive portal</html>', undefined, 'unknown'],
  ['200 cut', 200, JSON.stringify(order()).slice(0, 90), undefined, 'unknown'],
  ['200 with a list', 200, '[]', undefined, 'unknown'],
  [
    '200 of another order',
    200,
    JSON.stringify(order({ clientOrderId: 'x' })),
    undefined,
    'unknown',
  ],
  [
    '200 of another symbol',
    200,
    JSON.stringify(order({ symbol: 'ETHUSDT' })),
    undefined,
    'unknown',
  ],
  ['200 without an id', 200, JSON.stringify(order({ orderId: undefined })), undefined, 'unknown'],
  ['200 with a new status', 200, JSON.stringify(order({ status: 'MAYBE' })), undefined, 'unknown'],
  ['200 with a number for text', 200, JSON.stringify(order({ price: 5 })), undefined, 'unknown'],
];
for (const [name, status, body, retryAfterMs, outcome] of outcomes) {
  test(`a placed order, answer "${name}": ${outcome}`, () =>
    expect(placed(status, body, retryAfterMs)).toBe(outcome));
}

test('no byte left: not sent; maybe some, or no answer: unknown', () => {
  const failed = { type: 'transportFailed', text: 'reset', sentAtMs: SENT_AT_MS } as const;
  expect(codec.classifyPlace({ ...failed, bytesSent: 'none' }, OURS, btc).type).toBe('notSent');
  expect(codec.classifyPlace({ ...failed, bytesSent: 'maybe' }, OURS, btc).type).toBe('unknown');
  const late = { type: 'timedOut', waitedMs: 15_000, sentAtMs: SENT_AT_MS } as const;
  expect(codec.classifyPlace(late, OURS, btc)).toEqual({
    type: 'unknown',
    cause: { type: 'noAnswer', waitedMs: 15_000 },
  });
});

test('every answer says what trouble there is with the way to the venue', () => {
  const troubles = (
    [
      [200, '{}'],
      [200, '<html>'],
      [429, error(-1003, 'x')],
      [418, ''],
      [401, error(-2015, 'x')],
      [400, error(-1021, 'x')],
      [503, error(-1008, 'x')],
      [502, '<html>'],
      [403, '<html>'],
      [400, error(-1013, 'x')],
    ] as const
  ).map(([status, body]) => codec.assessHealth(http(status, body)).trouble);
  expect(troubles).toEqual([
    'none',
    'schema',
    'limited',
    'banned',
    'auth',
    'clock',
    'overloaded',
    'unreachable',
    'banned',
    'none',
  ]);
});

test('a query: the order, not known, refused, or no answer', () => {
  const { fills: _fills, transactTime: _time, ...query } = order();
  const known = { ...query, time: 1, updateTime: 1_507_725_176_600, isWorking: true };
  const answer = codec.decodeOrder(http(200, JSON.stringify(known)), [btc]);
  expect(answer).toMatchObject({ value: { filledQuantity: 300, updatedAtMs: 1_507_725_176_600 } });
  expect(codec.decodeOrder(http(400, error(-2013, 'Order does not exist.')), [btc]).type).toBe(
    'notFound',
  );
  expect(
    codec.decodeOrder(http(400, error(-1102, 'Mandatory parameter missing.')), [btc]).type,
  ).toBe('refused');
  expect(codec.decodeOrder(http(400, error(-1121, 'Invalid symbol.')), [btc]).type).toBe(
    'unlisted',
  );
  expect(codec.decodeOrder(http(503, error(-2013, 'x')), [btc]).type).toBe('failed');
  expect(codec.decodeOrder(http(200, '<html>'), [btc]).type).toBe('failed');
});

test('a cancel: the id of the order is the original one; an unknown order is not found, other refusals are', () => {
  const body = order({
    clientOrderId: 'of the cancel',
    origClientOrderId: OURS,
    status: 'CANCELED',
    fills: undefined,
    expiryReason: undefined,
  });
  expect(codec.decodeCancel(http(200, JSON.stringify(body)), [btc])).toMatchObject({
    type: 'value',
    value: { clientOrderId: OURS, status: 'CANCELED', text: 'CANCELED' },
  });
  expect(codec.decodeCancel(http(400, error(-2011, 'Unknown order sent.')), [btc]).type).toBe(
    'notFound',
  );
  const restricted = error(-2011, 'Order was not canceled due to cancel restrictions.');
  expect(codec.decodeCancel(http(400, restricted), [btc]).type).toBe('refused');
});

test('open orders of markets that are not ours are left out; ours of a wrong shape fail the answer', () => {
  const { transactTime: _time, ...query } = order({ updateTime: 5, fills: undefined });
  const rows = [{ ...query }, { ...query, symbol: 'ETHBTC', price: 'whatever' }];
  expect(codec.decodeOrders(http(200, JSON.stringify(rows)), [btc])).toMatchObject({
    value: [{ symbol: 'BTC/USDT' }],
  });
  const broken = [{ ...query, origQty: '1e5' }];
  expect(codec.decodeOrders(http(200, JSON.stringify(broken)), [btc]).type).toBe('failed');
});

// The venue made its tick larger; who stood in the book before still stands at his own price.
test('an execution between two ticks: money by the price as it was said, the price to the nearest tick', () => {
  const row = {
    symbol: 'BTCUSDT',
    id: 7,
    orderId: 28,
    price: '61837.63700000',
    qty: '0.00100000',
    quoteQty: '61.83763700',
    commission: '0.06183763',
    commissionAsset: 'USDT',
    time: 1_499_865_549_590,
    isBuyer: false,
    isMaker: true,
    isBestMatch: true,
  };
  expect(codec.decodeFills(http(200, JSON.stringify([row])), btc)).toMatchObject({
    value: { fills: [{ price: 6_183_764, quantity: 100, quote: 6_183_763_700n }] },
  });
  for (const price of ['0.00000000', '-1', '1e5', '']) {
    expect(codec.decodeFills(http(200, JSON.stringify([{ ...row, price }])), btc).type).toBe(
      'failed',
    );
  }
});

// The venue made its lots a thousand times larger, and its ticks ten times. What it took before is told as it was taken.
test('an order and its fills between our steps are read in finer ones, to the last digit', () => {
  const coarse = { ...btc, lotDecimals: 2, tickDecimals: 1 };
  const { transactTime: _time, ...query } = order({ updateTime: 5 });
  const told = codec.decodeOrders(http(200, JSON.stringify([query])), [coarse]);
  const event = codec.decodeAccountFrame(Buffer.from(JSON.stringify(report())), [coarse]);
  const value = told.type === 'value' ? told.value[0] : undefined;
  const heard = event.type === 'orderReported' ? event.report : undefined;
  for (const { instrument, price, quantity, filledQuantity } of [value, heard].flatMap(
    (found) => found ?? [],
  )) {
    expect(formatQuantity(instrument, quantity)).toBe('0.005');
    expect(formatQuantity(instrument, filledQuantity)).toBe('0.003');
    expect(price && formatPrice(instrument, price)).toBe('61837.63');
  }
  expect(value?.fills).toMatchObject([{ quantity: 3, quote: 18_551_289_000n }]);
  expect(heard?.fills).toMatchObject([{ quantity: 3, quote: 18_551_100_000n }]);
});

test('own trades and the account, exact', () => {
  const row = {
    symbol: 'BTCUSDT',
    id: 7,
    orderId: 28,
    price: '61837.63000000',
    qty: '0.00100000',
    quoteQty: '61.83763000',
    commission: '0.06183763',
    commissionAsset: 'USDT',
    time: 1_499_865_549_590,
    isBuyer: false,
    isMaker: true,
    isBestMatch: true,
  };
  expect(codec.decodeFills(http(200, JSON.stringify([row])), btc)).toMatchObject({
    value: {
      fills: [
        {
          tradeId: '7',
          side: 'SELL',
          liquidity: 'MAKER',
          quote: 6_183_763_000n,
          fee: 6_183_763n,
          feeAsset: 'USDT',
          clientOrderId: undefined,
        },
      ],
    },
  });
  const account = {
    canTrade: true,
    updateTime: 123_456_789,
    balances: [{ asset: 'BTC', free: '4723846.89208129', locked: '0.00000001' }],
  };
  expect(codec.decodeAccount(http(200, JSON.stringify(account)))).toEqual({
    type: 'value',
    value: {
      canTrade: true,
      updatedAtMs: 123_456_789,
      balances: [{ asset: 'BTC', free: 472_384_689_208_129n, locked: 1n }],
    },
  });
});

function report(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    e: 'executionReport',
    E: 1_709_654_401_000,
    s: 'BTCUSDT',
    c: OURS,
    S: 'BUY',
    o: 'LIMIT',
    f: 'IOC',
    q: '0.00500000',
    p: '61837.63000000',
    C: '',
    x: 'TRADE',
    X: 'PARTIALLY_FILLED',
    r: 'NONE',
    i: 12_345_678,
    l: '0.00300000',
    z: '0.00300000',
    L: '61837.00000000',
    n: '0.00000300',
    N: 'BTC',
    T: 1_709_654_401_000,
    t: 98_765_432,
    m: false,
    Z: '185.51100000',
    ...change,
  };
}

function heard(value: unknown): ReturnType<typeof codec.decodeAccountFrame> {
  return codec.decodeAccountFrame(Buffer.from(JSON.stringify(value)), [btc]);
}

test('an execution on the user stream is a report with its fill', () => {
  expect(heard({ subscriptionId: 0, event: report() })).toMatchObject({
    type: 'orderReported',
    report: {
      status: 'PARTIALLY_FILLED',
      filledQuantity: 300,
      fills: [{ tradeId: '98765432', price: 6_183_700, quantity: 300, fee: 300n }],
    },
  });
});

test('the report of a cancel carries the id of the cancel as well: the order is the original one', () => {
  const canceled = report({ c: 'cancel-1', C: OURS, x: 'CANCELED', X: 'CANCELED', l: '0', t: -1 });
  expect(heard({ event: canceled })).toMatchObject({
    report: { clientOrderId: OURS, status: 'CANCELED', fills: [] },
  });
});

test('a trade of nothing is no fill; one without a price or an id is no report', () => {
  expect(heard({ event: report({ l: '0.00000000', L: '0.00000000', t: -1 }) })).toMatchObject({
    report: { fills: [] },
  });
  expect(heard({ event: report({ L: '0.00000000' }) }).type).toBe('invalid');
  expect(heard({ event: report({ t: -1 }) }).type).toBe('invalid');
});

test('a fee of nothing names no asset', () => {
  expect(heard({ event: report({ n: '0', N: null }) })).toMatchObject({
    report: { fills: [{ fee: 0n, feeAsset: 'USDT' }] },
  });
});

test('the other words of the account socket', () => {
  expect(heard({ id: 'a1', status: 200, result: { subscriptionId: 0 } })).toEqual({
    type: 'subscribed',
    requestId: 'a1',
  });
  expect(heard({ id: 'a1', status: 400, error: { code: -1022, msg: 'Signature' } })).toEqual({
    type: 'refused',
    requestId: 'a1',
    code: -1022,
    text: 'Signature',
    refusal: { health: { trouble: 'auth', retryAfterMs: undefined }, retryAtMs: undefined },
  });
  const position = {
    e: 'outboundAccountPosition',
    E: 2,
    u: 1,
    B: [{ a: 'ETH', f: '5.0', l: '0.1' }],
  };
  expect(heard({ event: position })).toEqual({
    type: 'balancesReported',
    balances: [{ asset: 'ETH', free: 500_000_000n, locked: 10_000_000n }],
    atMs: 1,
  });
  expect(heard({ event: { e: 'eventStreamTerminated', E: 1 } })).toEqual({ type: 'terminated' });
  expect(heard({ event: { e: 'serverShutdown', E: 1 } })).toEqual({ type: 'serverShutdown' });
  expect(heard({ event: { e: 'balanceUpdate', E: 1 } })).toEqual({
    type: 'ignored',
    event: 'balanceUpdate',
  });
  for (const bad of [
    '',
    'null',
    '[]',
    '{}',
    '{"event":5}',
    '{"id":1}',
    '{"event":{"e":"executionReport","s":"BTCUSDT"}}',
  ]) {
    expect(codec.decodeAccountFrame(Buffer.from(bad), [btc]).type).toBe('invalid');
  }
});

// The venue's own example: a ban told on a socket, which has no header to say for how long.
test('a ban told on a socket lasts from the time that the venue says it is to the moment it names', () => {
  const told = (data: unknown, status = 418) =>
    heard({ id: 'a1', status, error: { code: -1003, msg: 'banned', data } });
  const both = { serverTime: 1_659_142_907_531, retryAfter: 1_659_146_400_000 };
  expect(told(both)).toMatchObject({
    refusal: { health: { trouble: 'banned', retryAfterMs: 3_492_469 }, retryAtMs: undefined },
  });
  expect(told(both, 429)).toMatchObject({
    refusal: { health: { trouble: 'limited', retryAfterMs: 3_492_469 }, retryAtMs: undefined },
  });
  expect(told({ retryAfter: 1_659_146_400_000 })).toMatchObject({
    refusal: {
      health: { trouble: 'banned', retryAfterMs: undefined },
      retryAtMs: 1_659_146_400_000,
    },
  });
  const unread = [
    undefined,
    null,
    5,
    [],
    { retryAfter: '1' },
    { retryAfter: -1 },
    { serverTime: 9 },
  ];
  for (const data of [...unread, { serverTime: 9, retryAfter: 9 }]) {
    expect(told(data)).toMatchObject({
      refusal: { health: { trouble: 'banned', retryAfterMs: undefined }, retryAtMs: undefined },
    });
  }
});
