import { BoundedList, type BoundedState } from '../domain/bounded.ts';
import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';

interface Measurement {
  readonly offsetMs: number;
  readonly roundTripMs: number;
  readonly atMs: UnixMs;
}

const MEASUREMENTS_KEPT = 16;
/** A measurement is believed so long; clocks drift. */
const VALID_MS = 600_000;
/**
 * Two measurements whose ranges miss one another by more than this cannot both be true: somebody's clock
 * was stepped between them. More than crystals drift within `VALID_MS`.
 */
const STEP_MS_MIN = 100;
/** So many measurements, and none against them, must say the same before they overrule what was believed. */
const WITNESSES_MIN = 3;
/** A smaller step than half of this could hide in an answer that took so long. */
const VAGUE_ROUND_TRIP_MS = 1_000;
/** Two halves make the sliding window of the minimum filter. */
const HALF_WINDOW_MS = 300_000;
/** Events alone must agree so often before one of them may be called false. */
const EVENTS_TRUSTED = 20;
/** Nothing but events from the future for so long, and no word of the venue for our offset: not they are wrong, it is. */
const REFUTED_AFTER_MS = 5_000;

/**
 * What a measurement did: fits what was known, contradicts it, is the last witness of a step, or took
 * so long that it fits both what was known and what contradicts it.
 */
export type ClockNews = 'fits' | 'doubted' | 'stepped' | 'neutral';

/** `null`: not known. */
export interface ClockOffsetState {
  readonly measurements: BoundedState<Measurement>;
  readonly witnesses: BoundedState<Measurement>;
  readonly measuredMs: number | null;
  readonly lastRoundTripMs: number;
  readonly halfEndsAtMs: number;
  readonly newerMaxMs: ExactNumber;
  readonly olderMaxMs: ExactNumber;
  readonly eventCount: number;
  readonly futureSinceMs: number | null;
}

/**
 * Venue clock minus our clock. The venue's answer to "what time is it" counts most, that with the
 * shortest way best. Without one, events tell: no event arrives before it happened, so the largest
 * event time minus receive time of a sliding window is the offset less the shortest delay.
 *
 * The true offset lies within half a way of each measurement. One that lies elsewhere is not believed,
 * however short its way, and what was believed is in doubt until others decide between them: three that
 * agree with it, or one that fits only what was believed. A step larger than two round trips is therefore
 * believed with the third answer; of a smaller one with the third that cannot mean anything else.
 */
export class ClockOffset {
  readonly #measurements = new BoundedList<Measurement>(
    'clock.measurements',
    MEASUREMENTS_KEPT,
    'dropOldest',
  );
  /** Measurements that contradict what is believed and agree with one another; none since was against them. */
  readonly #witnesses = new BoundedList<Measurement>(
    'clock.witnesses',
    WITNESSES_MIN,
    'dropOldest',
  );
  #measuredMs: number | undefined;
  #lastRoundTripMs = 0;
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

  /** How far the last measurement contradicts the offset; 0 while none does. */
  get doubtMs(): number {
    const witness = this.#witnesses.at(-1);
    if (witness === undefined || this.#measuredMs === undefined) return 0;
    return Math.abs(witness.offsetMs - this.#measuredMs);
  }

  /** The last answer was so slow that a step may hide in it: the next should not be long in coming. */
  get isVague(): boolean {
    return this.#lastRoundTripMs > VAGUE_ROUND_TRIP_MS;
  }

  /** Whether the offset is good enough to call an event false. */
  get isTrusted(): boolean {
    return this.#measuredMs !== undefined || this.#eventCount >= EVENTS_TRUSTED;
  }

  onServerTime(serverAtMs: UnixMs, sentAtMs: UnixMs, receivedAtMs: UnixMs): ClockNews {
    const roundTripMs = receivedAtMs - sentAtMs;
    if (roundTripMs < 0) return 'fits'; // Our clock was stepped back in between.
    const offsetMs = serverAtMs - (sentAtMs + receivedAtMs) / 2;
    const measured = { offsetMs, roundTripMs, atMs: receivedAtMs };
    this.#lastRoundTripMs = roundTripMs;
    const believed = this.#findBest(receivedAtMs);
    const agrees = [...this.#witnesses].every((witness) => canBothBeTrue(measured, witness));
    if (believed === undefined || canBothBeTrue(measured, believed)) {
      // Not even kept: while there is a doubt, what it is measured against must stand still.
      if (believed !== undefined && this.#witnesses.size > 0 && agrees) return 'neutral';
      this.#witnesses.clear();
      if (!this.isVague) this.#futureSinceMs = undefined;
      this.#believe([measured], receivedAtMs);
      return 'fits';
    }
    if (!agrees) this.#witnesses.clear();
    this.#witnesses.push(measured);
    if (this.#witnesses.size < WITNESSES_MIN) return 'doubted';
    const witnesses = [...this.#witnesses];
    this.reset();
    this.#believe(witnesses, receivedAtMs);
    return 'stepped';
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
    this.#witnesses.clear();
    this.#measuredMs = undefined;
    this.#lastRoundTripMs = 0;
    this.#newerMaxMs = Number.NEGATIVE_INFINITY;
    this.#olderMaxMs = Number.NEGATIVE_INFINITY;
    this.#halfEndsAtMs = 0;
    this.#eventCount = 0;
    this.#futureSinceMs = undefined;
  }

  save(): ClockOffsetState {
    return {
      measurements: this.#measurements.save(),
      witnesses: this.#witnesses.save(),
      measuredMs: this.#measuredMs ?? null,
      lastRoundTripMs: this.#lastRoundTripMs,
      halfEndsAtMs: this.#halfEndsAtMs,
      newerMaxMs: saveNumber(this.#newerMaxMs),
      olderMaxMs: saveNumber(this.#olderMaxMs),
      eventCount: this.#eventCount,
      futureSinceMs: this.#futureSinceMs ?? null,
    };
  }
  load(state: ClockOffsetState): void {
    this.#measurements.load(state.measurements);
    this.#witnesses.load(state.witnesses);
    this.#measuredMs = state.measuredMs ?? undefined;
    this.#lastRoundTripMs = state.lastRoundTripMs;
    this.#halfEndsAtMs = state.halfEndsAtMs;
    this.#newerMaxMs = loadNumber(state.newerMaxMs);
    this.#olderMaxMs = loadNumber(state.olderMaxMs);
    this.#eventCount = state.eventCount;
    this.#futureSinceMs = state.futureSinceMs ?? undefined;
  }

  #believe(measured: readonly Measurement[], nowMs: UnixMs): void {
    for (const one of measured) this.#measurements.push(one);
    this.#measuredMs = this.#findBest(nowMs)?.offsetMs;
  }

  /** The one with the shortest way, the newest of equals; `undefined` when none is young enough. */
  #findBest(nowMs: UnixMs): Measurement | undefined {
    let best: Measurement | undefined;
    for (const one of this.#measurements) {
      if (nowMs - one.atMs > VALID_MS) continue;
      if (best === undefined || one.roundTripMs <= best.roundTripMs) best = one;
    }
    return best;
  }
}

function canBothBeTrue(one: Measurement, other: Measurement): boolean {
  const rangeMs = (one.roundTripMs + other.roundTripMs) / 2;
  return Math.abs(one.offsetMs - other.offsetMs) <= rangeMs + STEP_MS_MIN;
}

/** A moment of our clock as the venue would say it. */
export function toVenueTime(atMs: UnixMs, offsetMs: number | undefined): UnixMs {
  return unixMs(Math.max(0, atMs + (offsetMs ?? 0)));
}
