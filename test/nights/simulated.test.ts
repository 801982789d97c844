import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { calmMsOf, drawFaults } from '../../scripts/nights/draw-faults.ts';
import { readExpected, seeCells, unexpectedOf } from '../../scripts/nights/expected.ts';
import { readKeptNights } from '../../scripts/nights/kept-nights.ts';
import { runNight } from '../../scripts/nights/run-night.ts';
import type { NightOutcome, NightPlan } from '../../scripts/nights/words.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { tempFolder } from '../store/temp-folder.ts';

// The suite's share of the nights: a few short ones and all that are kept. `npm run nights` runs them by the hundred.

// A night takes three seconds where nobody else wants the processor.
vi.setConfig({ testTimeout: 300_000 });

const NIGHTS = import.meta.dirname;
const KEPT = readKeptNights(join(NIGHTS, 'regress'));
const EXPECTED = readExpected(join(NIGHTS, 'expected.json'), {
  invariants: CHECKERS.map(({ id }) => id),
  faults: [...SIM_FAULTS.keys()],
  keptNights: KEPT.map(({ plan }) => plan.keptAs ?? ''),
});

function run(plan: NightPlan): NightOutcome {
  return runNight(plan, { folder: tempFolder() });
}

/** What broke and must not have, each as a person would want to read it. */
function troubles(outcome: NightOutcome): readonly string[] {
  return unexpectedOf(outcome, EXPECTED).map(
    ({ faults, invariant, text }) => `${invariant}: ${text} (${faults.join(', ')})`,
  );
}

describe.runIf(KEPT.length > 0)('a night that broke once does not break again', () => {
  test.each(KEPT.map((kept) => [kept.plan.keptAs, kept] as const))('%s', (_, { plan, story }) => {
    expect(story.length, 'a kept night tells what was wrong').toBeGreaterThan(20);
    const outcome = run(plan);
    expect(troubles(outcome)).toEqual([]);
    const outlived = seeCells(EXPECTED, [outcome]).filter(({ isOutlived }) => isOutlived);
    expect(outlived, 'what must still break in it').toEqual([]);
  });
});

test('an hour in which nothing goes wrong: orders, fills, and every one of them accounted for', () => {
  const outcome = run({ seed: 'quiet', hours: 1, schedule: [] });
  expect(troubles(outcome)).toEqual([]);
  expect(outcome.isSettled).toBe(true);
  expect(outcome.counts.lives).toBe(1);
  expect(outcome.counts.orders).toBeGreaterThan(25);
  expect(outcome.counts.fills).toBeGreaterThanOrEqual(outcome.counts.orders / 2);
  expect(outcome.counts.frames / 5 / 3_600, 'frames a second and symbol').toBeGreaterThan(1);
});

test.each(['suite-1', 'suite-2', 'suite-3'])('seed %s: an hour of whatever goes wrong', (seed) => {
  const hours = 1;
  const outcome = run({ seed, hours, schedule: drawFaults(seed, hours, undefined) });
  expect(troubles(outcome)).toEqual([]);
  expect(Object.keys(outcome.faultsBegan)).not.toEqual([]);
});

// A schedule is written down when it breaks something: nothing may hang on the order in which it was drawn.
test('the schedule of a seed is drawn once and for all, and ends before the calm', () => {
  const schedule = drawFaults('any', 8, undefined);
  expect(drawFaults('any', 8, undefined)).toEqual(schedule);
  expect(schedule.length).toBeGreaterThan(0);
  const calmAtMs = 8 * 3_600_000 - calmMsOf(8);
  for (const { atMs, durationMs } of schedule) expect(atMs + durationMs).toBeLessThan(calmAtMs);
  expect(drawFaults('any', 8, [])).toEqual([]);
});
