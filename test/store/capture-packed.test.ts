import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bytesOf, type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import { connectionId } from '../../src/domain/ids.ts';
import type { FeedMessage } from '../../src/domain/market.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { FramePacker } from '../../src/domain/venue.ts';
import { capturedCodec } from '../../src/live/captured-codec.ts';
import { Capture } from '../../src/store/capture.ts';
import {
  blockHeader,
  RECORD_KINDS,
  readBlocks,
  readRecords,
} from '../../src/store/capture-format.ts';
import { listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { NOON_MS } from '../support/trading.ts';
import { btc, eth, heardFrames } from './heard-frames.ts';
import { tempFolder } from './temp-folder.ts';

/** Lets a capture hear the events as the daemon does: recorded first, then decoded. */
function play(
  capture: Capture,
  events: readonly DeskEvent[],
  onHeard = (): void => undefined,
): void {
  const codec = capturedCodec(createBinanceMarketCodec([btc, eth]), capture);
  for (const event of events) {
    capture.record(event);
    if (event.type === 'frameReceived') codec.decode(bytesOf(event));
    onHeard();
  }
}

function captureIn(folder: string, failed = (text: string): void => expect.fail(text)): Capture {
  const options = { folder, ageMsMax: 1e12, bytesMax: 1e9, header: { epoch: 1 } };
  return new Capture(options, { failed, recovered: (text) => expect.fail(text) });
}

function eventsIn(folder: string): readonly DeskEvent[] {
  return listSegments(folder).flatMap((path) =>
    [...readSegment(path)].flatMap((item): readonly DeskEvent[] => {
      if (item.type === 'header') return [];
      if (item.type !== 'event') expect.fail(JSON.stringify(item));
      const { event } = item;
      return [
        event.type === 'frameReceived'
          ? frameReceived(event.connection, event.atMs, Buffer.from(bytesOf(event)))
          : event,
      ];
    }),
  );
}

const TICK: DeskEvent = { type: 'timerFired', atMs: NOON_MS, timer: 'tick' };
const ODD: DeskEvent = frameReceived(
  connectionId('c1'),
  unixMs(NOON_MS + 1),
  Buffer.from('{"result":null,"id":1}'),
);

test('a night of two connections, timers and odd frames comes back exactly, in far fewer bytes', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const frames = heardFrames('night', 40_000);
  const events = frames.flatMap((frame, n) => {
    if (n % 97 === 5) return [TICK, frame];
    return n % 61 === 7 ? [ODD, frame, ODD] : [frame];
  });
  play(capture, events);
  await capture.close();
  expect(eventsIn(folder)).toEqual(events);
  const bytes = events.reduce(
    (n, one) => n + (one.type === 'frameReceived' ? bytesOf(one).length : 0),
    0,
  );
  const [path = ''] = listSegments(folder);
  expect(statSync(path).size).toBeLessThan(bytes / 8);
  const kinds = recordKinds(path);
  expect(kinds.filter((kind) => kind === RECORD_KINDS.packed).length).toBeGreaterThan(10);
  expect(kinds.filter((kind) => kind === RECORD_KINDS.frame)).toHaveLength(
    events.filter((event) => event === ODD).length,
  );
});

function blocksOf(file: Uint8Array): readonly Uint8Array[] {
  return [...readBlocks(file)].map((block) =>
    block.type === 'block' ? block.bytes : expect.fail(block.text),
  );
}

function recordKinds(path: string): readonly number[] {
  return blocksOf(readFileSync(path)).flatMap((block) =>
    [...readRecords(zstdDecompressSync(block))].map(({ kind }) => kind),
  );
}

test('a new segment can be read alone: it names connections and packers again', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const early = heardFrames('early', 3_000);
  const late = heardFrames('late', 3_000).map((event) => ({
    ...event,
    atMs: unixMs(event.atMs + 700_000),
  }));
  capture.record(TICK);
  const codec = capturedCodec(createBinanceMarketCodec([btc, eth]), capture);
  for (const event of [...early, ...late]) {
    capture.tick(event.atMs);
    capture.record(event);
    if (event.type === 'frameReceived') codec.decode(bytesOf(event));
  }
  await capture.close();
  const segments = listSegments(folder);
  expect(segments).toHaveLength(2);
  const second = [...readSegment(segments[1] ?? '')].filter((item) => item.type === 'event');
  expect(second.length).toBeGreaterThan(100);
  expect(eventsIn(folder)).toEqual([TICK, ...early, ...late]);
});

