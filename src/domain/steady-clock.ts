import { type UnixMs, unixMs } from './units.ts';

/** Where a `SteadyClock` looks: two clocks of one machine. */
export interface MachineClocks {
  /** Unix ms that no step of the system clock moves. */
  readonly monotonicMs: () => number;
  /** What a clock on the wall shows, Unix ms. */
  readonly systemMs: () => number;
}

/** Whole milliseconds against microseconds: below 2 ms there is nothing to follow. */
const STEP_MS_MIN = 2;
/** Ahead of the system's clock by more than this, the skew check would deny every entry anyway. */
const HELD_MS_MAX = 800;

/**
 * Time as the core hears it. It never goes back. Every deadline of an order, a question or a cancel
 * is a moment on this clock; an hour back would be an hour in which no unproven order is asked about.
 */
export class SteadyClock {
  readonly #clocks: MachineClocks;
  #lastReadMs = unixMs(0);
  /** How far the monotonic clock is behind ours. It grows and never shrinks. */
  #aheadMs = 0;
  /** The same against the system's clock, at the last look. */
  #systemAheadMs = 0;

  constructor(clocks: MachineClocks) {
    this.#clocks = clocks;
  }

  nowMs(): UnixMs {
    this.#lastReadMs = unixMs(this.#clocks.monotonicMs() + this.#aheadMs);
    return this.#lastReadMs;
  }

  /** What `nowMs` told last, whoever asked: it costs no look at the clock. */
  get lastMs(): UnixMs {
    return this.#lastReadMs;
  }

  /**
   * Looks for a step of the system clock; returns how far it moved against the monotonic one, in ms. A
   * step forward is followed: a machine that slept has missed that time. A step back is only told: our
   * clock goes on from where it was, and meets the system's again after the next start.
   */
  followSystem(): number {
    const difference = this.#clocks.systemMs() - this.#clocks.monotonicMs();
    const stepMs = difference - this.#systemAheadMs;
    if (Math.abs(stepMs) < STEP_MS_MIN) return 0;
    this.#systemAheadMs = difference;
    this.#aheadMs = Math.max(this.#aheadMs, difference);
    return stepMs;
  }

  /**
   * Whether our clock was held where the system's stepped back, and the venue says that the step was
   * right: then only a new start tells the time. When the venue sides with us, the night goes on.
   */
  isHeldWrongly(venueNowMs: number): boolean {
    const systemMs = this.#clocks.systemMs();
    const heldMs = this.#clocks.monotonicMs() + this.#aheadMs - systemMs;
    return heldMs > HELD_MS_MAX && Math.abs(venueNowMs - systemMs) < heldMs / 2;
  }
}
