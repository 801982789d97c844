import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type DeskEvent, frameReceived } from '../../src/domain/event.ts';
import { clientOrderId, connectionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import { Capture, type CaptureOptions } from '../../src/store/capture.ts';
import { CaptureBlock } from '../../src/store/capture-block.ts';
import { decodeEvent, encodeEvent } from '../../src/store/capture-event.ts';
import { RECORD_KINDS, readRecords } from '../../src/store/capture-format.ts';
import { listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { BTC_USDT, NOON_MS } from '../support/trading.ts';
import { tempFolder } from './temp-folder.ts';

function captureIn(
  folder: string,
  change: Partial<CaptureOptions> = {},
  fails = (text: string): void => expect.fail(text),
): Capture {
  const options = { folder, ageMsMax: 1e12, bytesMax: 1e9, header: { epoch: 1 }, ...change };
  return new Capture(options, { failed: fails, recovered: fails });
}

function frame(n: number, connection = 'c1', text = `{"n":${n}}`): DeskEvent {
  // A fraction: replay must hear the very same number.
  const atMs = unixMs(NOON_MS + n + 0.123_456);
  return frameReceived(connectionId(connection), atMs, Buffer.from(text));
}

/** Frames come back as plain bytes. */
const plain = (event: DeskEvent): DeskEvent =>
  event.type === 'frameReceived'
    ? frameReceived(event.connection, event.atMs, Buffer.from(bytesOf(event)))
    : event;

function eventsIn(folder: string): readonly DeskEvent[] {
  return listSegments(folder).flatMap((path) =>
    [...readSegment(path)].flatMap((item) => (item.type === 'event' ? [plain(item.event)] : [])),
  );
}

test('what was captured comes back in order, bytes and moments exact, from two connections', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const events: DeskEvent[] = [
    { type: 'socketOpened', atMs: NOON_MS, connection: connectionId('c1') },
    frame(1),
    frame(2, 'c2'),
    frame(3, 'c2', ''),
    frame(4, 'c1', 'x'.repeat(1001)),
    { type: 'timerFired', atMs: NOON_MS, timer: 'tick' },
    frame(5),
  ];
  for (const event of events) capture.record(event);
  await capture.close();
  expect(eventsIn(folder)).toEqual(events);
  expect(capture.droppedCount).toBe(0);
});

test('an event with amounts survives: they are integers that JSON does not know', () => {
  const answered: DeskEvent = {
    type: 'venueAnswered',
    atMs: NOON_MS,
    venue: 'binance',
    requestId: 7,
    question: {
      type: 'orderByClientId',
      instrument: BTC_USDT,
      clientOrderId: clientOrderId('ov1'),
    },
    answer: { type: 'timedOut', waitedMs: 5, sentAtMs: NOON_MS },
  };
  expect(decodeEvent(encodeEvent(answered))).toEqual(answered);
  expect(decodeEvent('{"type":"somethingNewer","atMs":1}')).toBeUndefined();
});

test('an event larger than a block gets one of its own', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder);
  const events = [frame(1), frame(2, 'c1', 'y'.repeat(2_000_000)), frame(3)];
  for (const event of events) capture.record(event);
  await capture.close();
  expect(eventsIn(folder)).toEqual(events);
});

