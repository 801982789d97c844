import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { UnixMs } from '../domain/units.ts';

/** A symbol whose new subscription did not help within this time costs its socket. */
const RESUBSCRIBE_HELPS_WITHIN_MS = 5_000;
/** But one bad symbol may not cost the others their socket more often than this. */
const SYMBOL_COSTS_SOCKET_EVERY_MS = 300_000;
const RESUBSCRIBE_EVERY_MS = 30_000;

/** What to do about streams of one line that provably miss something: ask anew, then leave the socket. */
export class StreamRemedy {
  #socketCostAtMs = Number.NEGATIVE_INFINITY;

  /** For a symbol in trouble whose streams were asked for anew at `resubscribedAtMs`. The answer is taken as done. */
  choose(resubscribedAtMs: UnixMs | undefined, atMs: UnixMs): 'wait' | 'resubscribe' | 'newSocket' {
    const sinceMs = atMs - (resubscribedAtMs ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= RESUBSCRIBE_EVERY_MS) return 'resubscribe';
    if (sinceMs <= RESUBSCRIBE_HELPS_WITHIN_MS) return 'wait';
    if (atMs - this.#socketCostAtMs <= SYMBOL_COSTS_SOCKET_EVERY_MS) return 'wait';
    this.#socketCostAtMs = atMs;
    return 'newSocket';
  }

  /** Our clock was stepped: when a socket was given up says nothing any more. */
  onClockStep(): void {
    this.#socketCostAtMs = Number.NEGATIVE_INFINITY;
  }

  save(): ExactNumber {
    return saveNumber(this.#socketCostAtMs);
  }
  load(saved: ExactNumber): void {
    this.#socketCostAtMs = loadNumber(saved);
  }
}
