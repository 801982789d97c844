import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { VenueOrderId } from '../domain/ids.ts';
import type { SymbolId } from '../domain/instrument.ts';
import type { OrderReport } from '../domain/order.ts';

/** Both by symbol and the venue's id. */
export interface ExternalOrdersState {
  readonly known: BoundedState<readonly [string, true]>;
  readonly working: BoundedState<readonly [string, OrderReport]>;
}

/** Orders at the venue that are not ours: a person's, another program's. Known, counted, never touched. */
export class ExternalOrders {
  readonly #known: BoundedMap<string, true>;
  readonly #working: BoundedMap<string, OrderReport>;

  constructor(max: number) {
    this.#known = new BoundedMap('external_known', 10 * max, 'dropOldest');
    this.#working = new BoundedMap('external_working', max, 'dropOldest');
  }

  isKnown(symbol: SymbolId, venueOrderId: VenueOrderId): boolean {
    return this.#known.has(keyOf(symbol, venueOrderId));
  }

  /** Says whether it was the first time. */
  remember(symbol: SymbolId, venueOrderId: VenueOrderId): boolean {
    const key = keyOf(symbol, venueOrderId);
    if (this.#known.has(key)) return false;
    this.#known.set(key, true);
    return true;
  }

  note(report: OrderReport): void {
    const key = keyOf(report.symbol, report.venueOrderId);
    const isWorking = report.status === 'NEW' || report.status === 'PARTIALLY_FILLED';
    if (isWorking) this.#working.set(key, report);
    else this.#working.delete(key);
  }

  /** The venue listed all its working orders: what is not among them has ended. */
  keepOnly(listed: readonly OrderReport[]): void {
    const keys = new Set(listed.map((report) => keyOf(report.symbol, report.venueOrderId)));
    for (const key of [...this.#working.keys()]) if (!keys.has(key)) this.#working.delete(key);
  }

  working(): readonly OrderReport[] {
    return [...this.#working.values()];
  }

  collections(): readonly CollectionSize[] {
    return [this.#known, this.#working];
  }

  save(): ExternalOrdersState {
    return { known: this.#known.save(), working: this.#working.save() };
  }

  load({ known, working }: ExternalOrdersState): void {
    this.#known.load(known);
    this.#working.load(working);
  }
}

function keyOf(symbol: SymbolId, venueOrderId: VenueOrderId): string {
  return `${symbol}|${venueOrderId}`;
}