describe('a file that was cut off', () => {
  test('at any byte: the reader gets a prefix of what was captured, and no more', async () => {
    const folder = tempFolder();
    const capture = captureIn(folder);
    const events = Array.from({ length: 400 }, (_, n) => frame(n, `c${n % 3}`));
    for (const [n, event] of events.entries()) {
      capture.record(event);
      // Several blocks: the cut falls inside one of them.
      if (n % 100 === 99) capture.tick(NOON_MS + 100_000);
    }
    await capture.close();
    const [path = ''] = listSegments(folder);
    const whole = readFileSync(path);

    const lengths = new Set<number>();
    for (let cut = 0; cut <= whole.length; cut += 7) {
      writeFileSync(path, whole.subarray(0, cut));
      const read = eventsIn(folder);
      expect(read).toEqual(events.slice(0, read.length));
      lengths.add(read.length);
    }
    writeFileSync(path, whole);
    expect(eventsIn(folder)).toEqual(events);
    expect(lengths.size).toBeGreaterThan(3);
  });

  test('records of a block: any cut gives the whole ones before it', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(payloads, fc.nat(), (list, anyCut) => {
        const block = new CaptureBlock(4096);
        for (const [n, payload] of list.entries()) {
          expect(block.append(RECORD_KINDS.frame, n, n / 3, payload)).toBe(true);
        }
        const cut = anyCut % (block.usedBytes + 1);
        const read = [...readRecords(block.bytes.subarray(0, cut))];
        expect(read.map(({ payload }) => [...payload])).toEqual(
          list.slice(0, read.length).map((payload) => [...payload]),
        );
        expect(read.map(({ atMs }) => atMs)).toEqual(read.map((_, n) => n / 3));
        if (cut === block.usedBytes) expect(read.length).toBe(list.length);
      }),
    );
  });
});

// The disk is slower than the feed: trading goes on, memory stays bounded, and the file says what is missing.
test('more than the blocks hold before the disk answers: the rest is dropped, counted and told', async () => {
  const folder = tempFolder();
  const told: string[] = [];
  const capture = captureIn(folder, {}, (text) => told.push(text));
  const text = 'z'.repeat(200_000);
  // All in one turn: nothing can reach the disk in between.
  for (let n = 0; n < 100; n++) capture.record(frame(n, 'c1', text));
  const dropped = capture.droppedCount;
  expect(dropped).toBeGreaterThan(40);
  expect(told).toHaveLength(1);
  expect(capture.pendingBlocksCount).toBeLessThanOrEqual(16);

  while (capture.pendingBlocksCount > 0) await new Promise(setImmediate);
  capture.record(frame(100));
  await capture.close();
  const items = listSegments(folder).flatMap((path) => [...readSegment(path)]);
  expect(items.filter(({ type }) => type === 'event').length).toBe(101 - dropped);
  const [first = -1, ...others] = items.flatMap((item, place) =>
    item.type === 'gap' ? [place] : [],
  );
  expect(others).toEqual([]);
  const gap = items[first];
  expect(JSON.parse(gap?.type === 'gap' ? gap.text : '')).toEqual({
    droppedCount: dropped,
    droppedBytes: dropped * 200_016,
    fromMs: frame(100 - dropped).atMs,
    toMs: frame(99).atMs,
  });
  expect(items[first + 1]).toMatchObject({ event: { atMs: frame(100).atMs } });
});

test('a new segment opens by age, names its connections again, and the ring forgets the oldest', async () => {
  const folder = tempFolder();
  const capture = captureIn(folder, { bytesMax: 1 });
  const minutes = (count: number) => count * 60_000;
  for (const n of [0, minutes(11), minutes(22)]) {
    capture.record(frame(n));
    capture.tick(NOON_MS + n + 2000);
  }
  capture.record(frame(minutes(23)));
  await capture.close();

  // Only the newest file is left: one byte is all that the ring may hold.
  const segments = listSegments(folder);
  expect(segments.length).toBeLessThanOrEqual(2);
  const last = [...readSegment(segments.at(-1) ?? '')];
  expect(last[0]?.type).toBe('header');
  const events = last.flatMap((item) => (item.type === 'event' ? [plain(item.event)] : []));
  expect(events.at(-1)).toEqual(frame(minutes(23)));
});

test('segments too old for the ring go when the next one opens', async () => {
  const folder = tempFolder();
  const old = join(folder, 'capture-000001000000000-1.zst');
  writeFileSync(old, '');
  utimesSync(old, 1_000_000, 1_000_000);
  const capture = captureIn(folder, { ageMsMax: 60_000 });
  capture.record(frame(1));
  await capture.close();
  expect(listSegments(folder)).not.toContain(old);
  expect(eventsIn(folder)).toEqual([frame(1)]);
});
