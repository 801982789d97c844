import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { saveDesk } from '../../src/pipeline/checkpoint.ts';
import { encodeCheckpoint } from '../../src/pipeline/checkpoint-text.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import { Capture } from '../../src/store/capture.ts';
import { outcomesOf } from '../../src/store/capture-outcome.ts';
import { listSegments } from '../../src/store/capture-reader.ts';
import { toDeskSetup } from '../../src/wiring/desk-setup.ts';
import { DEFAULT_TEXT } from '../config/settings-files.ts';
import { drain } from '../store/numbered-frames.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { startNight } from '../support/night.ts';
import { SILENT_PROBE } from '../support/night-setup.ts';
import { explain, replayFolder } from './replayed.ts';

const TAG = 'test';

/** What the settings of the repository make of a generated market, event by event. */
function makeNight(seed: string, seconds: number) {
  const parsed = parseSettings(DEFAULT_TEXT, {});
  if (parsed.type !== 'valid') throw new Error('the default settings are not valid');
  const { settings, source, configHash } = parsed;
  const setup = toDeskSetup(settings, { probe: SILENT_PROBE, accountTag: TAG });
  const night = startNight({ seed, setup: { ...setup, findStrategyKind: undefined } });
  night.waitMs(seconds * 1_000);
  const header = {
    buildId: 'this build',
    configHash,
    epoch: 1,
    settings: source,
    accountTag: TAG,
    environment: settings.venue.setup,
    strategies: {},
  };
  return { events: night.world.events, setup, header };
}

/** Captures the night as the live world does; `at` is told how many seconds have passed. */
async function captureNight(
  folder: string,
  night: ReturnType<typeof makeNight>,
  options: {
    readonly segmentAgeMsMax: number;
    readonly at?: (second: number) => void;
    readonly end?: 'close' | 'abandon';
  },
): Promise<readonly string[]> {
  const told: string[] = [];
  const desk = new Desk(night.setup);
  const capture = new Capture(
    {
      folder,
      ageMsMax: 1e12,
      bytesMax: 1e9,
      segmentAgeMsMax: options.segmentAgeMsMax,
      header: night.header,
      checkpoint: () => (desk.phase === 'idle' ? undefined : encodeCheckpoint(saveDesk(desk))),
    },
    { failed: (text) => told.push(text), recovered: (text) => told.push(text) },
  );
  const beganAtMs = night.events[0]?.atMs ?? 0;
  let second = -1;
  for (const event of night.events) {
    const now = Math.floor((event.atMs - beganAtMs) / 1_000);
    if (now > second) {
      second = now;
      capture.tick(event.atMs);
      await drain(capture);
      options.at?.(second);
    }
    capture.record(event);
    for (const effect of handle(desk, event)) {
      for (const text of outcomesOf(effect)) capture.recordOutcome(text, event.atMs);
    }
  }
  const lastAtMs = night.events.at(-1)?.atMs ?? 0;
  if (options.end === 'abandon') capture.abandon(lastAtMs);
  await capture.close();
  return told;
}

// The process breaks, and its last words go to a file of their own: they follow what came before.
test('a process that breaks: its night is identical from each file, the last words among them', async () => {
  const folder = tempFolder();
  const night = makeNight('last words', 60);
  const told = await captureNight(folder, night, { segmentAgeMsMax: 10_000, end: 'abandon' });
  expect(told).toEqual([]);
  const whole = replayFolder(folder);
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
    const report = replayFolder(folder, { from: basename(file) });
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
  const folder = tempFolder();
  const night = makeNight('until', 30);
  await captureNight(folder, night, { segmentAgeMsMax: 600_000 });
  const untilMs = (night.events[0]?.atMs ?? 0) + 15_000;
  const report = replayFolder(folder, { untilMs });
  const eventsCount = night.events.filter(({ atMs }) => atMs <= untilMs).length;
  expect(report, explain(report)).toMatchObject({ isIdentical: true, eventsCount });
  expect(report.toMs).toBeLessThanOrEqual(untilMs);
});
