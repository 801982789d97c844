import { FAULT_TOLD_EVERY_MS } from '../domain/fault.ts';
import type { UnixMs } from '../domain/units.ts';

/** A skew is over only this far below its limit: an offset that moves about on the limit is one skew, not many. */
const CLEAR_SHARE = 0.75;

/** What is to be told: that it began, that it still lasts, that it is over. */
export type SkewNews = 'began' | 'lasts' | 'ended' | 'none';

export interface SkewWatchState {
  readonly toldAtMs?: UnixMs | undefined;
  readonly calmSinceMs?: UnixMs | undefined;
}

/**
 * Whether the clocks of one venue and ours differ too much, as a person is told it. The gate asks the
 * measurement itself, each time. A person is told at once, and that it is over only when it has stayed
 * over for a while: servers that disagree would else raise and clear the same fault with each answer.
 */
export class SkewWatch {
  #toldAtMs: UnixMs | undefined;
  #calmSinceMs: UnixMs | undefined;

  save(): SkewWatchState {
    return { toldAtMs: this.#toldAtMs, calmSinceMs: this.#calmSinceMs };
  }

  load(state: SkewWatchState): void {
    this.#toldAtMs = state.toldAtMs;
    this.#calmSinceMs = state.calmSinceMs;
  }

  /** `worstMs`: how far off the clock may be; `undefined` while that is not known, which proves nothing. */
  look(worstMs: number | undefined, limitMs: number, nowMs: UnixMs, holdMs: number): SkewNews {
    const isCalm = worstMs !== undefined && worstMs <= limitMs * CLEAR_SHARE;
    const calmSinceMs = isCalm ? (this.#calmSinceMs ?? nowMs) : undefined;
    this.#calmSinceMs = calmSinceMs;
    const isOff = worstMs !== undefined && worstMs > limitMs;
    if (this.#toldAtMs === undefined) {
      if (!isOff) return 'none';
      this.#toldAtMs = nowMs;
      return 'began';
    }
    if (isOff && nowMs - this.#toldAtMs >= FAULT_TOLD_EVERY_MS) {
      this.#toldAtMs = nowMs;
      return 'lasts';
    }
    if (calmSinceMs === undefined || nowMs - calmSinceMs < holdMs) return 'none';
    this.#toldAtMs = undefined;
    return 'ended';
  }
}
