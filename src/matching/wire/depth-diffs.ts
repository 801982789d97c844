import type { LevelChanged } from '../happening.ts';
import type { E8 } from '../scale.ts';

/** Level changes of one symbol since the last event of one depth stream. */
export interface DepthDiffRange {
  readonly firstUpdateId: number;
  readonly lastUpdateId: number;
  readonly bids: ReadonlyMap<E8, E8>;
  readonly asks: ReadonlyMap<E8, E8>;
}

/**
 * Gathers level changes into events. Ids rise by one per change, so that each event starts where
 * the one before ended, as `U` and `u` promise.
 */
export class DepthDiffs {
  #firstUpdateId: number | undefined;
  #lastUpdateId = 0;
  #bids = new Map<E8, E8>();
  #asks = new Map<E8, E8>();

  add(change: LevelChanged): void {
    this.#firstUpdateId ??= change.updateId;
    this.#lastUpdateId = change.updateId;
    (change.side === 'BUY' ? this.#bids : this.#asks).set(change.price, change.quantity);
  }

  /** What changed, and starts anew; `undefined` when nothing did. */
  take(): DepthDiffRange | undefined {
    if (this.#firstUpdateId === undefined) return undefined;
    const range = {
      firstUpdateId: this.#firstUpdateId,
      lastUpdateId: this.#lastUpdateId,
      bids: this.#bids,
      asks: this.#asks,
    };
    this.#firstUpdateId = undefined;
    this.#bids = new Map();
    this.#asks = new Map();
    return range;
  }
}
