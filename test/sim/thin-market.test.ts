import { expect, test } from 'vitest';
import type { Checker, CheckerKind, Tally } from '../../src/sim/checker.ts';
import { trueBook } from '../../src/sim/checkers/i19-true-book.ts';
import { snapshotsPaced } from '../../src/sim/checkers/snapshot-pace.ts';
import { SimNight } from '../../src/sim/night.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';

const MINUTES = 8;

/** A lively night without a fault of one market whose book has a few orders a side. */
function passThinNight(ordersPerSide: number, snapshotLevels: number) {
  const checkers: Checker[] = [];
  let asked = 0;
  const make = (kind: CheckerKind, night: SimNight): Checker => {
    const checker = kind.make(night);
    checkers.push(checker);
    return checker;
  };
  const night = new SimNight({
    seed: 'thin',
    hours: MINUTES / 60,
    catalogue: new Map(),
    faults: [],
    settings: loadNightSettings({ symbols: ['BTC/USDT'], feed: { snapshotLevels } }),
    market: { type: 'generated', seed: 'thin', actsPerSecond: 20, ordersPerSide },
    watchers: (made) => [
      make(snapshotsPaced, made),
      make(trueBook, made),
      {
        onEffect: (effect) => {
          if (effect.type !== 'askVenue' || effect.question.type !== 'depth') return;
          if (effect.question.limit === snapshotLevels) asked += 1;
        },
      },
    ],
  });
  night.waitMs(MINUTES * 60_000);
  const isSettled = night.settle();
  for (const checker of checkers) checker.finish?.(isSettled);
  night.close();
  const tallies: readonly Tally[] = checkers.map(({ tally }) => tally);
  return { tallies, asked };
}

// The best price of such a market leaves "half of what we know" with every trade; all there is was known before.
test('a book of two orders a side is asked for when it begins, and is right all along', () => {
  const { tallies, asked } = passThinNight(2, 1_000);
  expect(tallies.flatMap(({ violations }) => violations)).toEqual([]);
  for (const { checksCount } of tallies) expect(checksCount).toBeGreaterThan(0);
  expect(asked).toBe(1);
});

test('a market seen through its best five levels: the book is renewed by the price, not too often, and is right all along', () => {
  const { tallies, asked } = passThinNight(12, 5);
  expect(tallies.flatMap(({ violations }) => violations)).toEqual([]);
  expect(asked).toBeGreaterThan(5 * MINUTES);
});
