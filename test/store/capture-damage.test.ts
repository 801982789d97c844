import { readFileSync, writeFileSync } from 'node:fs';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bytesOf } from '../../src/domain/event.ts';
import { capturedCodec } from '../../src/live/captured-codec.ts';
import {
  blockHeader,
  PACKED_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_KINDS,
  readBlocks,
  readRecords,
} from '../../src/store/capture-format.ts';
import { type CapturedItem, listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { NOON_MS } from '../support/trading.ts';
import { btc, eth, heardFrames } from './heard-frames.ts';
import { captureIn, numbered, numberOf } from './numbered-frames.ts';
import { tempFolder } from './temp-folder.ts';

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
