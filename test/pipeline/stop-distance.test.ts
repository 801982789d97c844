import { expect, test } from 'vitest';
import { strategyId } from '../../src/domain/ids.ts';
import { price } from '../../src/domain/units.ts';
import { stopDistanceTicks } from '../../src/pipeline/stop-distance.ts';

const NAME = strategyId('mean-reversion');
const STANDARD = {
  stopBps: 100,
  targetEnabled: false,
  targetBps: 100,
  trailingEnabled: false,
  trailingBps: 100,
  holdingEnabled: false,
  holdingMsMax: 1_000,
};
const EXITS = { standard: STANDARD, byStrategy: {} };

const distanceOf = (named: number | undefined, entry = 6_000_000) =>
  stopDistanceTicks(EXITS, NAME, price(entry), named);

// A band is as wide as the market made it: 70,000.3 ticks is a stop, and no reason to deny an entry.
test('a stop between two ticks counts as the farther one', () => {
  expect(distanceOf(70_000.3)).toBe(70_001);
  expect(distanceOf(70_001)).toBe(70_001);
});

// Sized by a stop at 0.1 % and left at 1 %, a position would lose ten times what it may.
test('a strategy with a nearer stop than the one that is kept does not get the larger size', () => {
  expect(distanceOf(6_000)).toBe(60_000);
  expect(distanceOf(undefined)).toBe(60_000);
});

test('the stop of the strategy named in the settings counts, and is never nothing', () => {
  const byStrategy = { [NAME]: { ...STANDARD, stopBps: 50 } };
  const exits = { standard: STANDARD, byStrategy };
  expect(stopDistanceTicks(exits, NAME, price(6_000_000), undefined)).toBe(30_000);
  expect(distanceOf(undefined, 1)).toBe(1);
});
