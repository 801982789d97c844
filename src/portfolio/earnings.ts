import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { VenueId } from '../domain/instrument.ts';
import { type Amount, amount, NO_AMOUNT } from '../domain/units.ts';

const EARNINGS_MAX = 5_000;

interface Earned {
  readonly venue: VenueId;
  readonly asset: string;
  readonly total: Amount;
  readonly atDayOpen: Amount;
}

/** An amount earned (or, negative, paid) in one asset. */
export interface EarnedAmount {
  readonly venue: VenueId;
  readonly asset: string;
  readonly amount: Amount;
}

/** By venue and asset. */
export type EarningsState = BoundedState<readonly [string, Earned]>;

/**
 * What was earned, kept in the asset it was earned in: realised P&L in each quote, fees in a third
 * asset as a minus there. Only a view turns it into one number, at a price of its own moment, so a
 * restart that replays the fills ends with exactly the same integers.
 */
export class Earnings {
  readonly #earned = new BoundedMap<string, Earned>('portfolio.earnings', EARNINGS_MAX, 'refuse');

  add(venue: VenueId, asset: string, by: bigint): void {
    const key = `${venue}|${asset}`;
    const none = { venue, asset, total: NO_AMOUNT, atDayOpen: NO_AMOUNT };
    const before = this.#earned.get(key) ?? none;
    this.#earned.set(key, { ...before, total: amount(before.total + by) });
  }

  openDay(): void {
    for (const [key, earned] of this.#earned.entries()) {
      this.#earned.set(key, { ...earned, atDayOpen: earned.total });
    }
  }

  /** Since the first start. */
  listTotal(): readonly EarnedAmount[] {
    return [...this.#earned.values()].map(({ venue, asset, total }) => ({
      venue,
      asset,
      amount: total,
    }));
  }

  /** Since the day opened. */
  listToday(): readonly EarnedAmount[] {
    return [...this.#earned.values()].map(({ venue, asset, total, atDayOpen }) => ({
      venue,
      asset,
      amount: amount(total - atDayOpen),
    }));
  }

  collections(): readonly CollectionSize[] {
    return [this.#earned];
  }

  save(): EarningsState {
    return this.#earned.save();
  }

  load(state: EarningsState): void {
    this.#earned.load(state);
  }
}
