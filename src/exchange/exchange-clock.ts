import type { ServerTime } from './request-time.ts';

/**
 * The venue's clock. Ordinarily the machine's; while a recording plays, the recorded moment shifted
 * to now; and a `clockShift` fault moves either.
 */
export class ExchangeClock {
  readonly #wallMs: () => number;
  #playbackMs: (() => number) | undefined;
  /** What a clock fault adds. */
  skewMs = 0;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  /** The machine's own time: pacing and window arithmetic never follow a fault. */
  wallMs(): number {
    return this.#wallMs();
  }

  /** Whole milliseconds, as the venue says them. */
  nowMs(): number {
    return Math.floor((this.#playbackMs?.() ?? this.#wallMs()) + this.skewMs);
  }

  /** A recording takes over the clock. */
  follow(playbackMs: () => number): void {
    this.#playbackMs = playbackMs;
  }

  /**
   * Played faster than life, a recording's clock runs away from the client's own, and no client can
   * keep its timestamps inside a window of both: any moment between the two clocks is accepted.
   */
  requestTime(): ServerTime {
    const served = this.nowMs();
    const wall = Math.floor(this.#wallMs() + this.skewMs);
    if (this.#playbackMs === undefined) return { earliestMs: served, latestMs: served };
    return { earliestMs: Math.min(served, wall), latestMs: Math.max(served, wall) };
  }
}
