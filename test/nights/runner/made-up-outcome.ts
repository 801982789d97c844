import type { NightOutcome } from '../../../scripts/nights/words.ts';
import type { Violation } from '../../../src/sim/checker.ts';

/** An uneventful night of eight hours, apart from what the story changes. */
export function outcomeOf(change: Partial<NightOutcome> = {}): NightOutcome {
  return {
    plan: { seed: '1', hours: 8, schedule: [] },
    startMs: 0,
    counts: { events: 9, frames: 8, orders: 7, fills: 6, lives: 1, commits: 5, journalRows: 4 },
    journalHash: 'a1',
    isSettled: true,
    faultsBegan: {},
    checks: { I2: 100 },
    broken: {},
    violations: [],
    coverage: {},
    cpuMs: 10_000,
    rssBytesMax: 1,
    ...change,
  };
}

export function violationOf(invariant: string, faults: readonly string[], atMs = 1): Violation {
  return { invariant, atMs, text: `${invariant} broke`, faults };
}
