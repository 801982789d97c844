import type { ClientOrderId, DecisionId, StrategyId, TradeId, VenueOrderId } from './ids.ts';
import type { Instrument, SymbolId, VenueId } from './instrument.ts';
import type { Reason } from './reason.ts';
import type { Amount, Lots, Price, UnixMs } from './units.ts';

export type Side = 'BUY' | 'SELL';
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';
/** What the order is for; modes allow or forbid by class. */
export type OrderClass = 'entry' | 'exit' | 'protective';

/** An order we would like to send. Always a limit order: a market order has no worst price. */
export interface OrderIntent {
  readonly clientOrderId: ClientOrderId;
  readonly decisionId: DecisionId;
  readonly strategy: StrategyId;
  readonly class: OrderClass;
  readonly venue: VenueId;
  readonly symbol: SymbolId;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly type: 'LIMIT';
  readonly timeInForce: TimeInForce;
  readonly price: Price;
  readonly quantity: Lots;
  readonly createdAtMs: UnixMs;
  /** Why we want it, with the signal's numbers. */
  readonly reason: Reason;
}

declare const approved: unique symbol;
declare const durable: unique symbol;
/** Passed the risk gate. Made only by `risk/approve.ts`. */
export type Approved<T> = T & { readonly [approved]: true };
/** The journal holds it: it survives a crash. Made only by `journal/durable.ts`. */
export type Durable<T> = T & { readonly [durable]: true };
export type SendableOrder = Durable<Approved<OrderIntent>>;

export type UnknownCause =
  | { readonly type: 'noAnswer'; readonly waitedMs: number }
  | { readonly type: 'transport'; readonly text: string }
  | {
      readonly type: 'venueError';
      readonly httpStatus: number;
      readonly code: number | undefined;
      readonly text: string;
    }
  | { readonly type: 'badAnswer'; readonly text: string }
  | { readonly type: 'restart' };

/** The venue's own words that it did not accept the order. */
export interface VenueRefusal {
  readonly httpStatus: number;
  readonly code: number;
  readonly text: string;
}

export type OrderState =
  | { readonly type: 'INITIALIZED' }
  /** It may be on the wire. `leaseEndMs` is venue time: after it the venue would refuse the request. */
  | { readonly type: 'SUBMITTED'; readonly sentAtMs: UnixMs; readonly leaseEndMs: UnixMs }
  /** The venue may or may not have it. Never sent again, only asked about. */
  | {
      readonly type: 'UNKNOWN';
      readonly sinceMs: UnixMs;
      readonly leaseEndMs: UnixMs;
      readonly cause: UnknownCause;
    }
  | { readonly type: 'ACCEPTED'; readonly venueOrderId: VenueOrderId }
  | { readonly type: 'PARTIALLY_FILLED'; readonly venueOrderId: VenueOrderId }
  | { readonly type: 'FILLED'; readonly venueOrderId: VenueOrderId }
  | { readonly type: 'CANCELED'; readonly venueOrderId: VenueOrderId }
  | { readonly type: 'EXPIRED'; readonly venueOrderId: VenueOrderId; readonly text: string }
  | { readonly type: 'REJECTED'; readonly proof: VenueRefusal }
  | { readonly type: 'ABSENT'; readonly proof: string }
  /** Provably never sent. */
  | { readonly type: 'VOID'; readonly reason: Reason }
  /** UNKNOWN for ten minutes: parked, alarmed, still being asked about. */
  | { readonly type: 'DEAD'; readonly sinceMs: UnixMs; readonly leaseEndMs: UnixMs };

export type OrderStateName = OrderState['type'];

/** One order as we know it. `filledQuantity` counts fills booked here, each once. */
export interface Order {
  readonly intent: OrderIntent;
  readonly state: OrderState;
  readonly filledQuantity: Lots;
  /** Quote paid or received for the fills so far. */
  readonly filledQuote: Amount;
  readonly cancelRequested: boolean;
  readonly updatedAtMs: UnixMs;
}

/** Which way the news of an order came. */
export type ReportSource = 'answer' | 'userStream' | 'query';

/** An order as the venue describes it, whoever placed it. */
export interface OrderReport {
  /** In whose steps all of it is counted: ours, or finer ones where ours have no such numbers. */
  readonly instrument: Instrument;
  readonly symbol: SymbolId;
  readonly clientOrderId: ClientOrderId;
  readonly venueOrderId: VenueOrderId;
  readonly side: Side;
  readonly status: 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED';
  /** The venue's own word where ours is coarser (`EXPIRED_IN_MATCH`), and its reason. */
  readonly text: string;
  readonly price: Price | undefined;
  readonly quantity: Lots;
  readonly filledQuantity: Lots;
  readonly filledQuote: Amount;
  /** Venue clock. */
  readonly updatedAtMs: UnixMs;
  readonly fills: readonly Fill[];
}

/** Executions as the venue lists them, counted in the steps of one instrument, as in a report. */
export interface ListedFills {
  readonly instrument: Instrument;
  readonly fills: readonly Fill[];
}

/** One execution at the venue. Booked once, by venue, symbol and trade id. */
export interface Fill {
  readonly venue: VenueId;
  readonly symbol: SymbolId;
  readonly tradeId: TradeId;
  readonly venueOrderId: VenueOrderId;
  /** `undefined` when the source does not say (own-trades queries): found by `venueOrderId`. */
  readonly clientOrderId: ClientOrderId | undefined;
  readonly side: Side;
  readonly price: Price;
  readonly quantity: Lots;
  readonly quote: Amount;
  readonly fee: Amount;
  readonly feeAsset: string;
  readonly liquidity: 'MAKER' | 'TAKER';
  /** Venue clock. */
  readonly tradedAtMs: UnixMs;
}

export interface Balance {
  readonly asset: string;
  /** At the asset's scale. */
  readonly free: Amount;
  readonly locked: Amount;
}
