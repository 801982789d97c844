import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { followSystemClock, isHeldWrongly, wallClockMs } from '../../src/live/wall-clock.ts';

interface Clock {
  readonly followSystemClock: typeof followSystemClock;
  readonly isHeldWrongly: typeof isHeldWrongly;
  readonly wallClockMs: typeof wallClockMs;
}

const HOUR_MS = 3_600_000;
let clock: Clock;

// Only the system's clock is moved; the monotonic one runs on, as it does when NTP or a hand steps it.
beforeEach(async () => {
  vi.resetModules();
  clock = await import('../../src/live/wall-clock.ts');
  clock.followSystemClock();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterEach(() => void vi.useRealTimers());

const stepSystem = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

test('an hour back: it is told, and our clock goes on from where it was', () => {
  const before = clock.wallClockMs();
  stepSystem(-HOUR_MS);
  expect(clock.followSystemClock()).toBeCloseTo(-HOUR_MS, -3);
  const after = clock.wallClockMs();
  expect(after).toBeGreaterThanOrEqual(before);
  expect(after - before).toBeLessThan(60_000);
  // Told once.
  expect(Math.abs(clock.followSystemClock())).toBeLessThan(1_000);
});

test('two hours forward: followed, a machine that slept has missed them', () => {
  const before = clock.wallClockMs();
  stepSystem(2 * HOUR_MS);
  expect(clock.followSystemClock()).toBeCloseTo(2 * HOUR_MS, -3);
  expect(clock.wallClockMs() - before).toBeGreaterThanOrEqual(2 * HOUR_MS - 1_000);
});

test('held against a step back: wrong only when the venue sides with the system', () => {
  expect(clock.isHeldWrongly(Date.now())).toBe(false);
  const venueNowMs = Date.now();
  stepSystem(-HOUR_MS);
  clock.followSystemClock();
  expect(clock.isHeldWrongly(venueNowMs)).toBe(false);
  expect(clock.isHeldWrongly(venueNowMs - HOUR_MS)).toBe(true);
});
