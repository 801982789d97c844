import { mkdirSync, rmdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CaptureBlock } from '../../src/store/capture-block.ts';
import { RECORD_KINDS } from '../../src/store/capture-format.ts';
import type { SegmentCut } from '../../src/store/segment-file.ts';
import { SegmentWriter } from '../../src/store/segment-writer.ts';
import { NOON_MS } from '../support/trading.ts';
import { tempFolder } from './temp-folder.ts';

const RETRY_MS = 60_000;

// The next file must know where this one ends: an error of the cleaning up may not take its place.
test('a segment that can be neither written nor removed: the next one still says where it ends', async () => {
  const folder = tempFolder();
  const pathOf = (number: number): string =>
    join(folder, `capture-${String(NOON_MS + number * RETRY_MS).padStart(15, '0')}-${number}.zst`);
  symlinkSync('/dev/full', pathOf(1));
  symlinkSync('/dev/full', pathOf(2));
  const failed: string[] = [];
  const asked: (readonly SegmentCut[])[] = [];
  const writer = new SegmentWriter(
    { folder, ageMsMax: 1e12, bytesMax: 1e9 },
    {
      giveBack: () => undefined,
      failed: (text) => failed.push(text),
      recovered: () => undefined,
      preamble: (_atMs, cuts) => {
        asked.push(cuts);
        // The second file is open by now: a folder under its name is no file that can be removed.
        if (asked.length === 1) {
          unlinkSync(pathOf(2));
          mkdirSync(pathOf(2));
        }
        return new Uint8Array(0);
      },
    },
  );
  const send = async (number: number): Promise<void> => {
    const atMs = NOON_MS + number * RETRY_MS;
    const payload = Buffer.from(`${number}`);
    const block = CaptureBlock.of([{ kind: RECORD_KINDS.frame, number: 0, atMs, payload }]);
    const ifLost = { eventsCount: 1, bytes: 24, fromMs: atMs, toMs: atMs };
    writer.write({ block, content: { eventsCount: 1, ifLost }, atMs, asItIs: false });
    while (writer.pendingCount > 0) await nextTurn();
  };
  writer.openSegment(NOON_MS + RETRY_MS);
  await send(1);
  await send(2);
  rmdirSync(pathOf(2));
  await send(3);
  await writer.close();

  const cutOf = (number: number): SegmentCut => ({ segment: basename(pathOf(number)), bytes: 0 });
  expect(asked).toEqual([[cutOf(1)], [cutOf(1), cutOf(2)]]);
  expect(failed).toEqual([
    expect.stringMatching(/could not be written: .*ENOSPC/),
    expect.stringMatching(/-2\.zst could not be removed: .*EISDIR/),
  ]);
  expect(writer.lostCount).toBe(2);
  rmSync(folder, { recursive: true });
});
