import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bytesOf } from '../../src/domain/event.ts';
import { capturedCodec } from '../../src/live/captured-codec.ts';
import { CaptureBlock } from '../../src/store/capture-block.ts';
import {
  blockHeader,
  PACKED_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_KINDS,
  readBlocks,
  readRecords,
} from '../../src/store/capture-format.ts';
import {
  type CapturedItem,
  listSegments,
  readEnds,
  readSegment,
} from '../../src/store/capture-reader.ts';
import { storedBlock } from '../../src/store/stored-frame.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { NOON_MS } from '../support/trading.ts';
import { btc, eth, heardFrames } from './heard-frames.ts';
import { captureIn, numbered, numberOf } from './numbered-frames.ts';
import { tempFolder } from './temp-folder.ts';

/** What the first segment of each of these nights is called. */
const FIRST = `capture-${String(NOON_MS).padStart(15, '0')}-1.zst`;

/** A segment of several blocks, ten numbered frames in each. */
async function tenEach(blocksCount: number): Promise<{ path: string; whole: Buffer }> {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  for (let n = 0; n < blocksCount * 10; n++) {
    capture.record(numbered(n));
    if (n % 10 === 9) capture.tick(NOON_MS + 100_000);
  }
  await capture.close();
  const [path = ''] = listSegments(folder);
  return { path, whole: readFileSync(path) };
}

function blockStarts(file: Uint8Array): readonly number[] {
  return [...readBlocks(file)].map(({ at }) => at);
}

const numbersIn = (items: readonly CapturedItem[]): readonly number[] =>
  items.flatMap((item) => (item.type === 'event' ? [numberOf(item.event)] : []));

const textsIn = (items: readonly CapturedItem[]): readonly string[] =>
  items.flatMap((item) => (item.type === 'unreadable' ? [item.text] : []));

const counted = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, n) => from + n);

test('a block that is damaged: it is told with its file and byte, and the next blocks are read', async () => {
  const { path, whole } = await tenEach(4);
  const at = blockStarts(whole)[1] ?? 0;
  whole.fill(0xff, at + 12, at + 20);
  writeFileSync(path, whole);
  const items = [...readSegment(path)];
  expect(numbersIn(items)).toEqual([...counted(0, 10), ...counted(20, 40)]);
  expect(textsIn(items)).toEqual([
    expect.stringMatching(new RegExp(`^${path}, byte ${at}: found .+, expected a zstd frame$`)),
  ]);
});

test('something else where a block should begin: it is told, and the next block is found', async () => {
  const { path, whole } = await tenEach(4);
  const [, , at = 0] = blockStarts(whole);
  const foreign = Buffer.from('not a block of ours');
  writeFileSync(path, Buffer.concat([whole.subarray(0, at), foreign, whole.subarray(at)]));
  const items = [...readSegment(path)];
  expect(numbersIn(items)).toEqual(counted(0, 40));
  expect(textsIn(items)).toEqual([
    `${path}, byte ${at}: found ${foreign.subarray(0, 8).toString('hex')}, expected a block's 502a4d1804000000`,
  ]);
});

/** A segment of these contents, one block for each. */
function segmentOf(path: string, blocks: readonly Uint8Array[]): void {
  writeFileSync(path, Buffer.concat(blocks.flatMap(storedBlock)));
}

/** A block of numbered frames, which names their connection. */
function framesBlock(from: number, to: number): Buffer {
  const block = new CaptureBlock(4096);
  block.append(RECORD_KINDS.connection, 0, NOON_MS, Buffer.from('c1'));
  for (const n of counted(from, to)) {
    const frame = numbered(n);
    block.append(RECORD_KINDS.frame, 0, frame.atMs, bytesOf(frame));
  }
  return Buffer.from(block.content);
}

