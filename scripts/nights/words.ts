// What the runner and its workers say to one another, and what a night comes to.

import type { Violation } from '../../src/sim/checker.ts';
import type { CoverageHits } from '../../src/sim/coverage.ts';
import type { DrawnSettings } from '../../src/sim/drawn-settings.ts';
import type { PlannedFault } from '../../src/sim/fault.ts';

/** One night to run. */
export interface NightPlan {
  readonly seed: string;
  readonly hours: number;
  /** What goes wrong. */
  readonly schedule: readonly PlannedFault[];
  /** What the daemon is told otherwise than usual; without it nothing. */
  readonly settings?: DrawnSettings | undefined;
  /** What people call a night that is kept: the name of its file. */
  readonly keptAs?: string | undefined;
  /** From which it was read. */
  readonly file?: string | undefined;
}

/** How much happened. Part of what must be the same when a seed runs twice. */
export interface NightCounts {
  /** What the core heard. */
  readonly events: number;
  readonly frames: number;
  /** Orders that the venue took. */
  readonly orders: number;
  /** Executions of them. */
  readonly fills: number;
  readonly lives: number;
  /** Durable writes. */
  readonly commits: number;
  readonly journalRows: number;
}

/** What one night came to. */
export interface NightOutcome {
  readonly plan: NightPlan;
  /** True time at which the night began, Unix ms. */
  readonly startMs: number;
  readonly counts: NightCounts;
  /** Head of the journal's chain: every row of the night is in it. Empty when the night broke off. */
  readonly journalHash: string;
  readonly isSettled: boolean;
  /** By name of the fault. */
  readonly faultsBegan: Readonly<Record<string, number>>;
  /** By invariant: comparisons that could have failed. */
  readonly checks: Readonly<Record<string, number>>;
  /** By invariant, also those of which no text was kept. */
  readonly broken: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly coverage: CoverageHits;
  readonly cpuMs: number;
  /** The most memory the worker ever held, this night's and all before it. */
  readonly rssBytesMax: number;
}

/** The night ended by an error of its own, or its process did. No checker says this. */
export const CRASHED = 'night.crashed';
/** What of such an error is no fault of the night: its text begins so. */
export const HOST_DISK_FULL = 'the disk of this machine is full, not that of the night';
/** The night did not end. */
export const HUNG = 'night.hung';
/** A seed came out differently the second time. */
export const SAME_TWICE = 'I20';

export type ToWorker = { readonly type: 'run'; readonly plan: NightPlan; readonly folder: string };

export type WorkerSays =
  /** True time of the night, ms after its beginning. */
  | { readonly type: 'reached'; readonly atMs: number }
  | { readonly type: 'done'; readonly outcome: NightOutcome };
