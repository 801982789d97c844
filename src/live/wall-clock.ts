import { type UnixMs, unixMs } from '../domain/units.ts';

/** The wall clock with microseconds: the one place of the live world that reads it. */
export function wallClockMs(): UnixMs {
  return unixMs(performance.timeOrigin + performance.now() + stepMs);
}

// `timeOrigin + now()` does not follow a step of the system clock; `Date.now()` does, with whole
// milliseconds. The difference is kept here and refreshed by each health sample.
let stepMs = 0;

/** Follows a step of the system clock; returns how far the clock moved against the monotonic one, in ms. */
export function followSystemClock(): number {
  const before = stepMs;
  const difference = Date.now() - (performance.timeOrigin + performance.now());
  // Whole milliseconds against microseconds: below 2 ms there is nothing to follow.
  if (Math.abs(difference - before) >= 2) stepMs = difference;
  return stepMs - before;
}
