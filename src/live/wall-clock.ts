import { SteadyClock } from '../domain/steady-clock.ts';
import type { UnixMs } from '../domain/units.ts';

/** Read once: the getter costs a third of the clock. */
const ORIGIN_MS = performance.timeOrigin;

const clock = new SteadyClock({
  // `timeOrigin + now()` does not follow a step of the system clock; `Date.now()` does, in whole milliseconds.
  monotonicMs: () => ORIGIN_MS + performance.now(),
  systemMs: () => Date.now(),
});

/** The clock of the live world, with microseconds: everything the core hears is stamped with it. It never goes back. */
export function wallClockMs(): UnixMs {
  return clock.nowMs();
}

/**
 * What `wallClockMs` told last, whoever asked: the stamp for what came with something already
 * stamped. It costs no look at the clock, and is never before any stamp given until now.
 */
export function lastClockMs(): UnixMs {
  return clock.lastMs;
}

/** What a clock on the wall shows. For files that other programs compare with their own. */
export function systemClockMs(): number {
  return Date.now();
}

/** See `SteadyClock.followSystem`. */
export function followSystemClock(): number {
  return clock.followSystem();
}

/** See `SteadyClock.isHeldWrongly`. */
export function isHeldWrongly(venueNowMs: number): boolean {
  return clock.isHeldWrongly(venueNowMs);
}
