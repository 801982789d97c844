import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import {
  bytesOf,
  type DeskEvent,
  type FrameReceived,
  frameReceived,
} from '../../src/domain/event.ts';
import { connectionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import { Capture, type CaptureOptions } from '../../src/store/capture.ts';
import {
  type CapturedItem,
  listSegments,
  readEnds,
  readSegment,
} from '../../src/store/capture-reader.ts';
import { NOON_MS } from '../support/trading.ts';

/** A frame that tells its number; numbers are 10 ms apart. */
export function numbered(n: number, connection = 'c1', bytes = 0): FrameReceived {
  const atMs = unixMs(NOON_MS + n * 10);
  return frameReceived(connectionId(connection), atMs, Buffer.from(`${n} `.padEnd(bytes, '.')));
}

export const numberOf = (event: DeskEvent): number =>
  event.type === 'frameReceived' ? Number.parseInt(Buffer.from(bytesOf(event)).toString(), 10) : -1;

/** What a capture told. */
export interface Told {
  readonly failed: string[];
  readonly recovered: string[];
}

export function captureIn(
  folder: string,
  change: Partial<CaptureOptions> = {},
): { readonly capture: Capture; readonly told: Told } {
  const told: Told = { failed: [], recovered: [] };
  const options = { folder, ageMsMax: 1e12, bytesMax: 1e9, header: { epoch: 1 }, ...change };
  const capture = new Capture(options, {
    failed: (text) => told.failed.push(text),
    recovered: (text) => told.recovered.push(text),
  });
  // A process that breaks leaves its file open. This one goes on.
  onTestFinished(() => capture.close());
  return { capture, told };
}

/** Until the disk has taken or refused what is on its way. */
export async function drain(capture: Capture): Promise<void> {
  while (capture.pendingBlocksCount > 0) await nextTurn();
}

export function itemsIn(folder: string): readonly CapturedItem[] {
  const ends = readEnds(folder);
  return listSegments(folder).flatMap((path) => [...readSegment(path, ends)]);
}

export interface Gap {
  readonly droppedCount: number;
  readonly droppedBytes: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export function gapsOf(items: readonly CapturedItem[]): readonly Gap[] {
  return items.flatMap((item) => (item.type === 'gap' ? [JSON.parse(item.text) as Gap] : []));
}

/**
 * Every frame from 0 on is read in its order or told as missing at its place, with its moment between
 * the two that the gap names. Returns how many were read.
 */
export function expectWhole(
  items: readonly CapturedItem[],
  heardCount: number,
  hint: string,
): number {
  let next = 0;
  let readCount = 0;
  for (const item of items) {
    if (item.type === 'gap') {
      const [gap] = gapsOf([item]);
      if (gap === undefined) throw new Error('no gap');
      expect(gap.fromMs, hint).toBeLessThanOrEqual(numbered(next).atMs);
      next += gap.droppedCount;
      expect(gap.toMs, hint).toBeGreaterThanOrEqual(numbered(next - 1).atMs);
    } else if (item.type === 'event') {
      expect(numberOf(item.event), hint).toBe(next);
      expect(item.event.atMs, hint).toBe(numbered(next).atMs);
      expect(item.event.type === 'frameReceived' && item.event.connection, hint).toMatch(/^c\d/);
      next += 1;
      readCount += 1;
    } else if (item.type !== 'header') expect.fail(`${hint}: ${JSON.stringify(item)}`);
  }
  expect(next, hint).toBe(heardCount);
  return readCount;
}
