import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { Fill } from '../domain/order.ts';

/** Execution books each fill once; this second guard only has to outlive its redeliveries. */
const TRADE_IDS_MAX = 50_000;

export type BookedTradesState = BoundedState<string>;

/** The trades that the portfolio has counted. */
export class BookedTrades {
  readonly #ids = new BoundedMap<string, true>('portfolio.tradeIds', TRADE_IDS_MAX, 'dropOldest');

  /** Says whether it was the first time. */
  remember(fill: Fill): boolean {
    const key = `${fill.venue}|${fill.symbol}|${fill.tradeId}`;
    if (this.#ids.has(key)) return false;
    this.#ids.set(key, true);
    return true;
  }

  collections(): readonly CollectionSize[] {
    return [this.#ids];
  }

  save(): BookedTradesState {
    return { evictedCount: this.#ids.evictedCount, items: [...this.#ids.keys()] };
  }

  load({ evictedCount, items }: BookedTradesState): void {
    this.#ids.load({ evictedCount, items: items.map((id) => [id, true]) });
  }
}
