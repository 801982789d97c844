import type { UnixMs } from '../domain/units.ts';
import type { FeedContext } from './feed-context.ts';

const RETRY_MS_MAX = 30_000;
/** A book that falls apart sooner was never made: the next snapshot waits as after one that failed. */
const HELD_MS_MIN = 10_000;

/** Behind this what has fallen says nothing of the next try. */
const FORGOTTEN_AFTER_MS = 60_000;

export interface SnapshotPaceState {
  readonly notBeforeMs: number;
  readonly syncedAtMs: number;
  readonly tries: number;
  readonly failures: number;
  readonly falls: number;
}

/**
 * When a symbol's book may be asked for again. A snapshot costs request weight that orders need too, so a venue
 * that cannot answer, or a stream upon which no book holds, is asked ever more rarely.
 */
export class SnapshotPace {
  readonly #context: FeedContext;
  #notBeforeMs = 0;
  #syncedAtMs = 0;
  /** Snapshots in a row that failed, since the streams began anew; and all of them. */
  #tries = 0;
  #failures = 0;
  /** Books in a row that fell apart before they had held. */
  #falls = 0;

  constructor(context: FeedContext) {
    this.#context = context;
  }

  /** When the last snapshot made a book; 0 before the first. */
  get syncedAtMs(): number {
    return this.#syncedAtMs;
  }

  allows(atMs: UnixMs): boolean {
    return atMs >= this.#notBeforeMs;
  }

  /** The streams start anew: one try at once. What has failed and fallen before is not forgotten. */
  restart(): void {
    this.#tries = 0;
    this.#notBeforeMs = 0;
  }

  /** A question was answered as it should be. */
  onAnswered(): void {
    this.#tries = 0;
    this.#failures = 0;
  }

  onSynced(atMs: UnixMs): void {
    this.onAnswered();
    this.#notBeforeMs = 0;
    this.#syncedAtMs = atMs;
  }

  /** How often in a row on these streams by now. */
  onFailed(atMs: UnixMs): number {
    this.#tries += 1;
    this.#failures += 1;
    // Between two books that did not hold, one that cannot be had is the same trouble going on.
    const isSameTrouble = atMs - this.#syncedAtMs < FORGOTTEN_AFTER_MS;
    this.#wait(isSameTrouble ? this.#failures + this.#falls : this.#failures, atMs);
    return this.#tries;
  }

  /** How often in a row by now that a book did not hold; 0 for one that had. */
  onFallen(atMs: UnixMs): number {
    if (atMs - this.#syncedAtMs >= HELD_MS_MIN) this.#falls = 0;
    else {
      this.#falls += 1;
      this.#wait(this.#falls, atMs);
    }
    return this.#falls;
  }

  save(): SnapshotPaceState {
    return {
      notBeforeMs: this.#notBeforeMs,
      syncedAtMs: this.#syncedAtMs,
      tries: this.#tries,
      failures: this.#failures,
      falls: this.#falls,
    };
  }
  load(state: SnapshotPaceState): void {
    this.#notBeforeMs = state.notBeforeMs;
    this.#syncedAtMs = state.syncedAtMs;
    this.#tries = state.tries;
    this.#failures = state.failures;
    this.#falls = state.falls;
  }

  #wait(times: number, atMs: UnixMs): void {
    const { limits, random } = this.#context;
    const delayMs = Math.min(RETRY_MS_MAX, limits.snapshotRetryMs * 2 ** (times - 1));
    this.#notBeforeMs = atMs + delayMs * (0.5 + random() / 2);
  }
}
