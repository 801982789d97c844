import { expect, test } from 'vitest';
import { type NightShape, type ShrinkOptions, shrink } from '../../../scripts/nights/shrink.ts';
import type { PlannedFault } from '../../../src/sim/fault.ts';

const MINUTE_MS = 60_000;

function fault(name: string, minute: number, durationMs = 60_000): PlannedFault {
  return { name, atMs: minute * MINUTE_MS, durationMs, moment: 'atOnce', parameters: {} };
}

/** Forty faults over eight hours; two of them matter. */
const CROWD: NightShape = {
  hours: 8,
  schedule: Array.from({ length: 40 }, (_, index) =>
    fault(index === 7 ? 'cut' : index === 23 ? 'kill' : `noise-${index}`, 10 * index + 10),
  ),
};

function shrinkNight(
  breaks: (shape: NightShape) => boolean,
  more: Partial<ShrinkOptions> = {},
): ReturnType<typeof shrink> {
  return shrink({
    from: CROWD,
    brokeAtMs: undefined,
    breaks: (shape) => Promise.resolve(breaks(shape)),
    jobs: 2,
    runsMax: 200,
    nowMs: () => 0,
    untilMs: 1,
    ...more,
  });
}

function has(shape: NightShape, name: string): PlannedFault | undefined {
  return shape.schedule.find((one) => one.name === name);
}

test('of forty faults two remain when only both together break the night', async () => {
  const shrunken = await shrinkNight((shape) => Boolean(has(shape, 'cut') && has(shape, 'kill')));
  expect(shrunken.shape.schedule.map(({ name }) => name)).toEqual(['cut', 'kill']);
  expect(shrunken.isMinimal).toBe(true);
});

test('a night that breaks with nothing wrong ends with an empty schedule', async () => {
  const shrunken = await shrinkNight(() => true);
  expect(shrunken.shape.schedule).toEqual([]);
  expect(shrunken.shape.hours).toBe(1);
});

// A fault that must last shows its threshold: half of what is left is not enough.
test('what must last stays as long as it must, and not twice as long', async () => {
  const shrunken = await shrinkNight((shape) => (has(shape, 'cut')?.durationMs ?? 0) >= 10_000);
  const durationMs = has(shrunken.shape, 'cut')?.durationMs ?? 0;
  expect(durationMs).toBeGreaterThanOrEqual(10_000);
  expect(durationMs).toBeLessThan(20_000);
});

test('what comes behind the break is cut off with the rest of the night', async () => {
  const seen: NightShape[] = [];
  await shrinkNight(
    (shape) => {
      seen.push(shape);
      return Boolean(has(shape, 'cut'));
    },
    { brokeAtMs: 85 * MINUTE_MS },
  );
  expect(seen[0]?.hours).toBeCloseTo(110 / 60, 2);
  expect(seen[0]?.schedule).toHaveLength(8);
});

test('whatever is tried and does not break is never the answer', async () => {
  const isBroken = (shape: NightShape): boolean =>
    shape.hours > 3 && Boolean(has(shape, 'cut')) && shape.schedule.length % 2 === 0;
  const shrunken = await shrinkNight(isBroken);
  expect(isBroken(shrunken.shape)).toBe(true);
});

test('out of time it says so and gives the smallest night it has seen break', async () => {
  const shrunken = await shrinkNight((shape) => Boolean(has(shape, 'cut')), { runsMax: 4 });
  expect(shrunken.isMinimal).toBe(false);
  expect(shrunken.runs).toBeLessThanOrEqual(5);
  expect(has(shrunken.shape, 'cut')).toBeDefined();
});