// Not the file's end: a reader that stopped here without a word would hide what is gone.
test('an impossible length in the middle of a whole block: told with all that one needs to look', () => {
  const path = join(tempFolder(), FIRST);
  const damaged = framesBlock(0, 5);
  const [, , second] = [...readRecords(damaged)];
  const at = second?.at ?? expect.fail('no second frame');
  damaged.writeUInt32LE(0x40000000, at);
  segmentOf(path, [damaged, framesBlock(5, 8)]);
  const items = [...readSegment(path)];
  expect(numbersIn(items)).toEqual([0, 5, 6, 7]);
  expect(items.map(({ type }) => type).indexOf('unreadable')).toBe(1);
  expect(textsIn(items)).toEqual([
    `${path}, byte 0, byte ${at} of the block: found a record of 1073741824 bytes, ` +
      `expected no more than ${damaged.length - at - RECORD_HEADER_BYTES}`,
  ]);

  // The same at the end of the file, in a block that is whole; and half a record's header.
  segmentOf(path, [framesBlock(5, 8), damaged]);
  expect(textsIn([...readSegment(path)])).toHaveLength(1);
  segmentOf(path, [framesBlock(0, 5).subarray(0, -16), framesBlock(5, 8)]);
  expect(textsIn([...readSegment(path)])).toEqual([
    expect.stringMatching(/found 8 bytes, expected a record's header of 16$/),
  ]);
});

test('a compressed block that ends early, and another behind it: what is whole is read, the rest is told', async () => {
  const { path, whole } = await tenEach(3);
  const [, at = 0, end = 0] = blockStarts(whole);
  const short = whole.subarray(at + 12, end - 20);
  const pieces = [whole.subarray(0, at), blockHeader(short.length), short, whole.subarray(end)];
  writeFileSync(path, Buffer.concat(pieces));
  const items = [...readSegment(path)];
  const read = numbersIn(items);
  const middle = read.slice(10, -10);
  expect(read).toEqual([...counted(0, 10 + middle.length), ...counted(20, 30)]);
  expect(textsIn(items)).toEqual([
    `${path}, byte ${at}: found a zstd frame that ends early, expected a whole one`,
  ]);
});

test('the length before a block is too large: it is told, and the blocks behind it are read', async () => {
  const { path, whole } = await tenEach(4);
  const [, at = 0, next = 0] = blockStarts(whole);
  whole.writeUInt32LE(0x40000000, at + 8);
  writeFileSync(path, whole);
  const items = [...readSegment(path)];
  expect(numbersIn(items)).toEqual(counted(0, 40));
  expect(textsIn(items)).toEqual([
    `${path}, byte ${at}: found a block of 1073741824 bytes, expected ${next - at - 12}: there the next one begins`,
  ]);
});

/** Where the second of two blocks begins, in a segment of ten frames each. */
async function twoBlocks(): Promise<{ path: string; cut: number }> {
  const { path, whole } = await tenEach(2);
  return { path, cut: blockStarts(whole)[1] ?? 0 };
}

/** Another segment of the folder of this one, with this for its header. */
function writeLater(path: string, name: string, header: string): void {
  const block = new CaptureBlock(4096);
  block.append(RECORD_KINDS.header, 0, NOON_MS, Buffer.from(header));
  segmentOf(join(dirname(path), name), [block.content]);
}

test.each([
  '{"epoch":1, broken',
  'null',
  '[]',
  '{"cuts":7}',
  '{"cuts":[null,{"segment":5},{"bytes":5}]}',
  `{"cuts":[{"segment":"${FIRST}","bytes":-1}]}`,
])(
  'a later header that cannot be read, %s, says nothing: the segment is read to its end',
  async (header) => {
    const { path } = await twoBlocks();
    writeLater(path, 'capture-999999999999999-2.zst', header);
    expect([...readSegment(path)].map(({ type }) => type)).toEqual([
      'header',
      ...counted(0, 20).map(() => 'event'),
    ]);
  },
);

test('where a segment ends is said by a later one, whatever stands between: another life, an empty file, a damaged one', async () => {
  const { path, cut } = await twoBlocks();
  const cuts = [{ segment: basename(path), bytes: cut }];
  expect(numbersIn([...readSegment(path)])).toEqual(counted(0, 20));
  writeLater(path, 'capture-999999999999990-1.zst', '{"epoch":2}');
  const elsewhere = [{ segment: 'capture-000000000000001-1.zst', bytes: 1 }];
  writeLater(path, 'capture-999999999999991-2.zst', JSON.stringify({ cuts: elsewhere }));
  writeFileSync(join(dirname(path), 'capture-999999999999992-1.zst'), '');
  writeFileSync(join(dirname(path), 'capture-999999999999993-1.zst'), 'not a segment of ours');
  writeLater(path, 'capture-999999999999999-2.zst', JSON.stringify({ epoch: 1, cuts }));
  expect(numbersIn([...readSegment(path)])).toEqual(counted(0, 10));
  expect(numbersIn([...readSegment(path, readEnds(dirname(path)))])).toEqual(counted(0, 10));
});

// A bit that this build does not know may mean more bytes: to read on would be to invent frames.
test('unknown flag bits in packed frames: told with all that one needs to look, and the next record is read', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  const codec = capturedCodec(createBinanceMarketCodec([btc, eth]), capture);
  const frames = heardFrames('flags', 20_000).slice(0, 2000);
  for (const frame of frames) {
    capture.record(frame);
    codec.decode(bytesOf(frame));
  }
  await capture.close();
  const [path = ''] = listSegments(folder);
  const [block] = [...readBlocks(readFileSync(path))];
  if (block?.type !== 'block') throw new Error('no block');
  const content = zstdDecompressSync(block.bytes);
  const packed = [...readRecords(content)].filter(({ kind }) => kind === RECORD_KINDS.packed);
  expect(packed.length).toBeGreaterThan(3);
  const { at, payload } = packed[1] ?? expect.fail('no second record');
  payload[0] = (payload[0] ?? 0) | 0x88;
  expect(content[at + RECORD_HEADER_BYTES]).toBe(PACKED_FLAGS.connection | 0x88);
  const changed = zstdCompressSync(content);
  writeFileSync(path, Buffer.concat([blockHeader(changed.length), changed]));

  const items = [...readSegment(path)];
  expect(textsIn(items)).toEqual([
    `${path}, byte 0, record of kind 7 at byte ${at} of the block: ` +
      'flags 0x89 at byte 0 of the packed frames, expected none but 0x07',
  ]);
  const place = items.findIndex(({ type }) => type === 'unreadable');
  const texts = frames.map((frame) => bytesOf(frame).toString());
  const before = textsOf(items.slice(0, place));
  expect(before.length).toBeGreaterThan(0);
  expect(before).toEqual(texts.slice(0, before.length));
  const after = textsOf(items.slice(place));
  expect(after.length).toBeGreaterThan(500);
  expect(after).toEqual(texts.slice(-after.length));
});

const textsOf = (items: readonly CapturedItem[]): readonly string[] =>
  items.flatMap((item) =>
    item.type === 'event' && item.event.type === 'frameReceived'
      ? [Buffer.from(bytesOf(item.event)).toString()]
      : [],
  );
