import type { StrategyId } from '../domain/ids.ts';
import type { Instrument, VenueId } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Side } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { Amount, Lots, Price, UnixMs } from '../domain/units.ts';

/** What one strategy holds of one symbol, and what it earned there. */
export interface PositionView {
  readonly strategy: StrategyId;
  readonly instrument: Instrument;
  /** Coins held, at the base's scale; negative only if more was sold than bought, which is a bug elsewhere. */
  readonly base: Amount;
  /** Whole lots in it: what an exit may sell. */
  readonly quantity: Lots;
  /** What is left beyond whole lots, at the base's scale. */
  readonly dust: Amount;
  /** Too small to be sold at all at the last price: it counts as flat for strategies and exits. */
  readonly isDust: boolean;
  /** Quote paid for `base`, at the quote's scale. */
  readonly cost: Amount;
  /** Average price paid, rounded to the nearest tick; `undefined` when flat. */
  readonly averagePrice: Price | undefined;
  /** When it was last opened from flat, venue clock; `undefined` when flat. */
  readonly openedAtMs: UnixMs | undefined;
  /** Proceeds less cost of what was sold, less fees in the quote; at the quote's scale. Fees in the base are in `cost`; fees in third assets are not in here. */
  readonly realized: Amount;
  /** Value at the best bid less cost, at the quote's scale; `undefined` without any price yet. */
  readonly unrealized: Amount | undefined;
  readonly stopPrice: Price | undefined;
  readonly targetPrice: Price | undefined;
  readonly trailingPrice: Price | undefined;
  readonly fillsCount: number;
}

/** A buy that works or is unknown: it counts as filled in exposure. */
export interface PendingBuy {
  readonly instrument: Instrument;
  readonly price: Price;
  readonly quantity: Lots;
}

export type DayOpened = Extract<JournalRow, { type: 'dayOpened' }>;

/** What became of a fill. `realized` is what this fill realised, at the instrument's quote scale. */
export type FillBooking =
  | { readonly type: 'booked'; readonly realized: Amount; readonly position: PositionView }
  | { readonly type: 'duplicate' };

/** The whole account in its quote asset. */
export interface PnlView {
  readonly day: string;
  /** Net of all fees, since the first start; fees in third assets valued at their last price. */
  readonly realized: Amount;
  readonly realizedToday: Amount;
  readonly unrealized: Amount;
  /** `realizedToday` and `unrealized` together: what the daily loss limit looks at. */
  readonly daily: Amount;
  /** Every part could be valued at a fresh price. */
  readonly verified: boolean;
  /** Assets that could not be valued at a fresh price. */
  readonly unvalued: readonly string[];
}

/** What we may trade with, all of it, in the account's quote. */
export interface EquityView {
  readonly amount: Amount;
  readonly verified: boolean;
  readonly unvalued: readonly string[];
}

/** Fees paid in one asset since the first start, in that asset. */
export interface FeeView {
  readonly venue: VenueId;
  readonly asset: string;
  readonly amount: Amount;
}

/** Free and locked together, as we expect it at the venue. */
export interface ExpectedBalance {
  readonly asset: string;
  readonly total: Amount;
}

/** The venue's word differs from ours. `difference` is theirs less ours. */
export interface BalanceMismatch {
  readonly asset: string;
  readonly expected: Amount;
  readonly actual: Amount;
  readonly difference: Amount;
}

/** A position that its rules want closed. Told again on every price until it is closed. */
export interface ExitWish {
  readonly strategy: StrategyId;
  readonly instrument: Instrument;
  readonly side: Side;
  /** Whole lots held, and the coins they are in: an order under way may already be selling some of it. */
  readonly quantity: Lots;
  readonly base: Amount;
  readonly reason: Reason;
}

/** How many decimals amounts of an asset have at a venue. */
export type AssetScales = (venue: VenueId, asset: string) => number;
