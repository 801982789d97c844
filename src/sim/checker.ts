import type { NightListener } from './listener.ts';
import type { SimNight } from './night.ts';

/** Enough to see what is wrong; a thousand more of the same say nothing new. */
const VIOLATIONS_KEPT = 20;
/** One under other faults, or of another kind, may be one that nobody expects: the first of each is kept too. */
const COMPANIES_KEPT = 200;
/** What differs from one break to the next of its kind: numbers, ids, moments. */
const DIFFERING = /\S*\d\S*/g;

/** Something that must be true and was not. */
export interface Violation {
  /** `I2`. */
  readonly invariant: string;
  /** True time, Unix ms. */
  readonly atMs: number;
  /** What was found and what was expected, with both numbers. */
  readonly text: string;
  /** Names of the faults that were wrong then or had been within the last two minutes. */
  readonly faults: readonly string[];
}

/** What one checker has seen of one night. */
export class Tally {
  /** Times that there was really something to compare. */
  checksCount = 0;
  violationsCount = 0;
  readonly violations: Violation[] = [];
  readonly #companies = new Set<string>();
  readonly #invariant: string;
  readonly #night: SimNight;

  constructor(invariant: string, night: SimNight) {
    this.#invariant = invariant;
    this.#night = night;
  }

  /** One comparison that could have failed. `tell` is asked only when it did. */
  check(holds: boolean, tell: () => string): void {
    this.checksCount += 1;
    if (holds) return;
    this.violationsCount += 1;
    if (this.violations.length >= COMPANIES_KEPT) return;
    const { clock, faults: all } = this.#night;
    const faults = all.recentNames();
    const violation = { invariant: this.#invariant, atMs: clock.nowMs, text: tell(), faults };
    const company = companyOf(violation);
    const isNew = !this.#companies.has(company);
    if (!isNew && this.violations.length >= VIOLATIONS_KEPT) return;
    this.#companies.add(company);
    this.violations.push(violation);
  }
}

function companyOf({ faults, text }: Violation): string {
  return `${faults.join()} ${text.replace(DIFFERING, '')}`;
}

/**
 * One invariant, judged from outside by what left and reached the daemon, the rows it made durable and
 * the exchange's own ledger. It never asks the daemon's own code what it believes, except where the
 * invariant is about that belief.
 */
export interface Checker extends NightListener {
  readonly tally: Tally;
  /** Nothing is wrong any more and the calm hour of the night has begun: liveness is demanded from here on. */
  readonly onCalm?: () => void;
  /** The night is over; `isSettled`: no order is open or unproven. */
  readonly finish?: (isSettled: boolean) => void;
}

/** How a checker comes to a night. */
export interface CheckerKind {
  /** `I1` to `I25`, `L1` to `L8`. */
  readonly id: string;
  /** The invariant as one sentence. */
  readonly claim: string;
  readonly make: (night: SimNight) => Checker;
}
