import {
  type CoverageReport,
  mergeCoverage,
  reportCoverage,
} from '../../src/sim/cells/coverage-report.ts';
import type { CheckerKind, Violation } from '../../src/sim/checker.ts';
import type { FaultFamily, SimFault } from '../../src/sim/fault.ts';
import { type CellSeen, type ExpectedFailure, seeCells, unexpectedOf } from './expected.ts';
import { findDifference, isBrokenOff, type NightsRun, type Twins } from './run-nights.ts';
import { CRASHED, HUNG, type NightCounts, type NightOutcome, SAME_TWICE } from './words.ts';

export interface InvariantSeen {
  readonly id: string;
  readonly claim: string;
  readonly checks: number;
  /** Of these, those of nights that nobody chose. */
  readonly drawnChecks: number;
  /** Nights in which it broke where it must not. */
  readonly brokenNights: number;
  /** Nights in which it broke only where it must until something is built. */
  readonly expectedNights: number;
}

export interface FaultSeen {
  readonly name: string;
  readonly family: FaultFamily;
  readonly began: number;
  readonly nights: number;
}

/** An invariant that broke where it must not, and the night that shows it soonest. */
export interface Break {
  readonly invariant: string;
  readonly nights: number;
  readonly outcome: NightOutcome;
  readonly violation: Violation;
}

/** What became of all nights of a run. */
export interface Survival {
  readonly nights: number;
  readonly keptNights: number;
  readonly simulatedHours: number;
  /** Of nights that nobody chose. */
  readonly drawnHours: number;
  /** Nights by the profile of their settings; `usual` are those that nothing was drawn for. */
  readonly profiles: Readonly<Record<string, number>>;
  readonly counts: NightCounts;
  readonly unsettledNights: number;
  readonly faults: readonly FaultSeen[];
  readonly invariants: readonly InvariantSeen[];
  readonly breaks: readonly Break[];
  readonly expectedCells: readonly CellSeen[];
  readonly coverage: CoverageReport;
  readonly twins: number;
  /** Of drawn nights: how many one core gets through in a minute. */
  readonly nightsPerMinutePerCore: number;
  readonly rssBytesMax: number;
}

export interface Judged {
  readonly checkers: readonly Pick<CheckerKind, 'id' | 'claim'>[];
  readonly catalogue: ReadonlyMap<string, SimFault>;
  readonly expected: readonly ExpectedFailure[];
}

export function surviveOf(run: NightsRun, judged: Judged): Survival {
  const all = [...run.kept, ...run.drawn];
  const compared = run.twins.filter(
    (twins) => !isBrokenOff(twins.first) && !isBrokenOff(twins.second),
  );
  const different = compared.flatMap((twins) => {
    const difference = findDifference(twins);
    return difference === undefined ? [] : [{ twins, difference }];
  });
  const told = all.map((outcome) => withTwice(withSecondEnd(outcome, run.twins), different));
  const cpuMs = run.drawn.reduce((sum, outcome) => sum + outcome.cpuMs, 0);
  return {
    nights: all.length,
    keptNights: run.kept.length,
    simulatedHours: hoursOf(all),
    drawnHours: hoursOf(run.drawn),
    profiles: profilesOf(all),
    counts: sumCounts(all),
    unsettledNights: all.filter(({ isSettled }) => !isSettled).length,
    faults: faultsOf(all, judged),
    invariants: invariantsOf(told, run.drawn, judged, compared.length),
    breaks: breaksOf(told, judged.expected),
    expectedCells: seeCells(judged.expected, all),
    coverage: reportCoverage(mergeCoverage(all.map(({ coverage }) => coverage))),
    twins: compared.length,
    nightsPerMinutePerCore: cpuMs === 0 ? 0 : run.drawn.length / (cpuMs / 60_000),
    rssBytesMax: Math.max(0, ...all.map(({ rssBytesMax }) => rssBytesMax)),
  };
}

/** A hundred nights of eight hours: what they have nothing to show for, nights do not show. */
const LONG_HOURS = 800;
/** Two hundred of them must have seen nearly everything. */
const CORPUS_HOURS = 1_600;
const COVERAGE_MIN = 95;

/** Why a run is not good enough, one sentence each; none: it is. */
export function findFailures(
  { breaks, coverage, drawnHours, expectedCells, invariants }: Survival,
  isWhole: boolean,
): readonly string[] {
  // One kept night has something to show for every invariant: in a long run it vouches for none of them.
  const isLong = drawnHours >= LONG_HOURS;
  const vacuous = invariants.filter(({ checks, drawnChecks }) =>
    isLong ? drawnChecks === 0 : checks === 0,
  );
  const isThin = drawnHours >= CORPUS_HOURS && coverage.percent < COVERAGE_MIN;
  return [
    ...breaks.map(
      ({ invariant, nights }) =>
        `${invariant} broke in ${nights} ${nights === 1 ? 'night' : 'nights'}`,
    ),
    // One night may have nothing to show for an invariant; a whole run must not.
    ...(isWhole ? vacuous.map(({ id }) => `${id} was never really checked`) : []),
    ...(isThin
      ? [`coverage is ${coverage.percent.toFixed(1)} %, of such a corpus at least ${COVERAGE_MIN}`]
      : []),
    ...coverage.wronglyImpossible.map((cell) => `${cell} was hit, and is said to be impossible`),
    ...coverage.unheardOf.map((cell) => `${cell} was hit, and is in no list of cells`),
    ...expectedCells
      .filter(({ isOutlived }) => isOutlived)
      .map(
        ({ cell, nights }) =>
          `${cell.invariant} x ${cell.fault} ("${cell.says.join('", "')}") never broke in ` +
          `${cell.keptNight ?? `${nights} nights`}: ` +
          `${cell.missing} must be there by now, take the cell out`,
      ),
  ];
}

