import { BoundedList, type BoundedState } from './bounded.ts';
import type { UnixMs } from './units.ts';

/** So much of the window's connects may come one right after the other. */
const BURST_SHARE = 0.3;
/** So much of them is kept for the account: its events prove fills, and it has one socket where the market may have many. */
const ACCOUNT_SHARE = 0.2;

/** What a socket is for. */
export type SocketPurpose = 'market' | 'account';

/** When sockets were opened within the window: of the part that all share, and of the account's own. */
export interface ConnectBudgetState {
  readonly shared: BoundedState<UnixMs>;
  readonly account: BoundedState<UnixMs>;
}

/**
 * At most so many connects in a sliding window, for all sockets of a venue together. Four fifths are for
 * whoever comes first, market or account: the first ones may come in a burst; the others are spread over
 * the window, so that after a storm the next one is never a whole window away. A fifth, at least one, is for
 * the account alone, spread over the window: however many market lines storm, they cannot keep it out. Of a
 * budget of one connect nothing can be kept.
 */
export class ConnectBudget {
  readonly #sharedAtMs: BoundedList<UnixMs>;
  readonly #accountAtMs: BoundedList<UnixMs>;
  readonly #windowMs: number;
  readonly #sharedCountMax: number;
  readonly #accountCountMax: number;
  readonly #burstCount: number;

  constructor(countMax: number, windowMs: number) {
    const kept = Math.max(1, Math.floor(countMax * ACCOUNT_SHARE));
    this.#accountCountMax = Math.min(kept, countMax - 1);
    this.#sharedCountMax = countMax - this.#accountCountMax;
    this.#windowMs = windowMs;
    this.#burstCount = Math.max(1, Math.floor(countMax * BURST_SHARE));
    this.#sharedAtMs = new BoundedList<UnixMs>('connects', this.#sharedCountMax, 'dropOldest');
    this.#accountAtMs = new BoundedList<UnixMs>('account_connects', kept, 'dropOldest');
  }

  /** Whether one more connect is allowed now. */
  hasRoom(atMs: UnixMs, purpose: SocketPurpose): boolean {
    return this.#hasSharedRoom(atMs) || (purpose === 'account' && this.#hasAccountRoom(atMs));
  }

  /** The account's own share is touched only when there is nothing else. */
  spend(atMs: UnixMs, purpose: SocketPurpose): void {
    const isOwn = purpose === 'account' && !this.#hasSharedRoom(atMs);
    (isOwn ? this.#accountAtMs : this.#sharedAtMs).push(atMs);
  }

  save(): ConnectBudgetState {
    return { shared: this.#sharedAtMs.save(), account: this.#accountAtMs.save() };
  }
  load(state: ConnectBudgetState): void {
    this.#sharedAtMs.load(state.shared);
    this.#accountAtMs.load(state.account);
  }

  #hasSharedRoom(atMs: UnixMs): boolean {
    const waitedMs = waitedSince(this.#sharedAtMs, atMs);
    const count = this.#countWithin(this.#sharedAtMs, atMs);
    if (count < this.#burstCount) return true;
    const spacingMs = this.#windowMs / Math.max(1, this.#sharedCountMax - this.#burstCount);
    return count < this.#sharedCountMax && waitedMs >= spacingMs;
  }

  #hasAccountRoom(atMs: UnixMs): boolean {
    if (this.#accountCountMax === 0) return false;
    const waitedMs = waitedSince(this.#accountAtMs, atMs);
    return waitedMs >= this.#windowMs / this.#accountCountMax;
  }

  #countWithin(connectsAtMs: BoundedList<UnixMs>, atMs: UnixMs): number {
    let count = 0;
    for (const each of connectsAtMs) if (each >= atMs - this.#windowMs) count += 1;
    return count;
  }
}

/** Since the last one. What is from the future is forgotten: our clock was stepped back, and the window means nothing any more. */
function waitedSince(connectsAtMs: BoundedList<UnixMs>, atMs: UnixMs): number {
  const newest = connectsAtMs.at(-1);
  if (newest !== undefined && newest > atMs) connectsAtMs.clear();
  return newest === undefined || newest > atMs ? Number.POSITIVE_INFINITY : atMs - newest;
}
