import { expect, test } from 'vitest';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import { runScenario, runTorn } from '../../src/sim/crash-points.ts';
import { CRASH_SCENARIOS } from '../../src/sim/crash-scenarios.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';

/** A hundred short nights. */
const LONG_MS = 300_000;

/** No divisor of the cuts of a write: all kinds of them are met. */
const TORN_STRIDE = 7;

/** The others are run by `npm run crash-points`. */
const STORIES = ['nothing wrong', 'answers are lost', 'orders are lost'];

// The process dies before and after every single write, and its recovery dies again before and after its
// own first write. Whatever the moment: nothing sent twice, nothing lost, the same end.
for (const name of STORIES) {
  test(
    `${name}: killed at every write, and again while recovering, it comes to the same end`,
    () => {
      const scenario = CRASH_SCENARIOS.find((each) => each.name === name);
      if (scenario === undefined) throw new Error(`no story is called ${name}`);
      const setup = { catalogue: SIM_FAULTS, checkers: CHECKERS, scenario };
      const { broken, checksCount, triedCount, writesCount } = runScenario(setup, 1);
      expect(broken).toEqual([]);
      expect(writesCount).toBeGreaterThan(10);
      expect(triedCount).toBe(2 * writesCount * 3);
      expect(checksCount).toBeGreaterThan(20 * triedCount);
    },
    LONG_MS,
  );
}

// The power fails while a write is on its way to the disk: the log ends anywhere, and the daemon itself starts on it.
test(
  'answers are lost: the log is cut at the frames of its writes and inside of them, and the daemon goes on from it',
  () => {
    const scenario = CRASH_SCENARIOS.find(({ name }) => name === 'answers are lost');
    if (scenario === undefined) throw new Error('no such story');
    const setup = { catalogue: SIM_FAULTS, checkers: CHECKERS, scenario };
    const { broken, checksCount, triedCount } = runTorn(setup, TORN_STRIDE);
    expect(broken).toEqual([]);
    expect(triedCount).toBeGreaterThan(20);
    expect(checksCount).toBeGreaterThan(20 * triedCount);
  },
  LONG_MS,
);

test('every story is made of faults that exist, and has a name of its own', () => {
  expect(new Set(CRASH_SCENARIOS.map(({ name }) => name)).size).toBe(CRASH_SCENARIOS.length);
  for (const { faults } of CRASH_SCENARIOS) {
    for (const fault of faults) expect([...SIM_FAULTS.keys()]).toContain(fault);
  }
});
