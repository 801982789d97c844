import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import type { Checker } from '../../src/sim/checker.ts';
import { CHECKERS } from '../../src/sim/checkers/all.ts';
import type { PlannedFault } from '../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { SimNight } from '../../src/sim/night.ts';

const SEED = 'one fault after the other';
const JUDGED = /^I(1|2|3|4|5|6|7|8|9|10|11|25)$/;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'NKNUSDT', 'RUNEUSDT'];
/** One of each kind that these invariants are about, a minute and a half apart. */
const NAMES = [
  'order.answer_lost',
  'process.killed',
  'feed.lagging',
  'fill.repeated',
  'loop.blocked',
  'account.terminated',
  'depth.gap',
  'operator.pause',
  'order.error_before',
];

/** Lengths and details as a schedule would draw them. */
function plan(): readonly PlannedFault[] {
  const known = NAMES.flatMap((name) => SIM_FAULTS.get(name) ?? []);
  return known.map((fault, index) => {
    const random = Random.fromSeed(`${SEED}/${fault.name}`);
    const { durationMs, parameters } = fault.draw(random, { symbols: SYMBOLS });
    const atMs = 60_000 + index * 90_000;
    const lastsMs = Math.min(durationMs, 60_000);
    return { name: fault.name, atMs, durationMs: lastsMs, moment: 'atOnce', parameters };
  });
}

// The daemon keeps its promises while the world does not: each checker looks at the same bad night.
test('a night of one fault after the other: every checker has something to check and finds nothing', () => {
  const faults = plan();
  expect(faults.length).toBeGreaterThan(6);
  const checkers: Checker[] = [];
  const night = new SimNight({
    seed: SEED,
    hours: 0.35,
    faults,
    catalogue: SIM_FAULTS,
    watchers: (of) => {
      for (const kind of CHECKERS) if (JUDGED.test(kind.id)) checkers.push(kind.make(of));
      return checkers;
    },
  });
  try {
    night.runFaults(120_000);
    night.runCalm();
    const isSettled = night.settle();
    for (const checker of checkers) checker.finish?.(isSettled);

    expect(isSettled).toBe(true);
    expect(checkers).toHaveLength(12);
    for (const { tally } of checkers) {
      expect(tally.violations, SEED).toEqual([]);
      expect(tally.checksCount).toBeGreaterThan(5);
    }
  } finally {
    night.close();
  }
});