test('a file cut off anywhere inside its packed frames gives a prefix of what came', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const events = heardFrames('cut', 20_000);
  // Many blocks: the cut falls inside one of them.
  let heardCount = 0;
  play(capture, events, () => {
    heardCount += 1;
    if (heardCount % 200 === 0) capture.tick(NOON_MS + 100_000);
  });
  await capture.close();
  const [path = ''] = listSegments(folder);
  const whole = readFileSync(path);
  const lengths = new Set<number>();
  for (let cut = 1; cut <= whole.length; cut += Math.ceil(whole.length / 40)) {
    writeFileSync(path, whole.subarray(0, cut));
    const read = eventsIn(folder);
    expect(read).toEqual(events.slice(0, read.length));
    lengths.add(read.length);
  }
  expect(lengths.size).toBeGreaterThan(3);
});

test('in a flood dense blocks are kept as they are: any reader of zstd reads them, cut off or whole', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const events = heardFrames('flood', 800_000).map((event) => ({ ...event, atMs: NOON_MS }));
  play(capture, events);
  await capture.close();
  expect(capture.droppedCount).toBe(0);
  const [path = ''] = listSegments(folder);
  const whole = readFileSync(path);
  const blocks = blocksOf(whole);
  // A raw block of zstd: not the last one, no type, 128 KiB.
  const isStored = (block: Uint8Array): boolean => Buffer.from(block).readUIntLE(9, 3) === 1 << 20;
  expect(blocks.filter(isStored).length).toBeGreaterThan(0);
  expect(eventsIn(folder)).toEqual(events);
  writeFileSync(path, whole.subarray(0, 300_000));
  const read = eventsIn(folder);
  expect(read.length).toBeGreaterThan(1_000);
  expect(read).toEqual(events.slice(0, read.length));
});

test('a process that dies between hearing a frame and reading it has the frame as it came', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const events = heardFrames('crash', 500);
  play(capture, events);
  const last = events[0];
  if (last === undefined) throw new Error('no frame');
  capture.record(last);
  await capture.close();
  expect(eventsIn(folder)).toEqual([...events, last]);
});

test.each([
  ['another frame', (bytes: Uint8Array, _at: number, end: number) => damage(bytes, end - 1, 1)],
  ['a number without an end', (bytes, _at, end) => damage(bytes, end - 1, 0x80)],
  ['a stream that is none', (bytes, at) => damage(bytes, at, 0x7f)],
] satisfies [string, (bytes: Uint8Array, at: number, end: number) => void][])(
  'a packer that writes %s is found out, told once, and not used again',
  async (_what, change) => {
    const folder = tempFolder();
    const told: string[] = [];
    const capture = captureIn(folder, (text) => told.push(text));
    const codec = createBinanceMarketCodec([btc, eth]);
    const right = codec.packer;
    if (right === undefined) throw new Error('no packer');
    const wrong: FramePacker = {
      key: right.key,
      reset: () => right.reset(),
      packs: (message) => right.packs(message),
      pack(message: FeedMessage, view, at) {
        const end = right.pack(message, view, at);
        change(new Uint8Array(view.buffer), at, end);
        return end;
      },
    };
    const captured = capturedCodec({ ...codec, packer: wrong }, capture);
    const events = heardFrames('wrong', 2_000);
    for (const event of events) {
      capture.record(event);
      if (event.type === 'frameReceived') captured.decode(bytesOf(event));
    }
    await capture.close();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('not the frame that came');
    expect(eventsIn(folder)).toEqual(events);
  },
);

function damage(bytes: Uint8Array, at: number, bits: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ bits;
}

test('a packer of a newer build: its frames are foreign, everything else is read', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  play(capture, [TICK, ...heardFrames('newer', 300), TICK]);
  await capture.close();
  const [path = ''] = listSegments(folder);
  const [block = new Uint8Array()] = blocksOf(readFileSync(path));
  const text = Buffer.from(zstdDecompressSync(block)).toString('latin1');
  const newer = zstdCompressSync(Buffer.from(text.replace('binance-2', 'binance-3'), 'latin1'));
  writeFileSync(path, Buffer.concat([blockHeader(newer.length), newer]));
  const types = [...readSegment(path)].map((item) =>
    item.type === 'event' ? item.event.type : item.type,
  );
  expect(types.filter((type) => type === 'timerFired')).toHaveLength(2);
  expect(types).toContain('foreign');
  expect(types).not.toContain('frameReceived');
});
