import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { LocalBook } from '../support/local-book.ts';
import { RestClient } from '../support/rest-client.ts';
import { WsClient } from '../support/ws-client.ts';

let exchange: RunningExchange;

beforeAll(async () => {
  exchange = await startExchange({ seed: 'streams', speed: 5, symbols: ['BTCUSDT', 'ETHUSDT'] });
});
afterAll(async () => {
  await exchange?.close();
});

async function open(path: string): Promise<WsClient> {
  const client = await WsClient.open(exchange.port, path);
  onTestFinished(() => client.close());
  return client;
}

test('raw and combined: the same messages, bare or wrapped with the stream name', async () => {
  const raw = await open('/ws/btcusdt@trade');
  const combined = await open('/stream?streams=btcusdt@trade');
  // Taken from the one that came later: the other has heard everything since.
  const wrapped = await combined.until((frame) => frame.data?.e === 'trade');
  const bare = await raw.until((frame) => frame.t === wrapped.data.t);
  expect(wrapped).toEqual({ stream: 'btcusdt@trade', data: bare });
  expect(bare).toEqual({
    e: 'trade',
    E: expect.any(Number),
    s: 'BTCUSDT',
    t: expect.any(Number),
    p: expect.stringMatching(/^[0-9]+\.[0-9]{8}$/),
    q: expect.stringMatching(/^[0-9]+\.[0-9]{8}$/),
    T: expect.any(Number),
    m: expect.any(Boolean),
    M: true,
  });
});

test('subscriptions: acked before data, listed, removed; a misspelt stream is accepted and silent', async () => {
  const client = await open('/ws');
  expect(await client.ask('SUBSCRIBE', ['btcusdt@bookTicker', 'btcusd@tread'])).toEqual({
    result: null,
    id: 1,
  });
  await client.until((frame) => frame.u !== undefined);
  expect(client.frames[0]).toEqual({ result: null, id: 1 });
  expect((await client.ask('LIST_SUBSCRIPTIONS')).result).toEqual([
    'btcusdt@bookTicker',
    'btcusd@tread',
  ]);
  expect((await client.ask('UNSUBSCRIBE', ['btcusdt@bookTicker'])).result).toBeNull();
  expect((await client.ask('LIST_SUBSCRIPTIONS')).result).toEqual(['btcusd@tread']);
});

test('the property combined: read, set, and obeyed from the next frame', async () => {
  const client = await open('/ws/btcusdt@bookTicker');
  expect((await client.ask('GET_PROPERTY', ['combined'])).result).toBe(false);
  await client.ask('SET_PROPERTY', ['combined', true]);
  expect((await client.until((frame) => frame.stream !== undefined)).stream).toBe(
    'btcusdt@bookTicker',
  );
  expect(await client.ask('SET_PROPERTY', ['nothing', true])).toMatchObject({
    code: 0,
    msg: 'Unknown property',
  });
});

test.each([
  ['no JSON', '{"method":', 3, /^Invalid JSON: /],
  ['an unknown method', '{"method":"BEG","params":[],"id":1}', 2, /^Invalid request: /],
  ['a number for a stream', '{"method":"SUBSCRIBE","params":[7],"id":1}', 2, /^Invalid request: /],
])('%s: an error in the venue form, and the connection lives', async (_, text, code, msg) => {
  const client = await open('/ws');
  client.socket.send(text);
  expect(await client.until((frame) => frame.code === code)).toMatchObject({
    msg: expect.stringMatching(msg),
  });
  expect((await client.ask('LIST_SUBSCRIPTIONS')).result).toEqual([]);
});

