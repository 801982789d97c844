import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { PlaybackSpeed } from '../../../src/exchange/market/recording-player.ts';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { fixturePath, readExpected, skipWithoutFixtures } from '../../support/fixtures.ts';
import { LocalBook } from '../support/local-book.ts';
import {
  type MadeRecording,
  makeRecording,
  RECEIVER_BEHIND_MS,
} from '../support/make-recording.ts';
import { RestClient } from '../support/rest-client.ts';
import { type Frame, WsClient } from '../support/ws-client.ts';

async function play(
  recordings: readonly string[],
  speed: PlaybackSpeed,
): Promise<{ exchange: RunningExchange; rest: RestClient }> {
  const exchange = await startExchange({ recordings, speed });
  onTestFinished(() => exchange.close());
  return { exchange, rest: new RestClient(exchange.port) };
}

async function listen(exchange: RunningExchange, streams: readonly string[]): Promise<WsClient> {
  const client = await WsClient.open(exchange.port, `/stream?streams=${streams.join('/')}`);
  onTestFinished(() => client.close());
  return client;
}

function made(events: number): MadeRecording & { readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const recording = makeRecording(events);
  const file = join(folder, 'made.raw.gz');
  writeFileSync(file, recording.gz);
  return { ...recording, file };
}

const BTC_STREAMS = ['btcusdt@depth@100ms', 'btcusdt@bookTicker', 'btcusdt@trade'];
const isDepth = (frame: Frame) => frame.data?.e === 'depthUpdate';

function countByStream(frames: readonly Frame[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { stream } of frames) counts[stream] = (counts[stream] ?? 0) + 1;
  return counts;
}

/** Follows the vendor's procedure to the end of the recording. */
async function rebuild(client: WsClient, rest: RestClient, symbol: string, lastId: number) {
  const mine = (frame: Frame) => isDepth(frame) && frame.data.s === symbol;
  await client.until(mine);
  // Asked for in the middle of the rush: the answer belongs to wherever playback stands.
  const book = new LocalBook((await rest.get('depth', { symbol, limit: 1_000 })).body);
  await client.until((frame) => mine(frame) && frame.data.u === lastId);
  for (const frame of client.frames.filter(mine)) book.apply(frame.data);
  return book;
}

