import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import { hasGridOf, type Instrument, type SymbolId } from '../domain/instrument.ts';
import { FILTER_NAMES, type FilterName, filtersOn } from '../domain/regrid.ts';
import type { VenueDesk } from './desk.ts';
import { ListingRound, type ListingRoundState } from './listing-round.ts';

/** Looks in a row that must miss a symbol before what we hold of it cannot leave any more. */
export const LOOKS_MIN = 2;

export interface ListingsState {
  readonly goodCount: number;
  readonly failedCount: number;
  readonly failedInRow: number;
  readonly round?: ListingRoundState | undefined;
  readonly requestId?: number | undefined;
  readonly askedAtMs: number;
  readonly nextAtMs: number;
  readonly regrids: BoundedState<readonly [SymbolId, Instrument]>;
  readonly gone: BoundedState<readonly [SymbolId, number]>;
}

/** What the venue said about its symbols since the start: asked again and again, because nobody tells. */
export class Listings {
  /** Answers that told something, and those that did not. */
  goodCount = 0;
  failedCount = 0;
  /** Of these the ones since the last good answer. */
  failedInRow = 0;
  /** The round of asking under way. */
  round: ListingRound | undefined;
  /** The open question of it; `undefined`: none. */
  requestId: number | undefined;
  askedAtMs: number;
  nextAtMs: number;
  /** Grids that the venue has and we do not use, by symbol: a restart takes them. */
  readonly #regrids = new BoundedMap<SymbolId, Instrument>('listing.regrids', 200, 'refuse');

  /** Symbols that the venue did not know when it was last asked, and how often in a row it said so. */
  readonly #gone = new BoundedMap<SymbolId, number>('listing.gone', 1_000, 'dropOldest');

  constructor(nowMs: number, everyMs: number) {
    this.askedAtMs = nowMs;
    this.nextAtMs = nowMs + everyMs;
  }

  /** As the venue lists the symbol now, on a grid that is not ours; `undefined`: it is ours. */
  findRegrid(symbol: SymbolId): Instrument | undefined {
    return this.#regrids.get(symbol);
  }

  setRegrid(symbol: SymbolId, listed: Instrument | undefined): void {
    if (listed === undefined) this.#regrids.delete(symbol);
    else this.#regrids.set(symbol, listed);
  }

  /** Asked about together with others it would spoil the answer for all. */
  isGone(symbol: SymbolId): boolean {
    return this.#gone.has(symbol);
  }

  /** Missing at the last look alone: no reason to keep anything from leaving, and one not to enter. */
  isDoubtful(symbol: SymbolId): boolean {
    return this.isGone(symbol) && !this.isGoneForSure(symbol);
  }

  /** One word may be wrong (a node of the venue without its list); the second, of another look, counts. */
  isGoneForSure(symbol: SymbolId): boolean {
    return (this.#gone.get(symbol) ?? 0) >= LOOKS_MIN;
  }

  setGone(symbol: SymbolId, isGone: boolean): void {
    if (isGone) this.#gone.set(symbol, Math.min(LOOKS_MIN, (this.#gone.get(symbol) ?? 0) + 1));
    else this.#gone.delete(symbol);
  }

  save(): ListingsState {
    return {
      goodCount: this.goodCount,
      failedCount: this.failedCount,
      failedInRow: this.failedInRow,
      round: this.round?.save(),
      requestId: this.requestId,
      askedAtMs: this.askedAtMs,
      nextAtMs: this.nextAtMs,
      regrids: this.#regrids.save(),
      gone: this.#gone.save(),
    };
  }

  load(state: ListingsState): void {
    this.goodCount = state.goodCount;
    this.failedCount = state.failedCount;
    this.failedInRow = state.failedInRow;
    this.round = state.round && ListingRound.load(state.round);
    this.requestId = state.requestId;
    this.askedAtMs = state.askedAtMs;
    this.nextAtMs = state.nextAtMs;
    this.#regrids.load(state.regrids);
    this.#gone.load(state.gone);
  }

  collections(): readonly CollectionSize[] {
    return [this.#regrids, this.#gone];
  }
}

/** One difference between what we use and what the venue lists. */
export type ListingChange =
  | { readonly type: 'status'; readonly before: Instrument; readonly now: Instrument }
  /** Bounds of price, size and value; the steps are the same. */
  | {
      readonly type: 'filters';
      readonly before: Instrument;
      readonly now: Instrument;
      readonly names: readonly FilterName[];
    }
  | { readonly type: 'grid'; readonly used: Instrument; readonly listed: Instrument }
  | { readonly type: 'gridBack'; readonly used: Instrument };

/**
 * What differs, and what is used from now on. A status and filters are taken at once, filters of another
 * grid counted in our steps: an exit may leave before the restart that takes the grid. They make a new
 * version, so that no order sized by the old ones leaves. Another tick or lot is not taken: books,
 * candles, positions and orders under way are counted in the steps of the start.
 */
export function compareListing(
  used: Instrument,
  listed: Instrument,
  regrid: Instrument | undefined,
): { readonly next: Instrument; readonly changes: readonly ListingChange[] } {
  const changes: ListingChange[] = [];
  let next = used;
  if (hasGridOf(used, listed)) {
    if (regrid !== undefined) changes.push({ type: 'gridBack', used });
  } else if (regrid === undefined || !hasGridOf(regrid, listed)) {
    changes.push({ type: 'grid', used, listed });
  }
  const filters = filtersOn(used, listed);
  const names = FILTER_NAMES.filter((name) => used[name] !== filters[name]);
  if (names.length > 0) {
    next = { ...used, ...filters, version: used.version + 1 };
    changes.push({ type: 'filters', before: used, now: next, names });
  }
  if (listed.status !== used.status) {
    const before = next;
    next = { ...next, status: listed.status };
    changes.push({ type: 'status', before, now: next });
  }
  return { next, changes };
}

/** Whether the venue trades nothing of what we watch there: every entry would be denied. */
export function isClosed({ instruments }: VenueDesk): boolean {
  return instruments.length > 0 && instruments.every(({ status }) => status !== 'TRADING');
}
