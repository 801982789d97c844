import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { Instrument, SymbolId } from '../domain/instrument.ts';
import type { Fill } from '../domain/order.ts';

const SYMBOLS_MAX = 1_000;

interface SymbolFills {
  readonly booked: BoundedMap<string, true>;
  /** No id at or below this is remembered any more. */
  forgottenThrough: number;
  highest: number | undefined;
}

/** A fill of an order that we cannot name yet. */
export interface ParkedFill {
  readonly fill: Fill;
  /** In whose steps it was told. */
  readonly instrument: Instrument;
  readonly parkedAtMs: number;
}

interface SymbolFillsState {
  readonly booked: BoundedState<string>;
  readonly forgottenThrough: number;
  readonly highest?: number | undefined;
}

export interface FillLedgerState {
  readonly symbols: BoundedState<readonly [SymbolId, SymbolFillsState]>;
  readonly parked: BoundedState<readonly [string, ParkedFill]>;
}

/**
 * Which fills are booked, each once, whichever of the three sources tells of them first. Memory is a
 * window per symbol: trade ids rise, so what falls out of the window is old, and an old id counts as
 * booked unless its order still misses fills. The journal's unique constraint stands behind this.
 */
export class FillLedger {
  readonly #symbols: BoundedMap<SymbolId, SymbolFills>;
  readonly #idsMax: number;
  readonly #parked = new BoundedMap<string, ParkedFill>('fills_parked', 1_000, 'dropOldest');

  constructor(idsMax: number) {
    this.#idsMax = idsMax;
    this.#symbols = new BoundedMap('fill_symbols', SYMBOLS_MAX, 'refuse');
  }

  /** `isOwed`: the order of the fill misses fills that the venue has counted. */
  isBooked(fill: Fill, isOwed: boolean): boolean {
    const known = this.#symbols.get(fill.symbol);
    if (known === undefined) return false;
    if (known.booked.has(fill.tradeId)) return true;
    return Number(fill.tradeId) <= known.forgottenThrough && !isOwed;
  }

  remember(fill: Fill): void {
    const known = this.#symbolOf(fill.symbol);
    if (known.booked.isFull) {
      const oldest = Number(known.booked.keys().next().value);
      if (oldest > known.forgottenThrough) known.forgottenThrough = oldest;
    }
    known.booked.set(fill.tradeId, true);
    this.noteSeen(fill);
  }

  /** A trade of the account, ours or not: questions for newer ones begin above it. */
  noteSeen(fill: Fill): void {
    const known = this.#symbolOf(fill.symbol);
    const tradeId = Number(fill.tradeId);
    if (Number.isSafeInteger(tradeId) && tradeId > (known.highest ?? -1)) known.highest = tradeId;
  }

  /** Highest trade id of the account that we know of; `undefined`: none yet. */
  highestSeen(symbol: SymbolId): number | undefined {
    return this.#symbols.get(symbol)?.highest;
  }

  /** `instrument`: in whose steps it was told. */
  park(fill: Fill, instrument: Instrument, atMs: number): void {
    const key = keyOf(fill);
    if (!this.#parked.has(key)) this.#parked.set(key, { fill, instrument, parkedAtMs: atMs });
  }

  unpark(fill: Fill): void {
    this.#parked.delete(keyOf(fill));
  }

  parked(): readonly ParkedFill[] {
    return this.#parked.size === 0 ? [] : [...this.#parked.values()];
  }

  collections(): readonly CollectionSize[] {
    const windows = [...this.#symbols.values()].map(({ booked }) => booked);
    return [this.#symbols, this.#parked, ...windows];
  }

  save(): FillLedgerState {
    const symbols = this.#symbols.saveEach(({ booked, forgottenThrough, highest }) => ({
      booked: { evictedCount: booked.evictedCount, items: [...booked.keys()] },
      forgottenThrough,
      highest,
    }));
    return { symbols, parked: this.#parked.save() };
  }

  load({ symbols, parked }: FillLedgerState): void {
    this.#symbols.loadEach(symbols, ({ booked, forgottenThrough, highest }) => {
      const { evictedCount, items } = booked;
      const window = this.#newWindow();
      window.load({ evictedCount, items: items.map((id) => [id, true]) });
      return { booked: window, forgottenThrough, highest };
    });
    this.#parked.load(parked);
  }

  #newWindow(): BoundedMap<string, true> {
    return new BoundedMap('fills_booked', this.#idsMax, 'dropOldest');
  }

  #symbolOf(symbol: SymbolId): SymbolFills {
    const known = this.#symbols.get(symbol);
    if (known !== undefined) return known;
    const booked = this.#newWindow();
    const fresh: SymbolFills = { booked, forgottenThrough: -1, highest: undefined };
    this.#symbols.set(symbol, fresh);
    return fresh;
  }
}

function keyOf(fill: Fill): string {
  return `${fill.symbol}|${fill.tradeId}`;
}
