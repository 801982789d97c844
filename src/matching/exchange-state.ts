/**
 * Everything of an exchange that must outlive its process: who has what, every order and fill that
 * may be asked about, and the last of each kind of id. The market's own quotes are not in it: a
 * generated market opens anew around the last price. Amounts are BigInt; in JSON they are digits.
 */
import type { AccountView } from './exchange-core.ts';
import type { FillView, OrderListView, OrderView, TradeView } from './happening.ts';

/** Rises with each change of the shape; an older or newer state is refused. */
export const STATE_VERSION = 1;

/** Position of one asset in one of the ledger's counter-accounts. */
export interface NetPosition {
  readonly asset: string;
  readonly net: bigint;
}

/** One order with what its view does not tell. */
export interface OrderState {
  readonly view: OrderView;
  /** Still locked for it: quote of a BUY, base of a SELL; 0 once it has ended. */
  readonly locked: bigint;
  readonly amendCount: number;
}

/** The last ids one symbol has given, and its last trade. */
export interface SymbolState {
  readonly symbol: string;
  readonly tradeId: number;
  readonly aggregateId: number;
  readonly updateId: number;
  readonly executionId: number;
  /** `undefined`: it has not traded yet. */
  readonly lastTrade: TradeView | undefined;
}

/** The last ids given; the next ones come after them. */
export interface IdState {
  /** How often the exchange has been opened on this state; part of every seed, so that no opening repeats another. */
  readonly openings: number;
  readonly orderId: number;
  readonly orderListId: number;
  readonly symbols: readonly SymbolState[];
}

/** What accounts did, in whole rows: as an addition to a state each row replaces the one of its id. */
export interface AccountingState {
  readonly accounts: readonly AccountView[];
  readonly market: readonly NetPosition[];
  readonly fees: readonly NetPosition[];
  readonly deposited: readonly NetPosition[];
  /** Oldest first: every open one, and the newest of the ended. */
  readonly orders: readonly OrderState[];
  /** Oldest first. */
  readonly fills: readonly FillView[];
  readonly lists: readonly OrderListView[];
}

export interface ExchangeState extends IdState, AccountingState {
  readonly version: typeof STATE_VERSION;
}

/** What one call changed: the ids as they are now and, when any account was touched, its rows. */
export interface StateChange {
  readonly ids: IdState;
  readonly accounting: AccountingState | undefined;
}

/** An order before those that came after it, a fill before later fills; over all symbols. */
export function inOrderOfId(a: OrderState, b: OrderState): number {
  return a.view.orderId - b.view.orderId;
}

export function inOrderOfTrade(a: FillView, b: FillView): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  return a.tradeId - b.tradeId || a.orderId - b.orderId;
}
