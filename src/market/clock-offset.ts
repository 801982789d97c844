import { BoundedList } from '../domain/bounded.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';

interface Measurement {
  readonly offsetMs: number;
  readonly roundTripMs: number;
  readonly atMs: UnixMs;
}

const MEASUREMENTS_KEPT = 16;
/** A measurement is believed so long; clocks drift. */
const VALID_MS = 600_000;
/** Two halves make the sliding window of the minimum filter. */
const HALF_WINDOW_MS = 300_000;
/** Events alone must agree so often before one of them may be called false. */
const EVENTS_TRUSTED = 20;
/** Nothing but events from the future for so long: not the events are wrong, our offset is. */
const REFUTED_AFTER_MS = 5_000;

/**
 * Venue clock minus our clock. The venue's answer to "what time is it" counts most, that with the
 * shortest way best. Without one, events tell: no event arrives before it happened, so the largest
 * event time minus receive time of a sliding window is the offset less the shortest delay.
 */
export class ClockOffset {
  readonly #measurements = new BoundedList<Measurement>(
    'clock.measurements',
    MEASUREMENTS_KEPT,
    'dropOldest',
  );
  #measuredMs: number | undefined;
  #halfEndsAtMs = 0;
  #newerMaxMs = Number.NEGATIVE_INFINITY;
  #olderMaxMs = Number.NEGATIVE_INFINITY;
  #eventCount = 0;
  #futureSinceMs: number | undefined;

  /** `undefined` until something was measured. */
  get offsetMs(): number | undefined {
    if (this.#measuredMs !== undefined) return this.#measuredMs;
    const seen = Math.max(this.#newerMaxMs, this.#olderMaxMs);
    return Number.isFinite(seen) ? seen : undefined;
  }

  /** Whether the offset is good enough to call an event false. */
  get isTrusted(): boolean {
    return this.#measuredMs !== undefined || this.#eventCount >= EVENTS_TRUSTED;
  }

  onServerTime(serverAtMs: UnixMs, sentAtMs: UnixMs, receivedAtMs: UnixMs): void {
    const roundTripMs = receivedAtMs - sentAtMs;
    if (roundTripMs < 0) return; // Our clock was stepped back in between.
    const offsetMs = serverAtMs - (sentAtMs + receivedAtMs) / 2;
    this.#measurements.push({ offsetMs, roundTripMs, atMs: receivedAtMs });
    let best: Measurement | undefined;
    for (const one of this.#measurements) {
      if (receivedAtMs - one.atMs > VALID_MS) continue;
      if (best === undefined || one.roundTripMs <= best.roundTripMs) best = one;
    }
    this.#measuredMs = best?.offsetMs;
  }

  /** Lag of an event behind the venue's clock; negative: from the future. Learns from it unless told not to. */
  lagOf(eventAtMs: UnixMs, receivedAtMs: UnixMs): number {
    const offsetMs = this.offsetMs;
    return offsetMs === undefined ? 0 : receivedAtMs + offsetMs - eventAtMs;
  }

  /** The event was believed. */
  onEvent(eventAtMs: UnixMs, receivedAtMs: UnixMs): void {
    if (receivedAtMs >= this.#halfEndsAtMs) {
      this.#olderMaxMs = this.#halfEndsAtMs === 0 ? Number.NEGATIVE_INFINITY : this.#newerMaxMs;
      this.#newerMaxMs = Number.NEGATIVE_INFINITY;
      this.#halfEndsAtMs = receivedAtMs + HALF_WINDOW_MS;
    }
    const seenMs = eventAtMs - receivedAtMs;
    if (seenMs > this.#newerMaxMs) this.#newerMaxMs = seenMs;
    this.#eventCount += 1;
    this.#futureSinceMs = undefined;
  }

  /** The event was refused because it is from the future. True when that has refuted the offset instead. */
  onFutureEvent(receivedAtMs: UnixMs): boolean {
    this.#futureSinceMs ??= receivedAtMs;
    if (receivedAtMs - this.#futureSinceMs < REFUTED_AFTER_MS) return false;
    this.reset();
    return true;
  }

  /** Everything measured so far is void. */
  reset(): void {
    this.#measurements.clear();
    this.#measuredMs = undefined;
    this.#newerMaxMs = Number.NEGATIVE_INFINITY;
    this.#olderMaxMs = Number.NEGATIVE_INFINITY;
    this.#halfEndsAtMs = 0;
    this.#eventCount = 0;
    this.#futureSinceMs = undefined;
  }
}

/** A moment of our clock as the venue would say it. */
export function toVenueTime(atMs: UnixMs, offsetMs: number | undefined): UnixMs {
  return unixMs(Math.max(0, atMs + (offsetMs ?? 0)));
}
