import type { Instrument } from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Side } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { Amount, Lots, Price } from '../domain/units.ts';
import type { QuoteRate } from './facts.ts';
import type { RiskLimits, SizingSettings } from './limits.ts';

/** What the size of an entry depends on. Amounts are what we may use, not all that is there. */
export interface EntryToSize {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly top: TopOfBook;
  /** Ticks between the entry and the stop that will leave it. */
  readonly stopDistanceTicks: number;
  /** In the account's quote. `undefined`: not verified, then only `fixedNotional` can size. */
  readonly equity: Amount | undefined;
  readonly accountQuoteScale: number;
  readonly quoteRate: QuoteRate | undefined;
  readonly freeQuote: Amount;
  readonly freeBase: Amount;
}

/** Price and quantity of a LIMIT IOC order, with the numbers that made them, for the decision record. */
export type Sized =
  | {
      readonly type: 'sized';
      readonly price: Price;
      readonly quantity: Lots;
      /** What ended up deciding the quantity. */
      readonly boundBy:
        | 'method'
        | 'maxPerOrder'
        | 'maxPosition'
        | 'freeBalance'
        | 'venueMaximum'
        | 'position';
      readonly inputs: Readonly<Record<string, number | string>>;
    }
  | {
      readonly type: 'tooSmall';
      readonly reason: Reason;
      readonly inputs: Readonly<Record<string, number | string>>;
    };

/** Sizes an entry. Never more than the limits and balances allow; floored to the lot. */
export declare function sizeEntry(
  entry: EntryToSize,
  settings: SizingSettings,
  limits: RiskLimits,
): Sized;

/** What an exit needs: all whole lots of a position go; the rest is dust. */
export interface ExitToSize {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly top: TopOfBook;
  /** Coins held, at the base's scale. */
  readonly base: Amount;
}

export declare function sizeExit(exit: ExitToSize, settings: SizingSettings): Sized;
