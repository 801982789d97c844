import type { Asset, Instrument } from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Mode } from '../domain/mode.ts';
import type { Side } from '../domain/order.ts';
import type { Amount, Lots, Price, UnixMs } from '../domain/units.ts';

/**
 * All that the checks may look at, gathered by the pipeline for one intent at one moment. Plain values:
 * the gate asks nobody. What is not known is `undefined`, and an `undefined` that a check needs denies.
 */
export interface RiskFacts {
  readonly nowMs: UnixMs;
  readonly mode: Mode;
  /** An operator is closing positions: exits pass in any mode. */
  readonly flattening: boolean;
  /** The instrument in use: the venue's word of now on the steps of the start. An intent of an older version is denied. */
  readonly instrument: Instrument;
  /** The venue's own description while it has another tick or lot than the one in use; `undefined`: it has not. */
  readonly regrid: Instrument | undefined;
  /** The venue did not list the symbol at the last look; one more look decides. */
  readonly listingDoubtful: boolean;

  readonly top: TopOfBook | undefined;
  /** Age of the last advancing update of the symbol, and how old it may be. */
  readonly freshness:
    | {
        readonly ageMs: number;
        readonly limitMs: number;
        /** Why the symbol must not be acted upon although it is young enough; `undefined` when nothing is wrong. */
        readonly trouble?: 'late' | 'notLive' | 'invalid' | undefined;
      }
    | undefined;
  readonly bookSynced: boolean;
  readonly bookCrossed: boolean;
  readonly clock: { readonly offsetMs: number | undefined; readonly jitterMs: number };
  readonly loopDelayMs: number;
  /** What limit prices are compared with, in ticks (a mid may lie between two), and which price it is. */
  readonly reference:
    | { readonly ticks: number; readonly source: 'mid' | 'last' | 'mark' }
    | undefined;

  /** The asset that limits are told in. */
  readonly accountQuote: Asset;
  /** Value of the instrument's quote in the account's quote; `undefined` when it is not known. */
  readonly quoteRate: QuoteRate | undefined;
  /** What we may spend of the instrument's quote and base: free at the venue, less what is not ours to use. */
  readonly freeQuote: Amount | undefined;
  readonly freeBase: Amount | undefined;

  /** What this strategy holds of the symbol. */
  readonly position: PositionFacts;
  /** What all strategies together hold of the symbol. */
  readonly symbolPosition: PositionFacts;
  /** All positions at their worst case, in the account's quote, this intent left out. `undefined`: one could not be valued. */
  readonly grossExposure: Amount | undefined;

  /** Orders of the account that have not ended, this intent left out. */
  readonly openOrdersCount: number;
  /** When orders left, any order: all of the last window, or more than any class may leave in it. */
  readonly recentOrdersAtMs: readonly number[];
  /** The venue wants to hear nothing from us for a while (429, 418). */
  readonly isToldToStayAway: boolean;
  readonly ordersTodayCount: number;
  /** When the last order of this strategy and symbol left; `undefined`: never. */
  readonly lastOrderAtMs: UnixMs | undefined;
  /** Orders of this symbol whose outcome is unproven (UNKNOWN or DEAD). */
  readonly unknownOrdersCount: number;
  /** Refusals of the venue in a row on this strategy and symbol. */
  readonly refusalsInRowCount: number;
  /** Our orders of this symbol that rest in the book. */
  readonly restingOrders: readonly { readonly side: Side; readonly price: Price }[];

  /** Realised and unrealised, in the account's quote; `undefined`: a position could not be valued. */
  readonly dailyPnl: Amount | undefined;
  /** What we own could be valued at fresh prices. */
  readonly equityVerified: boolean;

  /** Orders, fills and positions are proven at the venue. */
  readonly reconciled: boolean;
  readonly privateStreamUp: boolean;
  readonly diskFreeBytes: number | undefined;
}

/** Quantities as they count for limits: an order that works or is unknown counts as filled whole where that is worse. */
export interface PositionFacts {
  /** Whole lots held. On spot never negative. */
  readonly heldLots: Lots;
  /** Open quantity of buys under way, unknown ones included. */
  readonly pendingBuyLots: Lots;
  /** Open quantity of exits under way, unknown ones included. The resting protective order is not counted: an exit cancels it first. */
  readonly pendingSellLots: Lots;
}

/** `quoteUnits` smallest units of the instrument's quote are worth `accountUnits` of the account's quote. */
export interface QuoteRate {
  readonly accountUnits: bigint;
  readonly quoteUnits: bigint;
}

/** For instruments whose quote is the account's quote. */
export const SAME_QUOTE: QuoteRate = Object.freeze({ accountUnits: 1n, quoteUnits: 1n });
