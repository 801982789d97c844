import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bytesOf, type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import { Random } from '../../src/domain/random.ts';
import { capturedCodec } from '../../src/live/captured-codec.ts';
import type { Capture } from '../../src/store/capture.ts';
import { listSegments } from '../../src/store/capture-reader.ts';
import { createBinanceMarketCodec } from '../../src/venues/binance-market.ts';
import { NOON_MS } from '../support/trading.ts';
import { btc, eth, heardFrames, poisonFrame } from './heard-frames.ts';
import { captureIn, drain, expectWhole, gapsOf, itemsIn, numbered } from './numbered-frames.ts';
import { tempFolder } from './temp-folder.ts';

function eventsIn(folder: string): readonly DeskEvent[] {
  return itemsIn(folder).flatMap((item) => {
    if (item.type === 'header') return [];
    if (item.type !== 'event') return expect.fail(JSON.stringify(item));
    const { event } = item;
    return [
      event.type === 'frameReceived'
        ? frameReceived(event.connection, event.atMs, Buffer.from(bytesOf(event)))
        : event,
    ];
  });
}

function crash(folder: string, seed: string, lives: number): Promise<number | null> {
  const program = fileURLToPath(new URL('./capture-crasher.ts', import.meta.url));
  const child = spawn(process.execPath, [program, folder, seed, String(lives)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve) => child.once('close', resolve));
}

// The frame that kills the daemon is the one that must be there in the morning.
test('a process that dies of a frame: all that it heard is in the files, the poison last, byte for byte', {
  timeout: 240_000,
}, async () => {
  const start = Date.now() % 10_000;
  const random = Random.fromSeed(`lives ${start}`);
  for (let death = 0; death < 6; death++) {
    const seed = `${start} ${death}`;
    const folder = tempFolder();
    const lives = random.below(6000);
    expect(await crash(folder, seed, lives), seed).toBe(70);
    const frames = heardFrames(seed, 60_000).slice(0, lives);
    expect(eventsIn(folder), seed).toEqual([...frames, poisonFrame(seed)]);
  }
});

/** Hears frames in many blocks, and breaks with a frame of which nobody knows yet what it says. */
function hear(capture: Capture, frames: readonly DeskEvent[], poison: DeskEvent): void {
  const codec = capturedCodec(createBinanceMarketCodec([btc, eth]), capture);
  for (const [n, frame] of frames.entries()) {
    capture.record(frame);
    if (frame.type === 'frameReceived') codec.decode(bytesOf(frame));
    if (n % 50 === 49) capture.tick(NOON_MS + 100_000);
  }
  capture.record(poison);
}

// What the thread pool has begun may reach the file after the last words were written, or not at all.
test('it breaks at any turn while blocks are on their way: read before they land or after, all is there once', async () => {
  const frames = heardFrames('turns', 2_000);
  const poison = poisonFrame('turns');
  let rescuedCount = 0;
  for (let turns = 0; turns < 40; turns++) {
    const folder = tempFolder();
    const { capture, told } = captureIn(folder);
    hear(capture, frames, poison);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    const waitingCount = capture.pendingBlocksCount;
    capture.abandon(NOON_MS + 100_001);
    if (waitingCount > 0) rescuedCount += 1;
    expect(eventsIn(folder), `after ${turns} turns`).toEqual([...frames, poison]);
    await capture.close();
    expect(eventsIn(folder), `landed after ${turns} turns`).toEqual([...frames, poison]);
    expect(told.failed).toEqual([]);
  }
  expect(rescuedCount).toBeGreaterThan(5);
});

// The stop takes turns of its own: whatever goes wrong in one of them must not tell a block twice.
test('it breaks at any turn of its stop: read before the blocks land or after, all is there once', async () => {
  const frames = heardFrames('stop', 2_000);
  const poison = poisonFrame('stop');
  let rescuedCount = 0;
  for (let turns = 0; turns < 40; turns++) {
    const folder = tempFolder();
    const { capture, told } = captureIn(folder);
    hear(capture, frames, poison);
    const closed = capture.close();
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    if (capture.pendingBlocksCount > 0) rescuedCount += 1;
    capture.abandon(NOON_MS + 100_001);
    expect(eventsIn(folder), `after ${turns} turns`).toEqual([...frames, poison]);
    await closed;
    expect(eventsIn(folder), `landed after ${turns} turns`).toEqual([...frames, poison]);
    expect(told.failed).toEqual([]);
  }
  expect(rescuedCount).toBeGreaterThan(3);
});

