import type { JournalRow } from '../domain/journal-row.ts';
import { readJournal } from '../store/journal-reader.ts';
import type { Checker, CheckerKind, Violation } from './checker.ts';
import { hasEnded, type ProjectedOrder, ProjectedOrders } from './checkers/projected-orders.ts';
import { compareWithTruth, tellOrders } from './crash-books.ts';
import { type CrashScenario, planScenario } from './crash-scenarios.ts';
import { SeenInStory, type Shown } from './crash-shown.ts';
import type { SimFault } from './fault.ts';
import { SimNight } from './night.ts';
import type { KillPoint } from './process-killed.ts';
import { loadNightSettings } from './settings.ts';
import { compareStandings, readStanding, type Standing } from './standing.ts';

export interface CrashSetup {
  readonly catalogue: ReadonlyMap<string, SimFault>;
  readonly checkers: readonly CheckerKind[];
  readonly scenario: CrashScenario;
}

/** What one run, cut off at `kills`, has shown. */
export interface CrashRun {
  readonly kills: readonly KillPoint[];
  readonly commitsCount: number;
  /** By how many bytes each of its commits made the write-ahead log longer. */
  readonly walGrowth: ReadonlyMap<number, number>;
  readonly violations: readonly Violation[];
  readonly checksCount: number;
  /** Of each order at the end, in words: what the journal says, and what the venue has. */
  readonly orders: ReadonlyMap<string, string>;
  /** Orders that were written down before the first kill, and those of them that had ended by then. */
  readonly begunBefore: ReadonlySet<string>;
  readonly endedBefore: ReadonlySet<string>;
  readonly shown: Shown;
}

/** Two symbols and quick strategies: some ten orders in a minute. */
const SYMBOLS = ['BTC/USDT', 'ETH/USDT'];
const HOURS = 1;
const STORY_MS = 45_000;
const REENTRY_COOLDOWN_MS = 3_000;
/** The supervisor waits, the process begins, and the venue is asked. */
const RESTART_MS = 20_000;
/** More than kills in one run. */
const SETTLE_TRIES = 3;
/** Invariants of a night in which nothing is wrong: here a kill is, and no schedule says so. */
const NOT_OF_CRASHES: readonly string[] = ['I13'];

/** One run of the story: to its end, or with the process killed at the given commits. */
export function runCrash(setup: CrashSetup, kills: readonly KillPoint[]): CrashRun {
  const { catalogue, scenario } = setup;
  const checkers: Checker[] = [];
  const firstLife: JournalRow[] = [];
  const walGrowth = new Map<number, number>();
  const seen = new SeenInStory(scenario.faults.length > 0);
  const night = new SimNight({
    seed: scenario.seed,
    hours: HOURS,
    faults: planScenario(scenario, catalogue),
    catalogue,
    settings: loadNightSettings({ symbols: SYMBOLS, ...scenario.settings }, REENTRY_COOLDOWN_MS),
    startMs: scenario.startMs,
    killAt: kills,
    watchers: (made) => {
      made.commits.walGrowth = walGrowth;
      const kinds = setup.checkers.filter(({ id }) => !NOT_OF_CRASHES.includes(id));
      checkers.push(...kinds.map((kind) => kind.make(made)));
      const onDurable = (rows: readonly JournalRow[]): void => {
        if (made.daemon.livesCount <= 1) firstLife.push(...rows);
      };
      return [...checkers, { onDurable }, seen.watch(made)];
    },
  });
  try {
    night.waitMs(STORY_MS);
    night.faults.freeze();
    while (!night.faults.isQuiet) night.waitMs(1_000);
    seen.end(night.daemon.life?.nowMs() ?? night.clock.nowMs);
    const isSettled = settle(night);
    const commitsCount = night.commits.count;
    const standing = standingOf(night);
    const differences = isSettled ? startOnceMore(night, standing) : [];
    for (const checker of checkers) checker.finish?.(isSettled);
    const violations = [
      ...checkers.flatMap(({ tally }) => tally.violations),
      ...(isSettled ? [] : [notSettled(night)]),
    ];
    night.daemon.close();
    const rows = readRows(night.daemon.journalPath);
    const { begun, ended } = sortOrders(firstLife);
    return {
      kills,
      commitsCount,
      walGrowth,
      violations: [
        ...violations,
        ...[...differences, ...compareWithTruth(night, rows, standing)].map((text) =>
          violationOf(night, 'I21', text),
        ),
      ],
      checksCount:
        checkers.reduce((sum, { tally }) => sum + tally.checksCount, 0) + (standing?.size ?? 0),
      orders: tellOrders(night, rows),
      begunBefore: begun,
      endedBefore: ended,
      shown: seen.tell(rows),
    };
  } finally {
    night.close();
  }
}

/** The word that lets the night come to rest may be what the kill took away: then it is said again. */
function settle(night: SimNight): boolean {
  for (let tries = 1; ; tries++) {
    const isSettled = night.settle();
    const { actor, mode } = night.daemon.life?.desk.targetMode ?? {};
    // The last word of a person may also be the `resume` of the story.
    const isPaused = actor === 'operator' && mode !== 'ACTIVE' && mode !== 'REDUCING';
    if (isPaused || tries === SETTLE_TRIES) return isSettled;
  }
}

/**
 * All is quiet and nothing is under way: a process that dies now and starts again must stand where it stood.
 * Whoever holds the rows for enough to go on by is shown what was not in them.
 */
function startOnceMore(night: SimNight, before: Standing | undefined): readonly string[] {
  night.daemon.life?.kill('once more');
  night.waitMs(RESTART_MS);
  const isSettled = settle(night);
  const after = standingOf(night);
  if (before === undefined || after === undefined || !isSettled) {
    return ['a start once more, with nothing under way, does not come to rest'];
  }
  return compareStandings(before, after, night.setup.execution.recvWindowMs).map(
    (text) => `a start once more: ${text}`,
  );
}

function standingOf({ daemon }: SimNight): Standing | undefined {
  return daemon.life === undefined ? undefined : readStanding(daemon.life.desk);
}

/** Of the orders in the rows: all of them, and those that had ended by then. */
function sortOrders(rows: readonly JournalRow[]) {
  const orders = new ProjectedOrders();
  for (const row of rows) orders.take(row, row.atMs);
  const all = [...orders.byId.values()];
  const done = all.filter(
    ({ state, filledLots, reportedLots }) => hasEnded(state) && filledLots === reportedLots,
  );
  const idsOf = (list: readonly ProjectedOrder[]): ReadonlySet<string> =>
    new Set(list.map(({ intent }) => intent.clientOrderId));
  return { begun: idsOf(all), ended: idsOf(done) };
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
  return violationOf(night, 'L1', text);
}

function violationOf(night: SimNight, invariant: string, text: string): Violation {
  return { invariant, atMs: night.clock.nowMs, text, faults: night.faults.recentNames() };
}
