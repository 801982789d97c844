import { BoundedList, type BoundedState } from './bounded.ts';
import type { UnixMs } from './units.ts';

/** So much of the window's connects may come one right after the other. */
const BURST_SHARE = 0.3;

/**
 * At most so many connects in a sliding window, for all sockets of a venue together, market and
 * account. The first ones may come in a burst; the others are spread over the window, so that after a
 * storm the next one is never a whole window away.
 */
export class ConnectBudget {
  readonly #atMs: BoundedList<UnixMs>;
  readonly #windowMs: number;
  readonly #burstCount: number;
  readonly #spacingMs: number;

  constructor(countMax: number, windowMs: number) {
    this.#atMs = new BoundedList<UnixMs>('connects', countMax, 'dropOldest');
    this.#windowMs = windowMs;
    this.#burstCount = Math.max(1, Math.floor(countMax * BURST_SHARE));
    this.#spacingMs = windowMs / Math.max(1, countMax - this.#burstCount);
  }

  /** Whether one more connect is allowed now. */
  hasRoom(atMs: UnixMs): boolean {
    const newest = this.#atMs.at(-1);
    if (newest === undefined) return true;
    // From the future: our clock was stepped back, and the window means nothing any more.
    if (newest > atMs) this.#atMs.clear();
    const count = this.#countSince(atMs - this.#windowMs);
    if (count < this.#burstCount) return true;
    return count < this.#atMs.limit && atMs - newest >= this.#spacingMs;
  }

  spend(atMs: UnixMs): void {
    this.#atMs.push(atMs);
  }

  save(): BoundedState<UnixMs> {
    return this.#atMs.save();
  }
  load(state: BoundedState<UnixMs>): void {
    this.#atMs.load(state);
  }

  #countSince(sinceMs: number): number {
    let count = 0;
    for (const atMs of this.#atMs) if (atMs >= sinceMs) count += 1;
    return count;
  }
}
