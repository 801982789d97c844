import { type UnixMs, unixMs } from '../domain/units.ts';

/**
 * The clock of the live world, with microseconds: everything the core hears is stamped with it. It
 * never goes back. Every deadline of an order, a question or a cancel is a moment on this clock; an
 * hour back would be an hour in which no unproven order is asked about.
 */
export function wallClockMs(): UnixMs {
  lastReadMs = unixMs(monotonicMs() + aheadMs);
  return lastReadMs;
}

/**
 * What `wallClockMs` told last, whoever asked: the stamp for what came with something already
 * stamped. It costs no look at the clock, and is never before any stamp given until now.
 */
export function lastClockMs(): UnixMs {
  return lastReadMs;
}

/** What a clock on the wall shows. For files that other programs compare with their own. */
export function systemClockMs(): number {
  return Date.now();
}

let lastReadMs = unixMs(0);
/** How far the monotonic clock is behind ours. It grows and never shrinks. */
let aheadMs = 0;
/** The same against the system's clock, at the last look. */
let systemAheadMs = 0;

/** `timeOrigin + now()` does not follow a step of the system clock; `Date.now()` does, in whole milliseconds. */
function monotonicMs(): number {
  return ORIGIN_MS + performance.now();
}

/** Read once: the getter costs a third of the clock. */
const ORIGIN_MS = performance.timeOrigin;

/**
 * Looks for a step of the system clock; returns how far it moved against the monotonic one, in ms. A
 * step forward is followed: a machine that slept has missed that time. A step back is only told: our
 * clock goes on from where it was, and meets the system's again after the next start.
 */
export function followSystemClock(): number {
  const difference = Date.now() - monotonicMs();
  const stepMs = difference - systemAheadMs;
  // Whole milliseconds against microseconds: below 2 ms there is nothing to follow.
  if (Math.abs(stepMs) < 2) return 0;
  systemAheadMs = difference;
  aheadMs = Math.max(aheadMs, difference);
  return stepMs;
}

/** Ahead of the system's clock by more than this, the skew check would deny every entry anyway. */
const HELD_MS_MAX = 800;

/**
 * Whether our clock was held where the system's stepped back, and the venue says that the step was
 * right: then only a new start tells the time. When the venue sides with us, the night goes on.
 */
export function isHeldWrongly(venueNowMs: number): boolean {
  const systemMs = systemClockMs();
  const heldMs = monotonicMs() + aheadMs - systemMs;
  return heldMs > HELD_MS_MAX && Math.abs(venueNowMs - systemMs) < heldMs / 2;
}
