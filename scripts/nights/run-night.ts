import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';
import type { Checker, Violation } from '../../src/sim/checker.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import { CoverageWatcher } from '../../src/sim/coverage.ts';
import type { PlannedFault } from '../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import type { NightListener } from '../../src/sim/listener.ts';
import { SimNight } from '../../src/sim/night.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';
import { OURS } from '../../src/sim/venue.ts';
import { calmMsOf } from './draw-faults.ts';
import { freeBytesAt } from './ground.ts';
import {
  CRASHED,
  HOST_DISK_FULL,
  type NightCounts,
  type NightOutcome,
  type NightPlan,
} from './words.ts';

const PROGRESS_EVERY_MS = 600_000;
/** A write of the journal needs this much: with less, what the disk of a night said may have been our own disk. */
const ROOM_BYTES_MIN = 1_000_000;

export interface RunNightOptions {
  /** A folder that the journal may lie in. */
  readonly folder: string;
  /** Told every ten minutes of the night, ms after its beginning. */
  readonly onReached?: (atMs: number) => void;
}

/**
 * Runs one night to its end in this process, with every checker watching. Never throws: an error of
 * the night is what became of it.
 */
export function runNight(plan: NightPlan, { folder, onReached }: RunNightOptions): NightOutcome {
  const cpuBefore = process.cpuUsage();
  const watch = new NightWatch(onReached);
  const ground = mkdtempSync(join(folder, 'night-'));
  let ended: { readonly isSettled: boolean; readonly crash?: Violation } = { isSettled: false };
  let journal = { rows: 0, hash: '' };
  let night: SimNight | undefined;
  try {
    night = new SimNight({
      seed: plan.seed,
      hours: plan.hours,
      faults: plan.schedule,
      settings: loadNightSettings(plan.settings?.change, plan.settings?.reentryCooldownMs),
      catalogue: SIM_FAULTS,
      watchers: (made) => watch.begin(made),
      folder: ground,
    });
    ended = { isSettled: passNight(night, plan, watch.checkers) };
    night.close();
    journal = headOf(night.daemon.journalPath);
  } catch (error) {
    ended = { isSettled: false, crash: watch.describe(error) };
    closeBroken(night);
  }
  const full = findFullDisk(ground);
  if (full !== undefined) ended = { isSettled: false, crash: watch.describe(full) };
  rmSync(ground, { recursive: true, force: true });
  const { user, system } = process.cpuUsage(cpuBefore);
  const tallies = watch.checkers.map(({ tally }) => tally);
  const { crash } = ended;
  // What a night on a full disk has shown is of that disk, and of nothing else.
  const isOfNight = full === undefined;
  return {
    plan,
    startMs: night?.startMs ?? 0,
    counts: { ...watch.counts(night), journalRows: journal.rows },
    journalHash: journal.hash,
    isSettled: ended.isSettled,
    faultsBegan: watch.faultsBegan,
    checks: byInvariant(tallies.map(({ checksCount }) => checksCount)),
    broken: {
      ...byInvariant(tallies.map(({ violationsCount }) => (isOfNight ? violationsCount : 0))),
      ...(crash === undefined ? {} : { [CRASHED]: 1 }),
    },
    violations: [
      ...(isOfNight ? tallies.flatMap(({ violations }) => violations) : []),
      ...(crash === undefined ? [] : [crash]),
    ],
    coverage: watch.coverage?.hits ?? {},
    cpuMs: (user + system) / 1_000,
    rssBytesMax: process.resourceUsage().maxRSS * 1_024,
  };
}

/** Whether the machine that runs the night had no room for it, in words; the disks of the night are made up. */
function findFullDisk(folder: string): string | undefined {
  const freeBytes = freeBytesAt(folder) ?? 0;
  if (freeBytes >= ROOM_BYTES_MIN) return undefined;
  return (
    `${HOST_DISK_FULL}: ${freeBytes} bytes are left where ${folder} lies, ` +
    `at least ${ROOM_BYTES_MIN} must be`
  );
}

function passNight(night: SimNight, plan: NightPlan, checkers: readonly Checker[]): boolean {
  night.runFaults(calmMsOf(plan.hours));
  for (const checker of checkers) checker.onCalm?.();
  night.runCalm();
  const isSettled = night.settle();
  for (const checker of checkers) checker.finish?.(isSettled);
  return isSettled;
}

function byInvariant(counts: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(CHECKERS.map(({ id }, index) => [id, counts[index] ?? 0]));
}

/** What the last row of a journal says, once nobody holds the file. */
function headOf(path: string): { readonly rows: number; readonly hash: string } {
  const db = new Database(path, { readonly: true });
  try {
    const row: unknown = db.prepare('SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1').get();
    if (typeof row !== 'object' || row === null || !('id' in row) || !('hash' in row)) {
      throw new Error(`${path} holds no rows`);
    }
    return { rows: Number(row.id), hash: String(row.hash) };
  } finally {
    db.close();
  }
}

/** A night that broke in the middle may also break when it is closed; the first error is the one to tell. */
function closeBroken(night: SimNight | undefined): void {
  try {
    night?.close();
  } catch (error) {
    process.stderr.write(`a broken night could not be closed: ${String(error)}\n`);
  }
}

/** Counts what happens and holds the checkers of one night. */
class NightWatch {
  checkers: readonly Checker[] = [];
  coverage: CoverageWatcher | undefined;
  readonly faultsBegan: Record<string, number> = {};
  readonly #onReached: ((atMs: number) => void) | undefined;
  #night: SimNight | undefined;
  #toldMs = 0;
  readonly #counts = { events: 0, frames: 0, orders: 0, fills: 0 };

  constructor(onReached: ((atMs: number) => void) | undefined) {
    this.#onReached = onReached;
  }

  begin(night: SimNight): readonly NightListener[] {
    this.#night = night;
    this.checkers = CHECKERS.map(({ make }) => make(night));
    this.coverage = new CoverageWatcher(night);
    return [this.#counter(night), this.coverage, ...this.checkers];
  }

  counts(night: SimNight | undefined): Omit<NightCounts, 'journalRows'> {
    return {
      ...this.#counts,
      lives: night?.daemon.livesCount ?? 0,
      commits: night?.commits.count ?? 0,
    };
  }

  describe(error: unknown): Violation {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    const atMs = this.#night?.clock.nowMs ?? 0;
    const faults = this.#night?.faults.recentNames() ?? [];
    return { invariant: CRASHED, atMs, text, faults };
  }

  #counter(night: SimNight): NightListener {
    const counts = this.#counts;
    return {
      onEvent: ({ type }) => {
        counts.events += 1;
        if (type === 'frameReceived') counts.frames += 1;
      },
      onArrived: ({ isAccepted }) => {
        if (isAccepted) counts.orders += 1;
      },
      onHappening: (happening) => {
        if (happening.type !== 'orderUpdated' || happening.fill === undefined) return;
        if (happening.order.accountKey === OURS) counts.fills += 1;
      },
      onFaultBegan: ({ name }: PlannedFault) => {
        this.faultsBegan[name] = (this.faultsBegan[name] ?? 0) + 1;
      },
      onSecond: (atMs) => {
        const sinceMs = atMs - night.startMs;
        if (sinceMs - this.#toldMs < PROGRESS_EVERY_MS) return;
        this.#toldMs = sinceMs;
        this.#onReached?.(sinceMs);
      },
    };
  }
}
