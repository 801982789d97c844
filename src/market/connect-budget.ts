import { BoundedList, type BoundedState } from '../domain/bounded.ts';
import type { UnixMs } from '../domain/units.ts';

/** At most so many connects in a sliding window, for all sockets of a venue together. */
export class ConnectBudget {
  readonly #atMs: BoundedList<UnixMs>;
  readonly #windowMs: number;

  constructor(countMax: number, windowMs: number) {
    this.#atMs = new BoundedList<UnixMs>('feed.connects', countMax, 'dropOldest');
    this.#windowMs = windowMs;
  }

  /** Whether one more connect is allowed now. */
  hasRoom(atMs: UnixMs): boolean {
    const newest = this.#atMs.at(-1);
    // From the future: our clock was stepped back, and the window means nothing any more.
    if (newest !== undefined && newest > atMs) this.#atMs.clear();
    const oldest = this.#atMs.at(0);
    return !this.#atMs.isFull || oldest === undefined || atMs - oldest > this.#windowMs;
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
}

/** Wait before try number `attempt` (from 0): exponential with full jitter, so that many clients do not return at once. */
export function backoffMs(
  attempt: number,
  limits: { readonly backoffMsMin: number; readonly backoffMsMax: number },
  random: () => number,
): number {
  const ceiling = Math.min(limits.backoffMsMax, limits.backoffMsMin * 2 ** Math.min(attempt, 30));
  return random() * ceiling;
}
