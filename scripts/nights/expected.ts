import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Violation } from '../../src/sim/checker.ts';
import { isBrokenOff } from './run-nights.ts';
import type { NightOutcome } from './words.ts';

/** A cell that must stay broken until something is built: an invariant under a fault. */
export interface ExpectedFailure {
  readonly invariant: string;
  readonly fault: string;
  /** What the text of such a break says, all of it: any other break under the fault is one that must not be. */
  readonly says: readonly string[];
  /** The capability that is not there yet. */
  readonly missing: string;
  /** Within so many nights that have the fault it breaks for certain; infinite where `keptNight` is told. */
  readonly withinNights: number;
  /** The kept night in which it breaks each time, where it is too rare for a number of drawn ones. */
  readonly keptNight?: string | undefined;
}

const WITHIN_NIGHTS = 20;
/** What is rarer than this no run finds out: such a cell has a kept night. */
const WITHIN_NIGHTS_MAX = 80;

const EXPECTED = z.array(
  z.strictObject({
    invariant: z.string(),
    fault: z.string(),
    says: z.array(z.string().min(3)).min(1),
    missing: z.string().min(3),
    withinNights: z.int().positive().max(WITHIN_NIGHTS_MAX).optional(),
    keptNight: z.string().min(1).optional(),
  }),
);

export interface Known {
  readonly invariants: readonly string[];
  readonly faults: readonly string[];
  /** Names of the kept nights. */
  readonly keptNights: readonly string[];
}

/** What the file expects. Throws when it names what does not exist: such a cell could never fail. */
export function readExpected(file: URL | string, known: Known): readonly ExpectedFailure[] {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const all = EXPECTED.parse(parsed);
  for (const { invariant, fault, keptNight, withinNights } of all) {
    if (!known.invariants.includes(invariant)) throw new Error(`no invariant is ${invariant}`);
    if (!known.faults.includes(fault)) throw new Error(`no fault is ${fault}`);
    if (keptNight === undefined) continue;
    if (!known.keptNights.includes(keptNight)) throw new Error(`no kept night is ${keptNight}`);
    if (withinNights !== undefined) throw new Error(`${keptNight}: its cell also has withinNights`);
  }
  return all.map(({ withinNights, ...cell }) => ({
    ...cell,
    withinNights:
      withinNights ?? (cell.keptNight === undefined ? WITHIN_NIGHTS : Number.POSITIVE_INFINITY),
  }));
}

/** The cell in which a violation lies; `undefined`: it should not be there at all. */
export function findExpected(
  { invariant, faults, text }: Pick<Violation, 'invariant' | 'faults' | 'text'>,
  expected: readonly ExpectedFailure[],
): ExpectedFailure | undefined {
  return expected.find(
    ({ says, ...cell }) =>
      cell.invariant === invariant &&
      faults.includes(cell.fault) &&
      says.every((part) => text.includes(part)),
  );
}

/** How a cell fared over a run. */
export interface CellSeen {
  readonly cell: ExpectedFailure;
  /** Nights in which the fault began. */
  readonly nights: number;
  /** Nights of them in which the invariant broke under it. */
  readonly brokenNights: number;
  /** Hit often enough, or in its kept night, and not broken: what was missing is there, and the cell must go. */
  readonly isOutlived: boolean;
}

export function seeCells(
  expected: readonly ExpectedFailure[],
  outcomes: readonly NightOutcome[],
): readonly CellSeen[] {
  return expected.map((cell) => {
    const hit = outcomes.filter(({ faultsBegan }) => (faultsBegan[cell.fault] ?? 0) > 0);
    const broken = hit.filter(({ violations }) =>
      violations.some((violation) => findExpected(violation, [cell]) !== undefined),
    );
    const isItsNight = ({ plan }: NightOutcome): boolean =>
      cell.keptNight !== undefined && plan.keptAs === cell.keptNight;
    // One that broke off may not have come so far.
    const its = outcomes.filter((one) => isItsNight(one) && !isBrokenOff(one));
    const isOutlived =
      (broken.length === 0 && hit.length >= cell.withinNights) ||
      (its.length > 0 && !broken.some(isItsNight));
    return { cell, nights: hit.length, brokenNights: broken.length, isOutlived };
  });
}

/** What broke in a night and must not have. */
export function unexpectedOf(
  { violations }: NightOutcome,
  expected: readonly ExpectedFailure[],
): readonly Violation[] {
  return violations.filter((violation) => findExpected(violation, expected) === undefined);
}
