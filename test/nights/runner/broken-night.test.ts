import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { brokenLines, makeSmaller, type Smaller } from '../../../scripts/nights/broken-night.ts';
import { readKeptNight, writeKeptNight } from '../../../scripts/nights/kept-nights.ts';
import type { Break } from '../../../scripts/nights/survival.ts';
import { CRASHED, type NightOutcome, type NightPlan } from '../../../scripts/nights/words.ts';
import { ROOT } from '../../../scripts/node-runtime.mjs';
import type { PlannedFault } from '../../../src/sim/fault.ts';
import { tempFolder } from '../../store/temp-folder.ts';
import { outcomeOf, violationOf } from './made-up-outcome.ts';

function fault(name: string, minute: number): PlannedFault {
  const atMs = minute * 60_000;
  return { name, atMs, durationMs: 60_000, moment: 'filled', parameters: { share: 0.5 } };
}

const PLAN: NightPlan = {
  seed: 'c0ffee-3',
  hours: 8,
  schedule: [fault('feed.silent', 10), fault('process.killed', 20), fault('rest.down', 200)],
};

function smallerOf(
  first: NightOutcome,
  run: (plan: NightPlan) => NightOutcome,
  folder = tempFolder(),
): Promise<Smaller> {
  const violation = first.violations[0];
  if (violation === undefined) throw new Error('nothing broke');
  const { invariant } = violation;
  const broken: Break = { invariant, nights: 2, outcome: first, violation };
  return makeSmaller(broken, {
    folder,
    run: (plan) => Promise.resolve(run(plan)),
    jobs: 2,
    expected: [],
    untilMs: Number.POSITIVE_INFINITY,
  });
}

function hasKill({ schedule }: NightPlan): boolean {
  return schedule.some(({ name }) => name === 'process.killed');
}

test('a broken night is made small, written down, and told with what brings it back', async () => {
  const violations = [violationOf('I2', ['process.killed'], 1_300_000)];
  const smaller = await smallerOf(outcomeOf({ plan: PLAN, violations }), (plan) =>
    outcomeOf({
      plan,
      violations: hasKill(plan) ? [violationOf('I2', ['process.killed'], 150_000)] : [],
    }),
  );
  const commit = { id: 'abc', isChanged: false };
  const lines = brokenLines(smaller, commit, ' --faults process').join('\n');
  expect(lines).toContain('BROKEN I2: seed c0ffee-3 (one of 2 nights), commit abc');
  expect(lines).toContain('+0:02:30.000 I2 broke');
  expect(lines).toContain('from 3 faults in 8 h to 1 faults in 0.5 h');
  expect(lines).toContain('+0:02:00.000 process.killed for 7.5 s, at filled {"share":0.5}');
  expect(lines).toContain(`npm run nights -- --schedule ${smaller.file}`);
  expect(lines).toContain('npm run nights -- --seed c0ffee-3 --hours 8 --faults process');

  const { plan, invariant } = readKeptNight(resolve(ROOT, smaller.file));
  expect(invariant).toBe('I2');
  expect(plan).toMatchObject({ seed: 'c0ffee-3', hours: 0.5 });
  expect(plan.schedule.map(({ name }) => name)).toEqual(['process.killed']);
});

// Without its kill the night crashes elsewhere. That is another story, and must not take the place of this one.
test('a crash stays the same crash while it is made smaller', async () => {
  const crash = (text: string) => ({ ...violationOf(CRASHED, []), text });
  const first = outcomeOf({ plan: PLAN, violations: [crash('Error: no ledger\n  at here')] });
  const { shrunken } = await smallerOf(first, (plan) =>
    outcomeOf({
      plan,
      violations: [crash(hasKill(plan) ? 'Error: no ledger\n  at there' : 'Error: no money')],
    }),
  );
  expect(shrunken?.shape.schedule.map(({ name }) => name)).toEqual(['process.killed']);
});

// `--schedule logs/nights/I2-5.json` is where the smaller one would be written, too.
test('a night that was read from the folder of broken nights stays as it is, and what is told can be typed as it stands', async () => {
  const folder = tempFolder();
  const file = join(folder, 'I2-5.json');
  const story = 'as it was drawn';
  writeKeptNight(file, { plan: { ...PLAN, seed: '5' }, invariant: 'I2', story });
  const { plan } = readKeptNight(file);
  const violations = [violationOf('I2', ['process.killed'], 1_300_000)];
  const run = (tried: NightPlan): NightOutcome =>
    outcomeOf({ plan: tried, violations: hasKill(tried) ? violations : [] });
  const smaller = await smallerOf(outcomeOf({ plan, violations }), run, folder);
  expect(readKeptNight(file)).toMatchObject({ story, plan: { schedule: PLAN.schedule } });
  expect(resolve(ROOT, smaller.file)).toBe(join(folder, 'I2-5-smaller.json'));
  const commit = { id: 'abc', isChanged: false };
  const lines = brokenLines(smaller, commit, '');
  expect(lines).toContain(`  whole: npm run nights -- --schedule ${relative(ROOT, file)}`);
  const odd = {
    ...smaller.broken,
    outcome: outcomeOf({ plan: { ...PLAN, seed: "a b's" }, violations }),
  };
  expect(brokenLines({ ...smaller, broken: odd }, commit, '').join('\n')).toContain(
    "npm run nights -- --seed 'a b'\\''s' --hours 8",
  );
});
