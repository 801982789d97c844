import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findExpected, readExpected } from '../../scripts/nights/expected.ts';
import { readKeptNights } from '../../scripts/nights/kept-nights.ts';
import type { Checker, Violation } from '../../src/sim/checker.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import { comesBack } from '../../src/sim/checkers/l02-comes-back.ts';
import { quickReturn } from '../../src/sim/checkers/l08-quick-return.ts';
import type { PlannedFault } from '../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../src/sim/night.ts';

const REGRESS = join(import.meta.dirname, '..', 'nights', 'regress');
const KEPT = readKeptNights(REGRESS).map(({ plan }) => plan.keptAs ?? '');
const EXPECTED = readExpected(new URL('../nights/expected.json', import.meta.url), {
  invariants: CHECKERS.map(({ id }) => id),
  faults: [...SIM_FAULTS.keys()],
  keptNights: KEPT,
});
const BY_HAND: PlannedFault = {
  name: 'trade.by_hand',
  atMs: 120_000,
  durationMs: 20_000,
  moment: 'atOnce',
  parameters: { symbol: 'BTCUSDT', side: 'BUY' },
};
const KILL: PlannedFault = {
  name: 'process.killed',
  atMs: 200_000,
  durationMs: 1_000,
  moment: 'atOnce',
  parameters: {},
};

const opened: SimNight[] = [];
afterEach(() => {
  for (const night of opened.splice(0)) night.close();
});

/** What L2 and L8 say of ten minutes in which a person trades and the daemon is killed; `disturb` comes before the kill. */
function breaksOf(disturb: (night: SimNight) => void): readonly Violation[] {
  let checkers: readonly Checker[] = [];
  const night = new SimNight({
    seed: 'unbooked',
    hours: 0.25,
    faults: [BY_HAND, KILL],
    catalogue: SIM_FAULTS,
    watchers: (made) => {
      checkers = [comesBack, quickReturn].map(({ make }) => make(made));
      return checkers;
    },
  });
  opened.push(night);
  night.waitMs(190_000);
  disturb(night);
  night.waitMs(410_000);
  return checkers.flatMap(({ tally }) => tally.violations);
}

// What the person bought is in no journal: the start after the kill cannot know better. That is known.
test('a start that differs from the account by what a person has traded breaks as expected', () => {
  const breaks = breaksOf(() => undefined);
  expect(breaks.map(({ invariant }) => invariant).sort()).toEqual(['L2', 'L8']);
  for (const violation of breaks) {
    expect(violation.text).toMatch(
      /RECOVERING .*; its account differs by BTC 0\.\d+, USDT -[\d.]+: executions that its journal does not hold$/,
    );
    expect(findExpected(violation, EXPECTED)?.fault).toBe('trade.by_hand');
  }
});

// The same start under the same lasting fault, and it is held back by something else beside it.
test('a start that differs by more than that breaks unexpectedly, though a person has traded before', () => {
  const breaks = breaksOf((night) => night.venue.moveFunds('ETH', '0.25'));
  expect(breaks.map(({ invariant }) => invariant).sort()).toEqual(['L2', 'L8']);
  for (const violation of breaks) {
    expect(violation.faults).toContain('trade.by_hand');
    expect(violation.text).toMatch(
      /ETH 0\.25, USDT -[\d.]+, and what its journal does not hold is BTC 0\.\d+, USDT/,
    );
    expect(findExpected(violation, EXPECTED)).toBeUndefined();
  }
});

test('what is not fresh, or a daemon that is down, is expected under no lasting fault that does not say so', () => {
  const texts = [
    'BTC/USDT was fresh 20000 ms ago, 120000 ms after anything was wrong; allowed are 15000 ms',
    '120000 ms after anything was wrong the daemon is down (panic), expected is ACTIVE; it found no difference in its account',
    '120000 ms after anything was wrong the daemon is running and RECOVERING (start), expected is ACTIVE; it found no difference in its account',
    '120000 ms after anything was wrong the daemon is running and OBSERVING (crash loop), expected is ACTIVE; its account differs by BTC 1: executions that its journal does not hold',
    'halted by the machine (a limit): nothing that happened deserves it',
  ];
  const lasting = [...SIM_FAULTS.values()].filter(({ isLasting }) => isLasting === true);
  expect(lasting.length).toBeGreaterThanOrEqual(3);
  for (const { name } of lasting) {
    for (const text of texts) {
      expect(
        findExpected({ invariant: 'L2', faults: [name], text }, EXPECTED),
        text,
      ).toBeUndefined();
    }
  }
});
