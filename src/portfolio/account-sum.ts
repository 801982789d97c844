import type { VenueId } from '../domain/instrument.ts';
import type { EarnedAmount } from './earnings.ts';
import type { Marks } from './marks.ts';
import type { Position } from './positions.ts';

/** Adds up values in the account's quote and remembers what could not be valued at a fresh price. */
export class AccountSum {
  readonly unvalued = new Set<string>();
  readonly #marks: Marks<Position>;
  readonly #nowMs: number;

  constructor(marks: Marks<Position>, nowMs: number) {
    this.#marks = marks;
    this.#nowMs = nowMs;
  }

  addAll(earned: readonly EarnedAmount[]): bigint {
    let total = 0n;
    for (const one of earned) total += this.#inAccount(one.venue, one.asset, one.amount);
    return total;
  }

  /** Value of a position at the best bid. */
  valueOf(position: Position): bigint {
    return this.#convert(position, (ticks) => position.valueAt(ticks));
  }

  /** Value of a position less its cost. */
  gainOf(position: Position): bigint {
    if (position.base === 0n) return this.#convert(position, () => -position.cost);
    return this.#convert(position, (ticks) => position.valueAt(ticks) - position.cost);
  }

  #convert(position: Position, inQuote: (ticks: number) => bigint): bigint {
    const { venue, symbol, quote } = position.instrument;
    if (position.base === 0n) return this.#inAccount(venue, quote.name, inQuote(0));
    const market = this.#marks.find(venue, symbol);
    const bidTicks = market?.bidTicks || undefined;
    if (
      market !== undefined &&
      bidTicks !== undefined &&
      this.#marks.isFresh(market, this.#nowMs)
    ) {
      return this.#inAccount(venue, quote.name, inQuote(bidTicks));
    }
    // What is too small to be sold may stay for years, of a symbol that is long gone: it must not keep
    // every limit unproven. Without a price it counts as worth nothing.
    if (position.isDust(bidTicks))
      return this.#inAccount(venue, quote.name, inQuote(bidTicks ?? 0));
    this.unvalued.add(position.instrument.base.name);
    return bidTicks === undefined ? 0n : this.#inAccount(venue, quote.name, inQuote(bidTicks));
  }

  #inAccount(venue: VenueId, asset: string, value: bigint): bigint {
    if (value === 0n) return 0n;
    const valued = this.#marks.findValue(venue, asset, value, this.#nowMs);
    if (valued === undefined || !valued.fresh) this.unvalued.add(asset);
    return valued?.value ?? 0n;
  }
}
