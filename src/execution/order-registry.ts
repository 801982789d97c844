import { InvariantBroken } from '../domain/assert.ts';
import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import type { Instrument, SymbolId } from '../domain/instrument.ts';
import { InstrumentTable } from './instrument-table.ts';
import { TrackedOrder, type TrackedOrderState } from './tracked-order.ts';

type SavedOrders = BoundedState<readonly [ClientOrderId, TrackedOrderState]>;

export interface OrderRegistryState {
  /** By the places that the orders name. */
  readonly instruments: readonly Instrument[];
  readonly live: SavedOrders;
  readonly done: SavedOrders;
  readonly byVenueId: BoundedState<readonly [string, ClientOrderId]>;
}

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

  save(): OrderRegistryState {
    const table = new InstrumentTable();
    const live = this.#live.saveEach((tracked) => tracked.save(table));
    const done = this.#done.saveEach((tracked) => tracked.save(table));
    return { instruments: table.list(), live, done, byVenueId: this.#byVenueId.save() };
  }

  load({ instruments, live, done, byVenueId }: OrderRegistryState): void {
    const load = (state: TrackedOrderState): TrackedOrder => {
      const instrument = instruments[state.instrument];
      if (instrument === undefined) {
        throw new InvariantBroken(`checkpoint: an order of instrument ${state.instrument}`);
      }
      return TrackedOrder.load(state, instrument);
    };
    this.#live.loadEach(live, load);
    this.#done.loadEach(done, load);
    this.#byVenueId.load(byVenueId);
  }
}

function keyOf(symbol: SymbolId, venueOrderId: VenueOrderId): string {
  return `${symbol}|${venueOrderId}`;
}