test('heard while it stops, and then it breaks: that event is there too, last and once', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  for (let n = 0; n < 5; n++) capture.record(numbered(n));
  const closed = capture.close();
  capture.record(numbered(5));
  capture.abandon(NOON_MS + 1000);
  await closed;
  expect(expectWhole(itemsIn(folder), 6, '')).toBe(6);
});

test('it breaks in a flood that the disk cannot follow: the gap is told, and then the frame', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  capturedCodec(createBinanceMarketCodec([btc]), capture);
  for (let n = 0; n < 100; n++) capture.record(numbered(n, 'c1', 200_000));
  capture.abandon(NOON_MS + 100_000);
  const items = itemsIn(folder);
  expect(expectWhole(items, 100, '')).toBe(100 - capture.droppedCount);
  expect(capture.droppedCount).toBeGreaterThan(40);
  expect(items.at(-1)).toMatchObject({ event: { atMs: numbered(99).atMs } });
  await capture.close();
});

test('it breaks while its folder is gone: the last frame is there, and what is missing before it', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  for (let n = 0; n < 5; n++) capture.record(numbered(n));
  capture.tick(NOON_MS + 2000);
  await drain(capture);
  rmSync(folder, { recursive: true });
  capture.record(numbered(5));
  capture.abandon(NOON_MS + 3000);
  const items = itemsIn(folder);
  expect(gapsOf(items).map(({ droppedCount }) => droppedCount)).toEqual([5]);
  expect(expectWhole(items, 6, '')).toBe(1);
});

// What goes on behind the last words may not begin a file of its own: that would tell the same again.
test.each([
  { doing: 'stops', heardCount: 205 },
  { doing: 'stops with all in the file', heardCount: 5 },
  { doing: 'writes a block', heardCount: 205 },
])(
  'its folder is gone, and it breaks at any turn while it $doing: frames and gaps add up, then and later',
  async ({ doing, heardCount }) => {
    for (let turns = 0; turns < 40; turns++) {
      const hint = `after ${turns} turns`;
      const folder = tempFolder();
      const { capture } = captureIn(folder);
      for (let n = 0; n < 5; n++) capture.record(numbered(n));
      capture.tick(NOON_MS + 2000);
      await drain(capture);
      rmSync(folder, { recursive: true });
      for (let n = 5; n < heardCount; n++) capture.record(numbered(n));
      capture.tick(NOON_MS + 4000);
      const closed = doing === 'writes a block' ? undefined : capture.close();
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      capture.abandon(NOON_MS + 5000);
      expectWhole(itemsIn(folder), heardCount, hint);
      await (closed ?? capture.close());
      const read = expectWhole(itemsIn(folder), heardCount, `later, ${hint}`);
      expect(capture.droppedCount, hint).toBe(heardCount - read);
    }
  },
);

test('it breaks with nothing to say, or twice: no file more than there was', async () => {
  const folder = tempFolder();
  const { capture } = captureIn(folder);
  capture.abandon(NOON_MS);
  expect(listSegments(folder)).toEqual([]);

  const other = captureIn(folder).capture;
  other.record(numbered(0));
  await other.close();
  other.abandon(NOON_MS + 1);
  expect(listSegments(folder)).toHaveLength(1);

  const third = captureIn(folder).capture;
  third.record({ ...numbered(1), atMs: numbered(1000).atMs });
  third.abandon(NOON_MS + 10_001);
  third.abandon(NOON_MS + 10_002);
  expect(listSegments(folder)).toHaveLength(2);
  expect(eventsIn(folder)).toHaveLength(2);
});
