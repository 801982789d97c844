/**
 * What the exchange says happened, in the order it happened, and the shapes of an order as others
 * see it. Prices and quantities are whole numbers of 10^-8 (`E8`), amounts of money the same as
 * BigInt; `toWire` of `scale.ts` makes the eight decimals a client reads.
 */
import type { E8 } from './scale.ts';

export type Side = 'BUY' | 'SELL';

export type OrderType =
  | 'LIMIT'
  | 'LIMIT_MAKER'
  | 'MARKET'
  | 'STOP_LOSS'
  | 'STOP_LOSS_LIMIT'
  | 'TAKE_PROFIT'
  | 'TAKE_PROFIT_LIMIT';

export type TimeInForce = 'GTC' | 'IOC' | 'FOK';

export type SelfTradePrevention =
  | 'NONE'
  | 'EXPIRE_TAKER'
  | 'EXPIRE_MAKER'
  | 'EXPIRE_BOTH'
  | 'DECREMENT';

/** Spelt as the venue spells them on the wire. */
export type VenueOrderStatus =
  | 'NEW'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'EXPIRED_IN_MATCH';

export type ExpiryReason = 'INSUFFICIENT_LIQUIDITY';

/** What one execution report is about: the field `x` on the wire. */
export type ExecutionType =
  | 'NEW'
  | 'CANCELED'
  | 'REPLACED'
  | 'TRADE'
  | 'EXPIRED'
  | 'TRADE_PREVENTION';

/** One order at one moment; a copy, it never changes afterwards. */
export interface OrderView {
  readonly symbol: string;
  readonly accountKey: string;
  readonly orderId: number;
  /** -1: the order belongs to no list. */
  readonly orderListId: number;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** 0 for MARKET, STOP_LOSS and TAKE_PROFIT. */
  readonly price: E8;
  /** For MARKET by quoteOrderQty: what was bought or sold. */
  readonly quantity: E8;
  readonly quoteOrderQty: bigint;
  readonly stopPrice: E8;
  readonly icebergQty: E8;
  readonly executedQty: E8;
  /** The wire's `cummulativeQuoteQty`. */
  readonly executedQuote: bigint;
  /** Taken away by self-trade prevention (DECREMENT and expiry in a match). */
  readonly preventedQty: E8;
  readonly status: VenueOrderStatus;
  readonly selfTradePrevention: SelfTradePrevention;
  /** On the book, or done after having been there; false for a stop that waits for its trigger. */
  readonly isWorking: boolean;
  /** -1 until it works. */
  readonly workingAtMs: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly expiryReason: ExpiryReason | undefined;
}

/** One execution as its account sees it. */
export interface FillView {
  readonly symbol: string;
  readonly accountKey: string;
  readonly tradeId: number;
  readonly orderId: number;
  readonly orderListId: number;
  readonly atMs: number;
  readonly price: E8;
  readonly quantity: E8;
  readonly quote: bigint;
  readonly commission: bigint;
  readonly commissionAsset: string;
  readonly isBuyer: boolean;
  readonly isMaker: boolean;
}

/** One trade as everybody sees it. */
export interface TradeView {
  readonly symbol: string;
  /** Gapless per symbol. */
  readonly tradeId: number;
  readonly atMs: number;
  readonly price: E8;
  readonly quantity: E8;
  readonly quote: bigint;
  /** True: the taker sold. */
  readonly buyerIsMaker: boolean;
}

/** Consecutive trades of one taker order at one price. */
export interface AggregateTradeView {
  readonly symbol: string;
  readonly aggregateId: number;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
  readonly atMs: number;
  readonly price: E8;
  readonly quantity: E8;
  readonly buyerIsMaker: boolean;
}

export interface BalanceView {
  readonly asset: string;
  readonly free: bigint;
  readonly locked: bigint;
}

export interface OrderListView {
  readonly orderListId: number;
  readonly accountKey: string;
  readonly symbol: string;
  readonly contingencyType: 'OCO';
  readonly listStatusType: 'EXEC_STARTED' | 'ALL_DONE';
  readonly listOrderStatus: 'EXECUTING' | 'ALL_DONE';
  readonly listClientOrderId: string;
  readonly atMs: number;
  readonly orders: readonly { readonly orderId: number; readonly clientOrderId: string }[];
}

/** An own order changed: becomes an `executionReport`. Never said of the market's own participants. */
export interface OrderUpdated {
  readonly type: 'orderUpdated';
  readonly atMs: number;
  readonly execution: ExecutionType;
  /** The field `I`: rises with each report of the symbol. */
  readonly executionId: number;
  readonly order: OrderView;
  /** Only with TRADE. */
  readonly fill: FillView | undefined;
  /** Only with CANCELED and REPLACED: the id of the cancel (`c`), the order's own then being `C`. */
  readonly cancelClientOrderId: string | undefined;
  /** Only with TRADE_PREVENTION: quantity prevented by this match, and the other order. */
  readonly prevented:
    | { readonly quantity: E8; readonly price: E8; readonly counterOrderId: number }
    | undefined;
}

/** Becomes a `listStatus`. */
export interface OrderListUpdated {
  readonly type: 'orderListUpdated';
  readonly atMs: number;
  readonly list: OrderListView;
}

/** Becomes an `outboundAccountPosition`; only the assets possibly touched. Comes after the reports that caused it. */
export interface BalancesChanged {
  readonly type: 'balancesChanged';
  readonly atMs: number;
  readonly accountKey: string;
  readonly balances: readonly BalanceView[];
}

/** Becomes a `balanceUpdate`: money came or went without a trade. */
export interface FundsMoved {
  readonly type: 'fundsMoved';
  readonly atMs: number;
  readonly accountKey: string;
  readonly asset: string;
  readonly delta: bigint;
}

/** Becomes a `trade`. */
export interface Traded {
  readonly type: 'traded';
  readonly atMs: number;
  readonly symbol: string;
  readonly trade: TradeView;
}

/** Becomes an `aggTrade`. Comes after the last `traded` it covers. */
export interface AggregateTraded {
  readonly type: 'aggregateTraded';
  readonly atMs: number;
  readonly symbol: string;
  readonly aggregate: AggregateTradeView;
}

/** A level of the visible book has a new size (0: gone). `updateId` rises by exactly 1 per symbol. */
export interface LevelChanged {
  readonly type: 'levelChanged';
  readonly atMs: number;
  readonly symbol: string;
  readonly updateId: number;
  readonly side: Side;
  readonly price: E8;
  readonly quantity: E8;
}

/** Best price or size changed: becomes a `bookTicker`. Zeros mean an empty side. Comes right after its `levelChanged`. */
export interface TopChanged {
  readonly type: 'topChanged';
  readonly atMs: number;
  readonly symbol: string;
  readonly updateId: number;
  readonly bidPrice: E8;
  readonly bidQuantity: E8;
  readonly askPrice: E8;
  readonly askQuantity: E8;
}

export type MarketHappening =
  | OrderUpdated
  | OrderListUpdated
  | BalancesChanged
  | FundsMoved
  | Traded
  | AggregateTraded
  | LevelChanged
  | TopChanged;