// The documented procedure, from a client's seat: whatever it does right must give the venue's book.
test('diff depth: snapshot and diffs give the book of a later snapshot at the same id', async () => {
  const rest = new RestClient(exchange.port);
  const client = await open('/ws/btcusdt@depth@100ms');
  await client.until((frame) => frame.e === 'depthUpdate');
  const first = (await rest.get('depth', { symbol: 'BTCUSDT', limit: 5_000 })).body;
  const book = new LocalBook(first);
  let read = 0;
  for (let round = 0; round < 3; round++) {
    await client.when(() => (client.frames.length > read + 3 ? true : undefined));
    const later = (await rest.get('depth', { symbol: 'BTCUSDT', limit: 5_000 })).body;
    const isThere = (frame: { u?: number }) =>
      frame.u !== undefined && frame.u >= later.lastUpdateId;
    await client.until(isThere);
    const end = client.frames.findIndex(isThere) + 1;
    for (const frame of client.frames.slice(read, end)) book.apply(frame);
    read = end;
    // The id of a snapshot is the end of a published event, so that the two can be compared.
    expect(book.updateId).toBe(later.lastUpdateId);
    expect(book.breakCount).toBe(0);
    expect(book.depth(5_000)).toEqual({ bids: later.bids, asks: later.asks });
  }
  expect(book.appliedCount).toBeGreaterThan(5);
});

test('best prices: the top after a depth event is the last best price at or before its id', async () => {
  const rest = new RestClient(exchange.port);
  const client = await open('/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker');
  await client.until((frame) => frame.stream === 'btcusdt@depth@100ms');
  const book = new LocalBook((await rest.get('depth', { symbol: 'BTCUSDT', limit: 5_000 })).body);
  const events = () =>
    client.frames.filter(
      (frame) => frame.data?.e === 'depthUpdate' && frame.data.u > book.snapshotId,
    );
  await client.when(() => (events().length >= 10 ? true : undefined));
  const tickers = client.frames.filter((frame) => frame.stream === 'btcusdt@bookTicker');
  let compared = 0;
  for (const event of events()) {
    book.apply(event.data);
    const top = tickers.filter((frame) => frame.data.u <= event.data.u).at(-1)?.data;
    if (top === undefined || top.u <= book.snapshotId) continue;
    const { bids, asks } = book.depth(1);
    expect([bids[0], asks[0]]).toEqual([
      [top.b, top.B],
      [top.a, top.A],
    ]);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(0);
});

test('the other streams: aggregates, partial books, candles and tickers, in the venue form', async () => {
  const names = [
    'btcusdt@aggTrade',
    'btcusdt@depth5@100ms',
    'btcusdt@depth20',
    'btcusdt@depth',
    'btcusdt@kline_1s',
    'btcusdt@miniTicker',
    'btcusdt@ticker',
    '!miniTicker@arr',
  ];
  const client = await open(`/stream?streams=${names.join('/')}`);
  const heard = async (name: string) => (await client.until((frame) => frame.stream === name)).data;
  expect(await heard('btcusdt@aggTrade')).toMatchObject({ e: 'aggTrade', f: expect.any(Number) });
  const partial = await heard('btcusdt@depth5@100ms');
  expect(Object.keys(partial)).toEqual(['lastUpdateId', 'bids', 'asks']);
  expect(partial.bids).toHaveLength(5);
  expect((await heard('btcusdt@depth20')).asks).toHaveLength(20);
  expect(await heard('btcusdt@depth')).toMatchObject({ e: 'depthUpdate' });
  expect(await heard('btcusdt@kline_1s')).toMatchObject({ k: { i: '1s', x: expect.any(Boolean) } });
  expect(await heard('btcusdt@miniTicker')).toMatchObject({ e: '24hrMiniTicker' });
  expect(await heard('btcusdt@ticker')).toMatchObject({ e: '24hrTicker', s: 'BTCUSDT' });
  expect(Array.isArray(await heard('!miniTicker@arr'))).toBe(true);

  // A closed candle comes exactly once.
  const closed = await client.when(() => {
    const frames = client.frames.filter((frame) => frame.data?.k?.x === true);
    return frames.length >= 2 ? frames.map((frame) => frame.data.k.t) : undefined;
  });
  expect(new Set(closed).size).toBe(closed.length);
});

test('trade ids: gapless', async () => {
  const client = await open('/ws/btcusdt@trade');
  const ids = await client.when(() =>
    client.frames.length >= 20 ? client.frames.map((frame) => frame.t) : undefined,
  );
  expect(ids).toEqual(ids.map((_, index) => ids[0] + index));
});
