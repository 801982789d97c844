import type { UnixMs } from '../domain/units.ts';
import type { FeedContext } from './feed-context.ts';

const RETRY_MS_MAX = 30_000;
/** A book that falls apart sooner was never made: the next snapshot waits as after one that failed. */
const HELD_MS_MIN = 10_000;

/** Behind this what has fallen says nothing of the next try. */
const FORGOTTEN_AFTER_MS = 60_000;

/**
 * However fast the best price moves. With books that fall in between, each as soon as it counts as one that has
 * held, these are 12 snapshots a minute; 20 are the most for one market.
 */
const EARLY_REFRESH_EVERY_MS_MIN = 6_000;

/** `null`: there is no book. */
export interface SnapshotPaceState {
  readonly notBeforeMs: number;
  readonly syncedAtMs: number;
  readonly madeAtMs: UnixMs | null;
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
  /** When the book that stands was first made, however often it was renewed since. */
  #madeAtMs: UnixMs | undefined;
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

  /** Whether a book that stands may be renewed because the best price leaves what we know of it. */
  allowsEarlyRefresh(atMs: UnixMs): boolean {
    return this.allows(atMs) && atMs - this.#syncedAtMs >= EARLY_REFRESH_EVERY_MS_MIN;
  }

  /** The streams start anew: one try at once. What has failed and fallen before is not forgotten. */
  restart(): void {
    this.#tries = 0;
    this.#notBeforeMs = 0;
    this.#madeAtMs = undefined;
  }

  /** There is a book. One that has held ends the row of those that had not. */
  onStanding(atMs: UnixMs): void {
    if (this.#hasHeld(atMs)) this.#falls = 0;
  }

  /** A question was answered as it should be. */
  onAnswered(): void {
    this.#tries = 0;
    this.#failures = 0;
  }

  onSynced(atMs: UnixMs): void {
    this.onAnswered();
    this.onStanding(atMs);
    this.#notBeforeMs = 0;
    this.#syncedAtMs = atMs;
    this.#madeAtMs ??= atMs;
  }

  /** How often in a row on these streams by now. */
  onFailed(atMs: UnixMs): number {
    this.#tries += 1;
    this.#failures += 1;
    this.onStanding(atMs);
    // Between two books that did not hold, one that cannot be had is the same trouble going on.
    const isSameTrouble = atMs - this.#syncedAtMs < FORGOTTEN_AFTER_MS;
    this.#wait(isSameTrouble ? this.#failures + this.#falls : this.#failures, atMs);
    return this.#tries;
  }

  /** How often in a row by now that a book did not hold; 0 for one that had. */
  onFallen(atMs: UnixMs): number {
    if (this.#hasHeld(atMs)) this.#falls = 0;
    else {
      this.#falls += 1;
      this.#wait(this.#falls, atMs);
    }
    this.#madeAtMs = undefined;
    return this.#falls;
  }

  save(): SnapshotPaceState {
    return {
      notBeforeMs: this.#notBeforeMs,
      syncedAtMs: this.#syncedAtMs,
      madeAtMs: this.#madeAtMs ?? null,
      tries: this.#tries,
      failures: this.#failures,
      falls: this.#falls,
    };
  }
  load(state: SnapshotPaceState): void {
    this.#notBeforeMs = state.notBeforeMs;
    this.#syncedAtMs = state.syncedAtMs;
    this.#madeAtMs = state.madeAtMs ?? undefined;
    this.#tries = state.tries;
    this.#failures = state.failures;
    this.#falls = state.falls;
  }

  #hasHeld(atMs: UnixMs): boolean {
    return this.#madeAtMs !== undefined && atMs - this.#madeAtMs >= HELD_MS_MIN;
  }

  #wait(times: number, atMs: UnixMs): void {
    const { limits, random } = this.#context;
    const delayMs = Math.min(RETRY_MS_MAX, limits.snapshotRetryMs * 2 ** (times - 1));
    this.#notBeforeMs = atMs + delayMs * (0.5 + random() / 2);
  }
}