/** A night that came to its end and broke off when it was run again: how that ended is told of it. */
function withSecondEnd(outcome: NightOutcome, twins: readonly Twins[]): NightOutcome {
  const second = twins.find(({ first }) => first === outcome)?.second;
  if (second === undefined || isBrokenOff(outcome) || !isBrokenOff(second)) return outcome;
  const ends = second.violations.filter(
    ({ invariant }) => invariant === CRASHED || invariant === HUNG,
  );
  return {
    ...outcome,
    broken: {
      ...outcome.broken,
      ...Object.fromEntries(ends.map(({ invariant }) => [invariant, 1])),
    },
    violations: [
      ...outcome.violations,
      ...ends.map((end) => ({ ...end, text: `${end.text}\nwhen it was run again` })),
    ],
  };
}

function withTwice(
  outcome: NightOutcome,
  different: readonly {
    readonly twins: { readonly first: NightOutcome };
    readonly difference: string;
  }[],
): NightOutcome {
  const found = different.find(({ twins }) => twins.first === outcome);
  if (found === undefined) return outcome;
  const violation = {
    invariant: SAME_TWICE,
    atMs: outcome.startMs,
    text: `the same night came out differently: ${found.difference}`,
    faults: [],
  };
  return {
    ...outcome,
    broken: { ...outcome.broken, [SAME_TWICE]: 1 },
    violations: [...outcome.violations, violation],
  };
}

function profilesOf(all: readonly NightOutcome[]): Readonly<Record<string, number>> {
  const profiles: Record<string, number> = {};
  for (const { plan } of all) {
    const profile = plan.settings?.profile ?? 'usual';
    profiles[profile] = (profiles[profile] ?? 0) + 1;
  }
  return profiles;
}

function sumCounts(all: readonly NightOutcome[]): NightCounts {
  const sum = (of: (counts: NightCounts) => number): number =>
    all.reduce((total, { counts }) => total + of(counts), 0);
  return {
    events: sum(({ events }) => events),
    frames: sum(({ frames }) => frames),
    orders: sum(({ orders }) => orders),
    fills: sum(({ fills }) => fills),
    lives: sum(({ lives }) => lives),
    commits: sum(({ commits }) => commits),
    journalRows: sum(({ journalRows }) => journalRows),
  };
}

function faultsOf(all: readonly NightOutcome[], { catalogue }: Judged): readonly FaultSeen[] {
  return [...catalogue.values()].map(({ name, family }) => {
    const times = all.map(({ faultsBegan }) => faultsBegan[name] ?? 0);
    const began = times.reduce((sum, count) => sum + count, 0);
    return { name, family, began, nights: times.filter((count) => count > 0).length };
  });
}

function hoursOf(all: readonly NightOutcome[]): number {
  return all.reduce((sum, { plan }) => sum + plan.hours, 0);
}

function checksOf(all: readonly NightOutcome[], id: string): number {
  return all.reduce((sum, { checks }) => sum + (checks[id] ?? 0), 0);
}

function invariantsOf(
  all: readonly NightOutcome[],
  drawn: readonly NightOutcome[],
  { checkers, expected }: Judged,
  twins: number,
): readonly InvariantSeen[] {
  const seen = (id: string, claim: string, checks: number, drawnChecks: number): InvariantSeen => {
    const isOf = ({ invariant }: Violation): boolean => invariant === id;
    const hurt = all.filter(({ violations }) => violations.some(isOf));
    const broken = hurt.filter((outcome) => unexpectedOf(outcome, expected).some(isOf)).length;
    const expectedNights = hurt.length - broken;
    return { id, claim, checks, drawnChecks, brokenNights: broken, expectedNights };
  };
  return [
    ...checkers.map(({ id, claim }) => seen(id, claim, checksOf(all, id), checksOf(drawn, id))),
    seen(SAME_TWICE, 'the same seed gives the same journal, row by row', twins, twins),
    seen(CRASHED, 'no error but a planned one ends a night', all.length, drawn.length),
    seen(HUNG, 'each night ends', all.length, drawn.length),
  ];
}

function breaksOf(
  all: readonly NightOutcome[],
  expected: readonly ExpectedFailure[],
): readonly Break[] {
  const breaks = new Map<string, Break>();
  for (const outcome of all) {
    const counted = new Set<string>();
    for (const violation of unexpectedOf(outcome, expected)) {
      const { invariant } = violation;
      const sign = signOf(violation);
      const before = breaks.get(sign);
      const isSooner =
        before === undefined ||
        violation.atMs - outcome.startMs < before.violation.atMs - before.outcome.startMs;
      const nights = (before?.nights ?? 0) + (counted.has(sign) ? 0 : 1);
      counted.add(sign);
      const shown = isSooner ? { outcome, violation } : before;
      breaks.set(sign, { ...shown, invariant, nights });
    }
  }
  return [...breaks.values()];
}

/** What makes two violations the same one: the invariant, and of a crash what was said of it. */
export function signOf({ invariant, text }: Violation): string {
  return invariant === CRASHED ? `${invariant}: ${text.split('\n', 1)[0]}` : invariant;
}
