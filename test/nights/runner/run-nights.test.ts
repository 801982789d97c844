import { expect, test } from 'vitest';
import { type NightsRun, type NightsToRun, runNights } from '../../../scripts/nights/run-nights.ts';
import type { NightPlan } from '../../../scripts/nights/words.ts';
import { outcomeOf } from './made-up-outcome.ts';

const NIGHT_MS = 10_000;

/** Nights of ten seconds each on a clock of their own; `began` names them in their order. */
async function pass(change: Partial<NightsToRun>): Promise<NightsRun & { began: string[] }> {
  const began: string[] = [];
  let nowMs = 0;
  const run = await runNights({
    kept: [],
    drawn: planOf,
    run: async (plan) => {
      began.push(plan.keptAs ?? plan.seed);
      await Promise.resolve();
      nowMs += NIGHT_MS;
      return outcomeOf({ plan });
    },
    jobs: 1,
    nowMs: () => nowMs,
    untilMs: undefined,
    onEnded: () => undefined,
    ...change,
  });
  return { ...run, began };
}

function planOf(index: number): NightPlan | undefined {
  return index < 25 ? { seed: `${index}`, hours: 8, schedule: [] } : undefined;
}

const KEPT: readonly NightPlan[] = ['lost-answer', 'late-fill'].map((keptAs) => ({
  seed: 'k',
  hours: 1,
  schedule: [],
  keptAs,
}));

test('every tenth night is run a second time, the first one always', async () => {
  const { drawn, twins } = await pass({});
  expect(drawn).toHaveLength(25);
  expect(twins.map(({ first }) => first.plan.seed)).toEqual(['0', '10', '20']);
});

test('the nights come back in the order of their plans, whoever ended first', async () => {
  const { drawn } = await pass({ jobs: 4 });
  expect(drawn.map(({ plan }) => plan.seed)).toEqual(drawn.map((_, index) => `${index}`));
});

test('kept nights come first, and all of them, even when there is no time left', async () => {
  const { began, drawn, kept } = await pass({ kept: KEPT, untilMs: 0 });
  expect(began).toEqual(['lost-answer', 'late-fill', '0', '0']);
  expect(kept.map(({ plan }) => plan.keptAs)).toEqual(['lost-answer', 'late-fill']);
  expect(drawn, 'a run that draws nothing shows nothing').toHaveLength(1);
});

test('no night begins that would probably end too late', async () => {
  const { began } = await pass({ untilMs: 4.5 * NIGHT_MS });
  expect(began).toEqual(['0', '0', '1', '2']);
});
