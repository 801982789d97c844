import type { JournalRow } from '../domain/journal-row.ts';
import { readJournal } from '../store/journal-reader.ts';
import type { Checker, CheckerKind, Violation } from './checker.ts';
import { type CrashScenario, planScenario } from './crash-scenarios.ts';
import type { SimFault } from './fault.ts';
import { SimNight } from './night.ts';
import { type OrderEnd, readOrderEnds } from './order-ends.ts';
import type { KillPoint } from './process-killed.ts';
import { loadNightSettings, type NightSettings } from './settings.ts';

export interface CrashSetup {
  readonly catalogue: ReadonlyMap<string, SimFault>;
  readonly checkers: readonly CheckerKind[];
  readonly scenario: CrashScenario;
}

/** What one run, cut off at `kills`, has shown. */
interface CrashRun {
  readonly kills: readonly KillPoint[];
  readonly commitsCount: number;
  readonly violations: readonly Violation[];
  readonly checksCount: number;
  /** Of orders that were written down before the first kill: what became of them. */
  readonly ends: ReadonlyMap<string, OrderEnd>;
}

/** Two symbols and quick strategies: some ten orders in a minute. */
const HOURS = 1;
const STORY_MS = 45_000;
const REENTRY_COOLDOWN_MS = 3_000;
/** Invariants of a night in which nothing is wrong: here a kill is, and no schedule says so. */
const NOT_OF_CRASHES: readonly string[] = ['I13'];

let settings: NightSettings | undefined;

/** One run of the story: to its end, or with the process killed at the given commits. */
function runCrash(setup: CrashSetup, kills: readonly KillPoint[]): CrashRun {
  settings ??= loadNightSettings({ symbols: ['BTC/USDT', 'ETH/USDT'] }, REENTRY_COOLDOWN_MS);
  const { catalogue, scenario } = setup;
  const checkers: Checker[] = [];
  const before = new Set<string>();
  const night = new SimNight({
    seed: scenario.seed,
    hours: HOURS,
    faults: planScenario(scenario, catalogue),
    catalogue,
    settings,
    killAt: kills,
    watchers: (made) => {
      const kinds = setup.checkers.filter(({ id }) => !NOT_OF_CRASHES.includes(id));
      checkers.push(...kinds.map((kind) => kind.make(made)));
      return [
        ...checkers,
        {
          onDurable: (rows: readonly JournalRow[]) => {
            if (made.daemon.livesCount > 1) return;
            for (const row of rows) if (row.type === 'intent') before.add(row.intent.clientOrderId);
          },
        },
      ];
    },
  });
  try {
    night.waitMs(STORY_MS);
    night.faults.freeze();
    while (!night.faults.isQuiet) night.waitMs(1_000);
    const isSettled = night.settle();
    for (const checker of checkers) checker.finish?.(isSettled);
    night.daemon.close();
    const ends = readOrderEnds(readRows(night.daemon.journalPath));
    const kept = kills.length === 0 ? ends : new Map([...ends].filter(([id]) => before.has(id)));
    return {
      kills,
      commitsCount: night.commits.count,
      violations: [
        ...checkers.flatMap(({ tally }) => tally.violations),
        ...(isSettled ? [] : [notSettled(night)]),
      ],
      checksCount: checkers.reduce((sum, { tally }) => sum + tally.checksCount, 0),
      ends: kept,
    };
  } finally {
    night.close();
  }
}

/** What all crash points of one story have shown. */
export interface CrashReport {
  /** Durable writes of the story when nobody cuts it off. */
  readonly writesCount: number;
  readonly triedCount: number;
  readonly checksCount: number;
  /** Each with the place of the kill. */
  readonly broken: readonly string[];
}

/**
 * The story cut off before and after each of its writes, and each recovery of these cut off before and
 * after each of its own first `recoveryWritesCount` writes: it must come to the same end.
 */
export function runScenario(setup: CrashSetup, recoveryWritesCount: number): CrashReport {
  const whole = runCrash(setup, []);
  const broken = tellViolations(whole);
  let triedCount = 0;
  let checksCount = whole.checksCount;
  for (const kill of everyKill(whole.commitsCount)) {
    const recovered = runCrash(setup, [kill]);
    triedCount += 1;
    checksCount += recovered.checksCount;
    broken.push(...tellViolations(recovered));
    for (const { commit, when } of everyKill(recoveryWritesCount)) {
      const again = runCrash(setup, [kill, { commit: kill.commit + commit, when }]);
      triedCount += 1;
      checksCount += again.checksCount + again.ends.size;
      broken.push(...tellViolations(again));
      for (const text of compareEnds(recovered, again)) {
        broken.push(`${tellKills(again)}: I21 ${text}`);
      }
    }
  }
  return { writesCount: whole.commitsCount, triedCount, checksCount, broken };
}

function tellViolations(run: CrashRun): string[] {
  return run.violations.map(({ invariant, text }) => `${tellKills(run)}: ${invariant} ${text}`);
}

function tellKills({ kills }: CrashRun): string {
  if (kills.length === 0) return 'not killed';
  return `killed ${kills.map(({ commit, when }) => `${when} write ${commit}`).join(' and ')}`;
}

/** Before and after every durable write of the story. */
function everyKill(commitsCount: number): readonly KillPoint[] {
  return Array.from({ length: commitsCount }, (_, index) => index + 1).flatMap((commit) => [
    { commit, when: 'before' } as const,
    { commit, when: 'after' } as const,
  ]);
}

/**
 * Where two recoveries of the same crash differ: what became of the orders from before it. Whether a
 * recovery was itself cut off must not show.
 */
function compareEnds(expected: CrashRun, actual: CrashRun): readonly string[] {
  const differences: string[] = [];
  for (const id of new Set([...expected.ends.keys(), ...actual.ends.keys()])) {
    const tellEnd = (run: CrashRun): string => {
      const end = run.ends.get(id);
      return end === undefined ? 'not in the journal' : `${end.state} ${end.filled}`;
    };
    if (tellEnd(expected) !== tellEnd(actual)) {
      differences.push(`${id}: ${tellEnd(expected)} or ${tellEnd(actual)}`);
    }
  }
  return differences;
}

function readRows(path: string): readonly JournalRow[] {
  const read = readJournal(path);
  if (read.type !== 'read') throw new Error(`${path} is ${read.type}`);
  if (read.chainBreak !== undefined) throw new Error(`${path}: ${read.chainBreak}`);
  return read.rows;
}

function notSettled(night: SimNight): Violation {
  const { desk } = night.daemon.life ?? {};
  const text = `after the story orders are open or unproven; phase ${desk?.phase ?? 'no process'}, mode ${desk?.mode.mode ?? 'none'}`;
  return { invariant: 'L1', atMs: night.clock.nowMs, text, faults: night.faults.recentNames() };
}
