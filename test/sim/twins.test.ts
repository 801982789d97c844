import { afterEach, expect, test } from 'vitest';
import type { Checker } from '../../src/sim/checker.ts';
import { singleWriter } from '../../src/sim/checkers/i16-single-writer.ts';
import type { PlannedFault } from '../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import type { LifeEnd, NightListener } from '../../src/sim/listener.ts';
import { SimNight } from '../../src/sim/night.ts';

// Two daemons that do not know of one another sell the same coins twice. One machine has a lock against
// it; an image of the machine on another one has none, and only the account shows it.

/** Late enough that a copy, which remembers what was bought, may buy again before the daemon does. */
const BEGIN_MS = 1_500_000;

let night: SimNight | undefined;
afterEach(() => night?.close());

interface Passed {
  readonly checker: Checker;
  readonly twinEnds: readonly LifeEnd[];
  readonly twinOrdersCount: number;
  readonly ends: readonly LifeEnd[];
}

function pass(name: string): Passed {
  const fault: PlannedFault = {
    name,
    atMs: BEGIN_MS,
    durationMs: 60_000,
    moment: 'atOnce',
    parameters: {},
  };
  const twinEnds: LifeEnd[] = [];
  const ends: LifeEnd[] = [];
  let twinOrdersCount = 0;
  let checker: Checker | undefined;
  const seen: NightListener = {
    onLifeEnded: (_, end) => ends.push(end),
    onTwinEnded: (end) => twinEnds.push(end),
    onTwinRequest: ({ kind }) => {
      if (kind === 'place') twinOrdersCount += 1;
    },
  };
  night = new SimNight({
    seed: 'twins',
    hours: 0.5,
    faults: [fault],
    catalogue: SIM_FAULTS,
    watchers: (made) => {
      checker = singleWriter.make(made);
      return [seen, checker];
    },
  });
  night.waitMs(BEGIN_MS + 140_000);
  if (checker === undefined) throw new Error('nobody watched');
  return { checker, twinEnds, twinOrdersCount, ends };
}

test('a second start beside the daemon ends at its lock, before it does anything', () => {
  const { checker, twinEnds, twinOrdersCount, ends } = pass('daemon.started_twice');
  expect(twinEnds.map(({ exitCode }) => exitCode)).toEqual([75]);
  expect(twinOrdersCount).toBe(0);
  expect(ends).toEqual([]);
  expect(checker.tally.violations).toEqual([]);
});

test('an image of the machine trades on the same account: the daemon ends itself, and the next start uses an epoch that is taken', () => {
  const { checker, twinEnds, twinOrdersCount, ends } = pass('daemon.copied');
  expect(twinOrdersCount).toBeGreaterThan(0);
  expect(twinEnds.map(({ cause }) => cause)).toEqual(['somebody found the copy']);
  expect(ends.map(({ exitCode, cause }) => `${exitCode} ${cause}`)).toEqual(['75 split brain']);
  const [first] = checker.tally.violations;
  expect(first?.text).toMatch(/^a start has epoch (\d+), the account has orders of epoch \1$/);
  expect(first?.faults).toContain('daemon.copied');
});

test('a second process that begins on the journal of a daemon that runs is seen, whatever becomes of it', () => {
  const { checker } = pass('daemon.started_twice');
  checker.onTwinStarted?.(46_634, true, 0);
  checker.onTwinEnded?.({ exitCode: undefined, cause: 'killed' }, true, 0);
  expect(checker.tally.violations.map(({ text }) => text)).toEqual([
    'another process has begun with epoch 46634 on the journal that start 1 owns',
    'a second start beside start 1 ended with exit code undefined, expected is 75: killed',
  ]);
  checker.onLifeEnded?.(1, { exitCode: 0, cause: 'stopped' }, 0);
  checker.onTwinStarted?.(46_635, true, 0);
  checker.onTwinStarted?.(46_636, false, 0);
  expect(checker.tally.violationsCount).toBe(2);
});
