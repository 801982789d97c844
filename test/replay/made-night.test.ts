import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { listSegments } from '../../src/store/capture-reader.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { captureNight, logOf, makeNight } from './made-night.ts';
import { explain, replayFolder } from './replayed.ts';

// The process breaks, and its last words go to a file of their own: they follow what came before.
test('a process that breaks: its night is identical from each file, the last words among them', async () => {
  const folder = join(tempFolder(), 'capture');
  const night = makeNight('last words', 60);
  const told = await captureNight(folder, night, { segmentAgeMsMax: 10_000, end: 'abandon' });
  expect(told).toEqual([]);
  const witness = logOf(night.decisions);
  const whole = replayFolder(folder, { witness });
  expect(whole, explain(whole)).toMatchObject({
    isIdentical: true,
    eventsCount: night.events.length,
    uncompared: [],
  });
  expect(whole.decisionsCount).toBeGreaterThan(50);
  const files = listSegments(folder);
  expect(files.length).toBeGreaterThan(4);
  // The last words have no checkpoint: they are read from the file before, and are nothing by themselves.
  const words = replayFolder(folder, { from: basename(files.at(-1) ?? '') });
  expect(words.verdict, explain(words)).toBe('nothing');
  for (const file of files.slice(0, -1)) {
    const report = replayFolder(folder, { from: basename(file), witness });
    expect(report, `${basename(file)}\n${explain(report)}`).toMatchObject({
      isIdentical: true,
      uncompared: [],
    });
  }
});

// The disk is away for half a minute. What was heard then is gone, and everything decided on it.
test('the folder is away for a while: what is gone is told, and behind it the night is compared again', async () => {
  const folder = join(tempFolder(), 'capture');
  const night = makeNight('no disk', 180);
  const told = await captureNight(folder, night, {
    segmentAgeMsMax: 600_000,
    at: (second) => {
      if (second === 20) {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, 'no folder');
      }
      if (second === 50) rmSync(folder);
    },
  });
  expect(told).toHaveLength(2);
  const report = replayFolder(folder);
  expect(report, explain(report)).toMatchObject({
    verdict: 'incomplete',
    isIdentical: false,
    damages: [],
    differencesCount: 0,
    livesCount: 0,
    gapsCount: 1,
  });
  const { decisions } = report.coverage;
  // What went with the folder was before all that is there.
  const passedDecisions = report.uncompared.reduce((sum, part) => sum + part.decisionsCount, 0);
  expect(decisions.recorded - decisions.compared).toBe(passedDecisions);
  const passedOver = report.uncompared.reduce((sum, { eventsCount }) => sum + eventsCount, 0);
  expect(passedOver).toBeGreaterThan(1_000);
  expect(report.eventsCount).toBeGreaterThan(1_000);
  expect(report.eventsCount).toBeLessThan(night.events.length - 1_000);
  // From the checkpoint on to the end.
  expect(report.toMs).toBe(night.events.at(-1)?.atMs);
  expect(report.decisionsCount).toBeGreaterThan(20);
});

test('until a moment: what comes later is not heard, and what came before is the same', async () => {
  const folder = join(tempFolder(), 'capture');
  const night = makeNight('until', 30);
  await captureNight(folder, night, { segmentAgeMsMax: 600_000 });
  const untilMs = (night.events[0]?.atMs ?? 0) + 15_000;
  const report = replayFolder(folder, { untilMs });
  const eventsCount = night.events.filter(({ atMs }) => atMs <= untilMs).length;
  expect(report, explain(report)).toMatchObject({ isIdentical: true, eventsCount });
  expect(report.toMs).toBeLessThanOrEqual(untilMs);
});
