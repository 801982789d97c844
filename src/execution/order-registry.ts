import { BoundedMap, type CollectionSize } from '../domain/bounded.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import type { SymbolId } from '../domain/instrument.ts';
import type { TrackedOrder } from './tracked-order.ts';

/**
 * All orders we remember: those with work left, of which none may be forgotten, and the last ones
 * that are done, kept to recognise what still arrives about them.
 */
export class OrderRegistry {
  readonly #live: BoundedMap<ClientOrderId, TrackedOrder>;
  readonly #done: BoundedMap<ClientOrderId, TrackedOrder>;
  readonly #byVenueId: BoundedMap<string, ClientOrderId>;

  constructor(liveMax: number, doneMax: number) {
    this.#live = new BoundedMap('orders_live', liveMax, 'refuse');
    this.#done = new BoundedMap('orders_done', doneMax, 'dropOldest');
    this.#byVenueId = new BoundedMap('orders_by_venue_id', 2 * (liveMax + doneMax), 'dropOldest');
  }

  get isFull(): boolean {
    return this.#live.isFull;
  }
  add(tracked: TrackedOrder): void {
    this.#live.set(tracked.id, tracked);
  }
  find(id: ClientOrderId): TrackedOrder | undefined {
    return this.#live.get(id) ?? this.#done.get(id);
  }
  findByVenueId(symbol: SymbolId, venueOrderId: VenueOrderId): TrackedOrder | undefined {
    const id = this.#byVenueId.get(keyOf(symbol, venueOrderId));
    return id === undefined ? undefined : this.find(id);
  }
  /** Remembers the venue's id of an order. */
  bind(tracked: TrackedOrder, venueOrderId: VenueOrderId): void {
    this.#byVenueId.set(keyOf(tracked.symbol, venueOrderId), tracked.id);
  }
  /** Puts the order where it belongs after a change. */
  file(tracked: TrackedOrder): void {
    const isLive = this.#live.has(tracked.id);
    if (tracked.isDone && isLive) {
      this.#live.delete(tracked.id);
      this.#done.set(tracked.id, tracked);
    } else if (!tracked.isDone && !isLive) {
      this.#done.delete(tracked.id);
      this.#live.set(tracked.id, tracked);
    }
  }
  /** Orders with work left: not ended, or with fills still to be found. A copy, safe against changes. */
  live(): readonly TrackedOrder[] {
    return [...this.#live.values()];
  }
  get liveCount(): number {
    return this.#live.size;
  }
  *all(): Generator<TrackedOrder> {
    yield* this.#done.values();
    yield* this.#live.values();
  }
  collections(): readonly CollectionSize[] {
    return [this.#live, this.#done, this.#byVenueId];
  }
}

function keyOf(symbol: SymbolId, venueOrderId: VenueOrderId): string {
  return `${symbol}|${venueOrderId}`;
}
