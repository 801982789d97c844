import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import type { Capture } from '../../src/store/capture.ts';
import { readBlocks } from '../../src/store/capture-format.ts';
import { type CapturedItem, listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { NOON_MS } from '../support/trading.ts';
import { captureIn, drain, numbered } from './numbered-frames.ts';
import { tempFolder } from './temp-folder.ts';

function itemsOf(path: string): readonly CapturedItem[] {
  return [...readSegment(path)];
}

/** A second of a hundred events; each tenth causes two outcomes. */
function hearSecond(capture: Capture, second: number): void {
  for (let n = second * 100; n < (second + 1) * 100; n++) {
    const event = numbered(n);
    capture.record(event);
    if (n % 10 === 0) {
      capture.recordOutcome(`decision {"of":${n}}`, event.atMs + 0.5);
      capture.recordOutcome(`row {"of":${n}}`, event.atMs + 0.5);
    }
    capture.tick(event.atMs);
  }
}

test('what an event caused stands behind it, and counts what came before', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  hearSecond(capture, 0);
  await capture.close();
  const [, ...items] = itemsOf(listSegments(folder)[0] ?? '');
  expect(items).toHaveLength(120);
  items.forEach((item, at) => {
    if (item.type !== 'outcome') return;
    expect(item.number).toBe(at + 1);
    const event = items[item.text.startsWith('decision') ? at - 1 : at - 2];
    const of = Number(/\d+/.exec(item.text)?.[0]);
    expect(event).toMatchObject({ type: 'event', event: { atMs: numbered(of).atMs } });
  });
  expect(capture.recordsCount).toBe(120);
});

// A desk in the middle of an event cannot be gone on with: what it was about to do would be lost.
test('a file begins between two events, with the desk as it is then and how much came before', async () => {
  const folder = tempFolder();
  let heard = 0;
  const { capture } = captureIn(folder, {
    segmentAgeMsMax: 3_000,
    checkpoint: () => (heard === 0 ? undefined : `desk after ${heard}`),
  });
  for (let second = 0; second < 20; second++) {
    hearSecond(capture, second);
    heard = (second + 1) * 100;
    await drain(capture);
  }
  await capture.close();
  const files = listSegments(folder);
  expect(files.length).toBeGreaterThan(4);
  let before = 0;
  files.forEach((file, n) => {
    const items = itemsOf(file);
    expect(items[0]?.type).toBe('header');
    const checkpoint = items[1]?.type === 'checkpoint' ? items[1].checkpoint : undefined;
    if (n === 0) expect(checkpoint).toBeUndefined();
    else expect(checkpoint).toMatchObject({ recordsCount: before, missing: undefined });
    expect(items[n === 0 ? 1 : 2]?.type).toBe('event');
    before += items.filter(({ type }) => type === 'event' || type === 'outcome').length;
  });
  expect(before).toBe(20 * 120);
});

test('a desk larger than a block: its checkpoint is whole', async () => {
  const folder = tempFolder();
  const desk = 'x'.repeat(2_000_000);
  const { capture, told } = captureIn(folder, { checkpoint: () => desk });
  hearSecond(capture, 0);
  await capture.close();
  expect(itemsOf(listSegments(folder)[0] ?? '')[1]).toMatchObject({
    type: 'checkpoint',
    checkpoint: { recordsCount: 0, text: desk },
  });
  expect(told.failed).toEqual([]);
});

test('a desk that cannot be saved, or has no room: the file says so, and every event is in it', async () => {
  const failing = () => {
    throw new Error('a room has no words');
  };
  // More than may wait for a slow disk: this one is never asked.
  const huge = () => 'x'.repeat(9_000_000);
  for (const [checkpoint, why] of [
    [failing, 'a room has no words'],
    [huge, 'found no room'],
  ] as const) {
    const folder = tempFolder();
    let isHeld = true;
    const { capture, told } = captureIn(folder, {
      segmentAgeMsMax: 500,
      checkpoint: () => (isHeld ? 'small' : checkpoint()),
    });
    hearSecond(capture, 0);
    isHeld = false;
    // Two at once: the first huge one waits, the second finds no room beside it.
    hearSecond(capture, 2);
    hearSecond(capture, 4);
    hearSecond(capture, 6);
    await capture.close();
    const items = listSegments(folder).flatMap(itemsOf);
    const missing = items.flatMap((item) =>
      item.type === 'checkpoint' && item.checkpoint.missing !== undefined ? [item.checkpoint] : [],
    );
    expect(missing.length).toBeGreaterThan(0);
    for (const { missing: text, text: desk } of missing) {
      expect(text).toContain(why);
      expect(desk).toBeUndefined();
    }
    expect(items.filter(({ type }) => type === 'event')).toHaveLength(400);
    expect(told.failed).toHaveLength(checkpoint === failing ? 1 : 0);
  }
});

// What was lost nobody can decide again: a night must not go on uncompared for ten minutes because of it.
test('after a time in which nothing could be written another file begins within a minute, with the desk', async () => {
  const folder = join(tempFolder(), 'capture');
  const { capture, told } = captureIn(folder, { checkpoint: () => 'the desk' });
  hearSecond(capture, 0);
  await drain(capture);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  for (let second = 1; second < 20; second++) {
    hearSecond(capture, second);
    await drain(capture);
  }
  rmSync(folder);
  for (let second = 20; second < 200; second++) {
    hearSecond(capture, second);
    await drain(capture);
  }
  await capture.close();
  expect(told.recovered).toHaveLength(1);
  const [first, second] = listSegments(folder).map(itemsOf);
  expect(first?.map(({ type }) => type).slice(0, 3)).toEqual(['header', 'gap', 'event']);
  const checkpoint = second?.[1];
  expect(checkpoint).toMatchObject({ type: 'checkpoint', checkpoint: { text: 'the desk' } });
  // The gap and what the first file holds lead to the very number that the checkpoint says.
  const gap = first?.[1];
  const lost: unknown = gap?.type === 'gap' ? JSON.parse(gap.text) : undefined;
  expect(lost).toMatchObject({ droppedCount: expect.any(Number) });
  const kept = first?.filter(({ type }) => type === 'event' || type === 'outcome').length ?? 0;
  const counted = checkpoint?.type === 'checkpoint' ? checkpoint.checkpoint.recordsCount : 0;
  expect(lost).toEqual(expect.objectContaining({ droppedCount: counted - kept }));
  const atMs = checkpoint?.type === 'checkpoint' ? checkpoint.atMs : 0;
  expect(atMs - NOON_MS).toBeLessThan(130_000);
});

// Compressed bytes may be damaged so that they still read: only a checksum knows.
test('a bit of a compressed block has flipped: the block is told to be damaged, or nothing else is read than came', async () => {
  const seed = String(Math.floor(Math.random() * 1e9));
  const random = Random.fromSeed(seed);
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  hearSecond(capture, 0);
  await capture.close();
  const [path = ''] = listSegments(folder);
  const whole = readFileSync(path);
  const items = itemsOf(path);
  const [block] = [...readBlocks(whole)];
  const from = (block?.at ?? 0) + 12;
  for (let n = 0; n < 400; n++) {
    const bytes = Buffer.from(whole);
    const at = from + random.below(bytes.length - from);
    bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << random.below(8)), at);
    writeFileSync(path, bytes);
    const read = itemsOf(path);
    const about = `seed ${seed}, byte ${at} of ${basename(path)}`;
    if (read.some(({ type }) => type === 'unreadable')) continue;
    // A bit that means nothing, or one that makes the end look cut off: then less may be there, never other.
    expect(items.slice(0, read.length), about).toEqual(read);
  }
});
