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

test('the stop that will be there: of the settings, whole ticks, the farther one', () => {
  expect(stopDistanceTicks(EXITS, NAME, price(6_000_000))).toBe(60_000);
  expect(stopDistanceTicks(EXITS, NAME, price(6_000_001))).toBe(60_001);
});

test('the stop of the strategy named in the settings counts, and is never nothing', () => {
  const byStrategy = { [NAME]: { ...STANDARD, stopBps: 50 } };
  const exits = { standard: STANDARD, byStrategy };
  expect(stopDistanceTicks(exits, NAME, price(6_000_000))).toBe(30_000);
  expect(stopDistanceTicks(EXITS, NAME, price(1))).toBe(1);
});
