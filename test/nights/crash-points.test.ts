import { expect, test } from 'vitest';
import type { JournalRowType } from '../../src/domain/journal-row.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import { runScenario, runTorn } from '../../src/sim/crash-points.ts';
import { runCrash } from '../../src/sim/crash-run.ts';
import { CRASH_SCENARIOS } from '../../src/sim/crash-scenarios.ts';
import { findUnshown } from '../../src/sim/crash-shown.ts';
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

/** Every kind of row; a new one does not compile until it stands here, and is missed until some story writes it. */
const ROW_KINDS: Readonly<Record<JournalRowType, true>> = {
  intent: true,
  submitted: true,
  voided: true,
  reported: true,
  rejected: true,
  unknown: true,
  absent: true,
  dead: true,
  cancelRequested: true,
  filled: true,
  regridded: true,
  external: true,
  mode: true,
  opening: true,
  dayOpened: true,
  started: true,
  stopped: true,
};

// A story whose orders leave when its fault is long over is cut off everywhere and proves nothing of that fault.
test(
  'every story meets its faults and writes the rows that it is told for, and together they write every kind',
  () => {
    const written = new Set<string>();
    for (const scenario of CRASH_SCENARIOS) {
      const { shown } = runCrash({ catalogue: SIM_FAULTS, checkers: [], scenario }, []);
      expect(findUnshown(scenario, shown)).toEqual([]);
      for (const kind of shown.rows.keys()) written.add(kind);
    }
    expect([...written].sort()).toEqual(Object.keys(ROW_KINDS).sort());
  },
  LONG_MS,
);

test('a story that does not write what it is told for fails, with its name, the kind and both numbers', () => {
  const [quiet] = CRASH_SCENARIOS;
  if (quiet === undefined) throw new Error('there are no stories');
  const scenario = { ...quiet, rows: { rejected: 1, filled: 2 }, ordersMin: 90 };
  const whole = runCrash({ catalogue: SIM_FAULTS, checkers: [], scenario }, []);
  const count = whole.shown.ordersCount;
  expect(findUnshown(scenario, whole.shown)).toEqual([
    `"nothing wrong" let ${count} orders meet its faults, at least 90 must`,
    '"nothing wrong" wrote 0 rows rejected, at least 1 must be',
  ]);
  expect(
    findUnshown({ ...scenario, rows: { filled: count }, ordersMin: count }, whole.shown),
  ).toEqual([]);
});

test('every story is made of faults that exist, and has a name of its own', () => {
  expect(new Set(CRASH_SCENARIOS.map(({ name }) => name)).size).toBe(CRASH_SCENARIOS.length);
  for (const { faults } of CRASH_SCENARIOS) {
    for (const { name } of faults) expect([...SIM_FAULTS.keys()]).toContain(name);
  }
});
