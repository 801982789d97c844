import {
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { memoryUsage } from 'node:process';
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { NOON_MS } from '../support/trading.ts';
import { captureIn, drain, expectWhole, gapsOf, itemsIn, numbered } from './numbered-frames.ts';
import { tempFolder } from './temp-folder.ts';

const SECONDS = 100; // frames of a second

// /dev/full takes no byte, and cannot be cut back either: the whole night's first file is on it.
test('a disk that refuses: told once with both errors, counted, and the next file says what is missing where', async () => {
  const folder = tempFolder();
  symlinkSync('/dev/full', join(folder, `capture-${String(NOON_MS).padStart(15, '0')}-1.zst`));
  const { capture, told } = captureIn(folder);
  for (let n = 0; n < 5; n++) capture.record(numbered(n, `c${n}`));
  capture.tick(NOON_MS + 2000);
  await drain(capture);
  expect(capture.droppedCount).toBe(5);
  expect(told.failed).toHaveLength(1);
  expect(told.failed[0]).toMatch(
    /could not be written: .*ENOSPC.*nor could it be cut back.*EINVAL/,
  );
  expect(told.recovered).toEqual([]);

  // The names of the connections were lost with the block.
  for (let n = 5; n < 10; n++) capture.record(numbered(n, `c${n - 5}`));
  await capture.close();
  expect(told.failed).toHaveLength(1);
  expect(told.recovered).toEqual([expect.stringContaining('5 events of')]);
  const [, path = ''] = listSegments(folder);
  const items = [...readSegment(path)];
  expect(items.map(({ type }) => type).slice(0, 3)).toEqual(['header', 'gap', 'event']);
  expect(expectWhole(items, 10, '')).toBe(5);
  expect(gapsOf(items)).toEqual([
    {
      droppedCount: 5,
      droppedBytes: expect.any(Number),
      fromMs: numbered(0).atMs,
      toMs: numbered(4).atMs,
    },
  ]);
  expect(items[2]).toMatchObject({ event: { connection: 'c0' } });
});

// Linux goes on writing into a file without a name, and nothing fails.
test('the folder is removed while it is written: within two seconds another file, which says what is gone', async () => {
  const folder = join(tempFolder(), 'capture');
  const { capture, told } = captureIn(folder);
  for (let n = 0; n < 3; n++) capture.record(numbered(n));
  capture.tick(NOON_MS + 1000);
  await drain(capture);
  rmSync(folder, { recursive: true });

  for (let n = 3; n < 3 * SECONDS; n++) {
    capture.record(numbered(n));
    capture.tick(numbered(n).atMs);
    if (n % 20 === 0) await drain(capture);
  }
  await capture.close();
  expect(told.failed).toEqual([expect.stringContaining('was deleted while it was written')]);
  expect(told.recovered).toHaveLength(1);
  const items = itemsIn(folder);
  expect(items[1]?.type).toBe('gap');
  expect(expectWhole(items, 3 * SECONDS, '')).toBe(3 * SECONDS - capture.droppedCount);
  expect(capture.droppedCount).toBeLessThan(2 * SECONDS);
});

test('the folder is removed and the run ends: what is gone is told by a last file', async () => {
  const folder = join(tempFolder(), 'capture');
  const { capture, told } = captureIn(folder);
  for (let n = 0; n < 3; n++) capture.record(numbered(n));
  capture.tick(NOON_MS + 1500);
  await drain(capture);
  rmSync(folder, { recursive: true });
  await capture.close();
  expect(capture.droppedCount).toBe(3);
  expect(told.recovered).toHaveLength(1);
  expect(expectWhole(itemsIn(folder), 3, '')).toBe(0);
});

test('the disk never comes back: the end says how many events no file tells', async () => {
  const folder = join(tempFolder(), 'capture');
  const { capture, told } = captureIn(folder);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  for (let n = 0; n < 7; n++) capture.record(numbered(n));
  await capture.close();
  expect(capture.droppedCount).toBe(7);
  expect(told.failed).toHaveLength(2);
  expect(told.failed[1]).toContain('at the end 7 events');
  expect(told.recovered).toEqual([]);
});

// An hour: neither a line for each block, nor an alarm that ends while the trouble lasts.
test('a folder that cannot be made is tried less and less often, and told every four minutes', async () => {
  const folder = join(tempFolder(), 'capture');
  const { capture, told } = captureIn(folder);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  const count = 3600;
  for (let second = 0; second < count; second++) {
    capture.record({ ...numbered(second), atMs: numbered(second * SECONDS).atMs });
    capture.tick(numbered(second * SECONDS + SECONDS).atMs);
    if (second % 10 === 0) await drain(capture);
  }
  expect(told.failed).toHaveLength(1 + count / 240 - 1);
  expect(told.failed[3]).toContain('still not written');
  await drain(capture);
  unlinkSync(folder);
  await capture.close();
  expect(told.recovered).toHaveLength(1);
  expect(gapsOf(itemsIn(folder)).map(({ droppedCount }) => droppedCount)).toEqual([count]);
});

// Whatever happens to the folder: a frame is read, or it is told as missing at its place.
test.each(Array.from({ length: 12 }, (_, n) => `seed ${n}`))(
  'a folder taken away and given back at random moments, %s',
  async (seed) => {
    const root = tempFolder();
    const folder = join(root, 'capture');
    const random = Random.fromSeed(`folder ${seed}`);
    const { capture, told } = captureIn(folder);
    let heard = 0;
    let kept = 0;
    let isBlocked = false;
    for (let step = 0; step < 60; step++) {
      const count = random.below(40) + 1;
      for (let n = 0; n < count; n++) {
        capture.record(numbered(heard, `c${heard % 7}`, random.chance(0.02) ? 300_000 : 0));
        heard += 1;
      }
      capture.tick(numbered(heard).atMs + (random.chance(0.5) ? 2000 : 0));
      if (random.chance(0.6)) await drain(capture);
      if (isBlocked && random.chance(0.4)) {
        unlinkSync(folder);
        isBlocked = false;
      } else if (!isBlocked && existsSync(folder) && random.chance(0.2)) {
        // Moved away, not deleted: what is in it counts.
        renameSync(folder, join(root, `kept-${kept}`));
        kept += 1;
        isBlocked = random.chance(0.5);
        if (isBlocked) writeFileSync(folder, 'no folder');
        await drain(capture);
      }
    }
    if (isBlocked) unlinkSync(folder);
    await capture.close();

    const items = readdirSync(root)
      .flatMap((name) => listSegments(join(root, name)))
      .sort((a, b) => orderOf(a) - orderOf(b))
      .flatMap((path) => [...readSegment(path)]);
    const read = expectWhole(items, heard, seed);
    expect(capture.droppedCount, seed).toBe(heard - read);
    expect(told.recovered.length, seed).toBeGreaterThan(0);
  },
);

/** Segments of one run are numbered. */
const orderOf = (path: string): number => Number(/-(\d+)\.zst$/.exec(basename(path))?.[1]);

test('a disk that is too slow is told once, not for each event, and again when it stays so', async () => {
  const folder = tempFolder();
  const { capture, told } = captureIn(folder);
  const minute = 60 * SECONDS;
  for (const begin of [0, minute, 5 * minute]) {
    for (let n = begin; n < begin + 100; n++) capture.record(numbered(n, 'c1', 200_000));
    await drain(capture);
  }
  await capture.close();
  const slow = 'the disk is slower than the feed';
  expect(told.failed).toEqual([expect.stringContaining(slow), expect.stringContaining(slow)]);
  expect(gapsOf(itemsIn(folder))).toHaveLength(3);
});

test('dropped in a flood and closed at once: the gap is the last that the file says', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  for (let n = 0; n < 100; n++) capture.record(numbered(n, 'c1', 200_000));
  await capture.close();
  expect(capture.droppedCount).toBeGreaterThan(40);
  const items = itemsIn(folder);
  expect(items.at(-1)?.type).toBe('gap');
  expect(expectWhole(items, 100, '')).toBe(100 - capture.droppedCount);
});