// The heart of it: whoever follows the documented procedure ends with the recorded book.
test('a recording at full speed: every frame arrives, no break, the final top is the recorded one', async () => {
  const recording = made(3_000);
  const { exchange, rest } = await play([recording.file], 'max');
  const client = await listen(exchange, BTC_STREAMS);
  const book = await rebuild(client, rest, 'BTCUSDT', recording.lastUpdateId);
  await client.when(() => (client.frames.length === 9_000 ? true : undefined));

  expect(countByStream(client.frames)).toEqual(recording.counts);
  expect(book.breakCount).toBe(0);
  expect(book.depth(1)).toEqual({ bids: [recording.finalTop[0]], asks: [recording.finalTop[1]] });
  expect(exchange.truth()).toMatchObject({
    recording: { position: 9_000, total: 9_000, done: true },
  });
  // The socket stays, as the market would after a pause.
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test('times: shifted by one constant to now, the clock as far ahead of the receiver as recorded', async () => {
  const { exchange, rest } = await play([made(20).file], 1);
  const before = Date.now();
  const { serverTime } = (await rest.get('time')).body;
  expect(serverTime).toBeGreaterThanOrEqual(before + RECEIVER_BEHIND_MS);
  expect(serverTime).toBeLessThanOrEqual(Date.now() + RECEIVER_BEHIND_MS);

  const client = await listen(exchange, BTC_STREAMS);
  const events = await client.when(() => {
    const depth = client.frames.filter(isDepth);
    return depth.length >= 5 ? depth : undefined;
  });
  const times = events.map(({ data }) => data.E);
  expect(times.map((time) => time - times[0])).toEqual(times.map((_, index) => index * 100));
  expect(times[0]).toBeGreaterThanOrEqual(serverTime);
  const trade = client.frames.find((frame) => frame.data?.e === 'trade')?.data;
  expect(trade.E - trade.T).toBe(1);
});

test('a client that comes early waits for nothing; the recording waits for the client', async () => {
  const { exchange, rest } = await play([made(50).file], 'max');
  expect((await rest.get('depth', { symbol: 'BTCUSDT' })).body.bids.length).toBeGreaterThan(40);
  expect(exchange.truth()).toMatchObject({ recording: { position: 0, started: false } });
  const client = await listen(exchange, BTC_STREAMS);
  expect((await client.until(isDepth)).data.U).toBe(901);
});

test('our order: matches the recorded book and leaves no trace in the recorded streams', async () => {
  const recording = made(30);
  const { exchange, rest } = await play([recording.file], 'max');
  const client = await listen(exchange, BTC_STREAMS);
  await client.when(() => (client.frames.length === 90 ? true : undefined));

  const ask = recording.finalTop[1][0];
  const bought = await rest.signed('POST', 'order', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.01',
    price: ask,
  });
  expect(bought.body).toMatchObject({
    status: 'FILLED',
    fills: [{ price: ask, qty: '0.01000000' }],
  });
  // Streams are as recorded, to the last frame; the ledger is ours.
  await rest.get('ping');
  expect(client.frames).toHaveLength(90);
  expect(exchange.truth()).toMatchObject({ imbalances: [] });
});

test('a slow reader at full speed: waited for, nothing lost', async () => {
  const recording = made(5_000);
  const { exchange } = await play([recording.file], 'max');
  const client = await listen(exchange, BTC_STREAMS);
  await client.until(isDepth);
  client.socket.pause();
  for (let trip = 0; trip < 50; trip++) await new RestClient(exchange.port).get('ping');
  client.socket.resume();
  await client.when(() => (client.frames.length === 15_000 ? true : undefined));
  expect(countByStream(client.frames)).toEqual(recording.counts);
});

test('no recording there: the start fails and says which file', async () => {
  await expect(startExchange({ recordings: ['/nowhere/at-all.raw.gz'] })).rejects.toThrow(
    '/nowhere/at-all.raw.gz',
  );
});

const levelSchema = z.tuple([z.string(), z.string()]);
const truthSchema = z.object({
  messages: z.record(z.string(), z.number()),
  symbols: z.record(
    z.string(),
    z.object({ last_update_id: z.number(), final_top: z.tuple([levelSchema, levelSchema]) }),
  ),
});

/** What was computed of a recording independently of this project. */
function readTruth(name: string): z.infer<typeof truthSchema> {
  return truthSchema.parse(z.record(z.string(), z.unknown()).parse(readExpected())[name]);
}

// biome-ignore format: a table
test.for([
  ['binance/spot-btcusdt-20240808.raw.gz', ['binance/spot-btcusdt-20240808.raw.gz']],
  ['binance/spot-btcusdt-20240808 then 20240809 (concatenated)', ['binance/spot-btcusdt-20240808.raw.gz', 'binance/spot-btcusdt-20240809.raw.gz']],
] as const)('real traffic at full speed, %s: counts, breaks and final top as computed independently', async ([name, files], context) => {
  skipWithoutFixtures(context);
  const { messages, symbols } = readTruth(name);
  const truth = symbols['BTCUSDT'];
  if (truth === undefined) throw new Error(`no BTCUSDT in ${name}`);
  const { exchange, rest } = await play(files.map(fixturePath), 'max');
  const client = await listen(exchange, BTC_STREAMS);
  const book = await rebuild(client, rest, 'BTCUSDT', truth.last_update_id);
  const { 'rest depth': _, ...counts } = messages;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  await client.when(() => (client.frames.length >= total ? true : undefined));

  expect(countByStream(client.frames)).toEqual(
    Object.fromEntries(Object.entries(counts).map(([kind, count]) => [`btcusdt@${kind}`, count])),
  );
  expect(book.breakCount).toBe(0);
  expect(book.depth(1)).toEqual({ bids: [truth.final_top[0]], asks: [truth.final_top[1]] });
});

test('four quiet symbols: rules told from the digits, each book as computed independently', async (context) => {
  skipWithoutFixtures(context);
  const name = 'binance/spot-4symbols-20211012.raw.gz';
  const { symbols } = readTruth(name);
  const { exchange, rest } = await play([fixturePath(name)], 'max');
  const info = (await rest.get('exchangeInfo')).body;
  const steps = info.symbols.map(
    (rules: { symbol: string; filters: { tickSize: string; stepSize: string }[] }) => [
      rules.symbol,
      Number(rules.filters[0]?.tickSize),
      Number(rules.filters[1]?.stepSize),
    ],
  );
  expect(steps).toEqual(
    expect.arrayContaining([
      ['BLZETH', 1e-8, 1],
      ['LRCBTC', 1e-8, 1],
      ['RUNEEUR', 0.001, 0.1],
    ]),
  );
  const streams = Object.keys(symbols).map((symbol) => `${symbol.toLowerCase()}@depth@100ms`);
  const client = await listen(exchange, streams);
  await Promise.all(
    Object.entries(symbols).map(async ([symbol, truth]) => {
      const book = await rebuild(client, rest, symbol, truth.last_update_id);
      expect(book.breakCount).toBe(0);
      expect(book.depth(1)).toEqual({ bids: [truth.final_top[0]], asks: [truth.final_top[1]] });
    }),
  );
});
