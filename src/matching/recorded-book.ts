/** The public book of a recording: exactly what the recorded snapshot and depth events say. */
import { BoundedList } from '../domain/bounded.ts';
import type { DepthView } from './exchange-core.ts';
import type { Side } from './happening.ts';
import type { RecordedLevel, RecordedMessage } from './recorded-market.ts';
import { type E8, e8 } from './scale.ts';

type DepthMessage = Extract<RecordedMessage, { type: 'depth' }>;
type SnapshotMessage = Extract<RecordedMessage, { type: 'snapshot' }>;

/** One level that is now different; 0 means gone. */
export interface LevelUpdate {
  readonly side: Side;
  readonly price: E8;
  readonly quantity: E8;
}

/** Ten minutes of 100 ms events; a recording without a snapshot forgets the oldest. */
const WAITING_MAX = 6_000;

/** Prices of one side, worst first. */
class Ladder {
  readonly #sign: 1 | -1;
  readonly #prices: E8[] = [];
  readonly #quantities: E8[] = [];

  constructor(side: Side) {
    this.#sign = side === 'BUY' ? 1 : -1;
  }

  /** False when nothing changed. */
  set(price: E8, quantity: E8): boolean {
    const index = this.#find(price);
    const isThere = this.#prices[index] === price;
    if (isThere && this.#quantities[index] === quantity) return false;
    if (quantity === 0) {
      if (!isThere) return false;
      this.#prices.splice(index, 1);
      this.#quantities.splice(index, 1);
    } else if (isThere) this.#quantities[index] = quantity;
    else {
      this.#prices.splice(index, 0, price);
      this.#quantities.splice(index, 0, quantity);
    }
    return true;
  }

  prices(): readonly E8[] {
    return [...this.#prices];
  }

  depth(limit: number): (readonly [E8, E8])[] {
    const depth: (readonly [E8, E8])[] = [];
    for (let i = this.#prices.length - 1; i >= 0 && depth.length < limit; i--) {
      depth.push([this.#prices[i] ?? 0, this.#quantities[i] ?? 0]);
    }
    return depth;
  }

  #find(price: E8): number {
    const key = price * this.#sign;
    let low = 0;
    let high = this.#prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#prices[middle] ?? 0) * this.#sign < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class RecordedBook {
  readonly #bids = new Ladder('BUY');
  readonly #asks = new Ladder('SELL');
  /** Events that came before the snapshot. */
  readonly #waiting = new BoundedList<DepthMessage>('matching.waiting', WAITING_MAX, 'dropOldest');
  #lastUpdateId = 0;

  /** 0 before the snapshot. */
  get lastUpdateId(): number {
    return this.#lastUpdateId;
  }

  /** Replaces the book, then applies what waited for it; answers every level that is different now. */
  snapshot(message: SnapshotMessage): readonly LevelUpdate[] {
    const updates: LevelUpdate[] = [];
    this.#replace('BUY', message.bids, updates);
    this.#replace('SELL', message.asks, updates);
    this.#lastUpdateId = message.lastUpdateId;
    for (const waiting of this.#waiting) updates.push(...this.depth(waiting));
    this.#waiting.clear();
    return updates;
  }

  /** Events older than the book are ignored; gaps are the recording's own and are applied as they are. */
  depth(message: DepthMessage): readonly LevelUpdate[] {
    if (this.#lastUpdateId === 0) {
      this.#waiting.push(message);
      return [];
    }
    if (message.lastUpdateId <= this.#lastUpdateId) return [];
    const updates: LevelUpdate[] = [];
    this.#apply('BUY', message.bids, updates);
    this.#apply('SELL', message.asks, updates);
    this.#lastUpdateId = message.lastUpdateId;
    return updates;
  }

  view(limit: number): DepthView {
    return {
      lastUpdateId: this.#lastUpdateId,
      bids: this.#bids.depth(limit),
      asks: this.#asks.depth(limit),
    };
  }

  #replace(side: Side, levels: readonly RecordedLevel[], updates: LevelUpdate[]): void {
    const ladder = side === 'BUY' ? this.#bids : this.#asks;
    const fresh = new Set(levels.map(([price]) => e8(price)));
    for (const price of ladder.prices()) {
      if (fresh.has(price)) continue;
      ladder.set(price, 0);
      updates.push({ side, price, quantity: 0 });
    }
    this.#apply(side, levels, updates);
  }

  #apply(side: Side, levels: readonly RecordedLevel[], updates: LevelUpdate[]): void {
    const ladder = side === 'BUY' ? this.#bids : this.#asks;
    for (const [priceText, quantityText] of levels) {
      const price = e8(priceText);
      const quantity = e8(quantityText);
      if (ladder.set(price, quantity)) updates.push({ side, price, quantity });
    }
  }
}