test('a flood of new connections: a frame is lost once, its name is not counted', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  for (let n = 0; n < 200; n++) capture.record(numbered(n, `c${n}`, 200_000));
  await capture.close();
  const read = expectWhole(itemsIn(folder), 200, '');
  expect(read).toBeLessThan(100);
  expect(capture.droppedCount).toBe(200 - read);
});

test('records larger than a block: 8 MB of them may wait for the disk, and one of any size', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  const before = memoryUsage().arrayBuffers;
  for (let n = 0; n < 60; n++) capture.record(numbered(n, 'c1', 1_000_000));
  expect(capture.droppedCount).toBe(60 - 8);
  // The blocks and their compressed forms, and sixty frames of which nobody may hold more than one.
  expect(memoryUsage().arrayBuffers - before).toBeLessThan(8e6 + 8e6 + 60e6);
  await drain(capture);
  capture.record(numbered(60, 'c1', 20_000_000));
  capture.record(numbered(61));
  await capture.close();
  expect(expectWhole(itemsIn(folder), 62, '')).toBe(10);
});

test('a quiet capture holds the memory of one block, not of all that a flood may need', () => {
  const before = memoryUsage().arrayBuffers;
  const captures = Array.from({ length: 4 }, () => captureIn(tempFolder()).capture);
  for (const capture of captures) capture.record(numbered(0));
  expect(memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1e6);
});
