import { parseSettings } from '../../src/config/parse-settings.ts';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import type { DeskEvent } from '../../src/domain/event.ts';
import { unixMs } from '../../src/domain/units.ts';
import { decodeRow } from '../../src/journal/row-codec.ts';
import { saveDesk } from '../../src/pipeline/checkpoint.ts';
import { encodeCheckpoint } from '../../src/pipeline/checkpoint-text.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { handle } from '../../src/pipeline/handle.ts';
import type { Witness } from '../../src/replay/witness.ts';
import { Capture } from '../../src/store/capture.ts';
import { outcomesOf } from '../../src/store/capture-outcome.ts';
import { JournalStore } from '../../src/store/journal-store.ts';
import { toDeskSetup } from '../../src/wiring/desk-setup.ts';
import { DEFAULT_TEXT } from '../config/settings-files.ts';
import { journalAt } from '../store/journal-rows.ts';
import { drain } from '../store/numbered-frames.ts';
import { startNight } from '../support/night.ts';
import { SILENT_PROBE } from '../support/night-setup.ts';

const TAG = 'test';

type MadeNight = ReturnType<typeof makeNight>;

/** What the settings of the repository make of a generated market, event by event, life by life. */
export function makeNight(
  seed: string,
  seconds: number,
  ends: readonly ('stop' | 'kill')[] = ['kill'],
  quietSeconds = 0,
) {
  const parsed = parseSettings(DEFAULT_TEXT, {});
  if (parsed.type !== 'valid') throw new Error('the default settings are not valid');
  const { settings, source, configHash } = parsed;
  const setup = toDeskSetup(settings, { probe: SILENT_PROBE, accountTag: TAG });
  const night = startNight({ seed, setup: { ...setup, findStrategyKind: undefined } });
  ends.forEach((end, n) => {
    if (n > 0) {
      // A start within two seconds would vouch for the end before it.
      night.waitMs(10_000);
      night.restart();
      night.settle();
    }
    night.waitMs(seconds * 1_000);
    if (quietSeconds > 0) night.quiet();
    night.waitMs(quietSeconds * 1_000);
    if (end === 'stop') night.stop();
    else night.kill();
    night.waitMs(5_000);
  });
  const header = {
    buildId: 'this build',
    configHash,
    settings: source,
    accountTag: TAG,
    environment: settings.venue.setup,
    strategies: {},
  };
  const lives = night.lives.map(({ events }) => events);
  const decisions = night.lives.map((life) => life.decisions);
  return { lives, events: lives.flat(), setup, header, decisions };
}

/** The decision log of these lives, as far as a replay asks it. */
export function logOf(lives: readonly (readonly DecisionRecord[])[]): Witness {
  const numbers = lives.flatMap((records, n) =>
    records.map(({ seq, atMs }) => ({ epoch: n + 1, seq, atMs })),
  );
  return {
    decisionsSince: (sinceMs) => numbers.filter(({ atMs }) => atMs >= sinceMs),
    rows: [],
    isRunning: false,
    notes: [],
  };
}

interface CaptureWay {
  readonly segmentAgeMsMax: number;
  readonly at?: (second: number) => void;
  readonly end?: 'close' | 'abandon';
}

/** Captures the first life of the night as the live world does; `at` is told how many seconds have passed. */
export async function captureNight(
  folder: string,
  night: MadeNight,
  way: CaptureWay,
): Promise<readonly string[]> {
  const told: string[] = [];
  await captureLife(folder, night, night.lives[0] ?? [], {
    ...way,
    told,
    keepRow: () => undefined,
  });
  return told;
}

/**
 * Captures all its lives with a journal of the real kind: what it tells the next start is in the capture.
 * The journal itself lies elsewhere.
 */
export async function captureLives(
  folder: string,
  night: MadeNight,
  way: CaptureWay & { readonly journal: string },
): Promise<readonly string[]> {
  const told: string[] = [];
  for (const events of night.lives) {
    let nowMs = events[0]?.atMs ?? unixMs(0);
    const journal = JournalStore.open(journalAt(way.journal, { nowMs: () => nowMs }));
    const { epoch, clean } = journal;
    const rows = journal.rowsBeforeStart();
    const heard = events.map((event) =>
      event.type === 'started' ? { ...event, rows, clean, epoch } : event,
    );
    const stop = await captureLife(folder, night, heard, {
      ...way,
      told,
      epoch,
      keepRow: (text, atMs) => {
        nowMs = atMs;
        journal.append([decodeRow(text)], true);
      },
    });
    if (stop === undefined) journal.abandon();
    else journal.close(stop);
  }
  return told;
}

/** Returns why it stopped, when it stopped by itself. */
async function captureLife(
  folder: string,
  night: Pick<MadeNight, 'setup' | 'header'>,
  events: readonly DeskEvent[],
  way: CaptureWay & {
    readonly told: string[];
    readonly epoch?: number;
    readonly keepRow: (text: string, atMs: DeskEvent['atMs']) => void;
  },
): Promise<string | undefined> {
  const { told } = way;
  const desk = new Desk(night.setup);
  const capture = new Capture(
    {
      folder,
      ageMsMax: 1e12,
      bytesMax: 1e9,
      segmentAgeMsMax: way.segmentAgeMsMax,
      header: { ...night.header, epoch: way.epoch ?? 1 },
      checkpoint: () => (desk.phase === 'idle' ? undefined : encodeCheckpoint(saveDesk(desk))),
    },
    { failed: (text) => told.push(text), recovered: (text) => told.push(text) },
  );
  const beganAtMs = events[0]?.atMs ?? 0;
  let second = -1;
  let stop: string | undefined;
  for (const event of events) {
    const now = Math.floor((event.atMs - beganAtMs) / 1_000);
    if (now > second) {
      second = now;
      capture.tick(event.atMs);
      await drain(capture);
      way.at?.(second);
    }
    capture.record(event);
    for (const effect of handle(desk, event)) {
      if (effect.type === 'stopProcess') stop = effect.cause;
      for (const text of outcomesOf(effect)) {
        capture.recordOutcome(text, event.atMs);
        if (text.startsWith('row ')) way.keepRow(text.slice('row '.length), event.atMs);
      }
    }
  }
  if (way.end === 'abandon') capture.abandon(events.at(-1)?.atMs ?? 0);
  await capture.close();
  return stop;
}
