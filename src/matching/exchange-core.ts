/**
 * The whole exchange behind one door: orders in, answers and happenings out, no clock and no I/O.
 * Time comes in as `nowMs` with each call and must never fall; each call first brings the market
 * up to `nowMs`, so its happenings start with what the market did in between.
 */
import type { CandleInterval, CandleView, DayView } from './candle-view.ts';
import type { ExchangeState, StateChange } from './exchange-state.ts';
import type {
  AggregateTradeView,
  BalanceView,
  FillView,
  MarketHappening,
  OrderListView,
  OrderType,
  OrderView,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradeView,
} from './happening.ts';
import type { RecordedMessage } from './recorded-market.ts';
import type { E8 } from './scale.ts';
import type { SymbolRules, SymbolStatus } from './symbol-rules.ts';

/** The venue's refusal: its own code and words, to be sent verbatim. */
export interface Refused {
  readonly type: 'refused';
  readonly code: number;
  readonly msg: string;
}

/** An answer and everything that happened up to and because of it, in order. */
export interface Outcome<Answer> {
  readonly answer: Answer | Refused;
  readonly happenings: readonly MarketHappening[];
}

/** Parameters of one order as they came on the wire; numbers as decimal text. */
export interface OrderParams {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce?: TimeInForce | undefined;
  readonly quantity?: string | undefined;
  readonly quoteOrderQty?: string | undefined;
  readonly price?: string | undefined;
  readonly stopPrice?: string | undefined;
  readonly icebergQty?: string | undefined;
  /** Made by the exchange when absent. */
  readonly newClientOrderId?: string | undefined;
  readonly selfTradePreventionMode?: SelfTradePrevention | undefined;
}

/** Which order: by either id, or by both, which then must agree. */
export interface OrderRef {
  readonly symbol: string;
  readonly orderId?: number | undefined;
  readonly origClientOrderId?: string | undefined;
}

export interface CancelParams extends OrderRef {
  /** The id of the cancel itself. */
  readonly newClientOrderId?: string | undefined;
  readonly cancelRestrictions?: 'ONLY_NEW' | 'ONLY_PARTIALLY_FILLED' | undefined;
}

export interface CancelReplaceParams extends OrderParams {
  readonly cancelReplaceMode: 'STOP_ON_FAILURE' | 'ALLOW_FAILURE';
  readonly cancelOrderId?: number | undefined;
  readonly cancelOrigClientOrderId?: string | undefined;
  readonly cancelNewClientOrderId?: string | undefined;
  readonly cancelRestrictions?: 'ONLY_NEW' | 'ONLY_PARTIALLY_FILLED' | undefined;
}

/** One leg of an OCO; `type` decides which of the others are needed. */
export interface OcoLeg {
  readonly type: OrderType;
  readonly price?: string | undefined;
  readonly stopPrice?: string | undefined;
  readonly timeInForce?: TimeInForce | undefined;
  readonly icebergQty?: string | undefined;
  readonly clientOrderId?: string | undefined;
}

/** `POST orderList/oco`: one leg above the market, one below. The older `order/oco` is turned into this by the server. */
export interface OcoParams {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly above: OcoLeg;
  readonly below: OcoLeg;
  readonly listClientOrderId?: string | undefined;
  readonly selfTradePreventionMode?: SelfTradePrevention | undefined;
}

export interface ListRef {
  readonly orderListId?: number | undefined;
  readonly listClientOrderId?: string | undefined;
}

/** Accepted; `fills` are those of the moment of entry. */
export interface Placed {
  readonly type: 'placed';
  readonly order: OrderView;
  readonly fills: readonly FillView[];
}

export interface Canceled {
  readonly type: 'canceled';
  readonly order: OrderView;
  /** The id of the cancel: `clientOrderId` of the answer; the order's own is `origClientOrderId`. */
  readonly cancelClientOrderId: string;
}

/** Both halves worked: 200. Else see `CancelReplaceFailed`. */
export interface Replaced {
  readonly type: 'replaced';
  readonly canceled: Canceled;
  readonly placed: Placed;
}

/** -2022 (nothing happened, 400) or -2021 (one half happened, 409), with both halves for `data`. */
export interface CancelReplaceFailed {
  readonly type: 'cancelReplaceFailed';
  readonly code: -2021 | -2022;
  readonly msg: string;
  readonly cancel: Canceled | Refused;
  /** `undefined`: not attempted. */
  readonly newOrder: Placed | Refused | undefined;
}

export interface ListPlaced {
  readonly type: 'listPlaced';
  readonly list: OrderListView;
  readonly reports: readonly OrderView[];
}

export interface Amended {
  readonly type: 'amended';
  readonly order: OrderView;
}

export interface AccountView {
  readonly accountKey: string;
  /** Share of what is received, in 10^-8: 100000n is 0.001. */
  readonly makerRate: bigint;
  readonly takerRate: bigint;
  readonly updatedAtMs: number;
  readonly balances: readonly BalanceView[];
}

export interface DepthView {
  readonly lastUpdateId: number;
  /** Best first. */
  readonly bids: readonly (readonly [price: E8, quantity: E8])[];
  readonly asks: readonly (readonly [price: E8, quantity: E8])[];
}

/** The best of both sides; zeros mean an empty side. */
export interface TopView {
  readonly updateId: number;
  readonly bidPrice: E8;
  readonly bidQuantity: E8;
  readonly askPrice: E8;
  readonly askQuantity: E8;
}

/** Window of a list query; `fromId` inclusive. Without bounds the newest `limit`. */
export interface ListWindow {
  readonly symbol: string;
  readonly fromId?: number | undefined;
  readonly startAtMs?: number | undefined;
  readonly endAtMs?: number | undefined;
  readonly limit?: number | undefined;
}

/** The ledger's own books: what every account has, what was paid in, what fees took. */
export interface LedgerTruth {
  readonly accounts: readonly AccountView[];
  /** Net position of the market's own participants; negative is normal, they have no limit. */
  readonly market: readonly { readonly asset: string; readonly net: bigint }[];
  readonly fees: readonly { readonly asset: string; readonly net: bigint }[];
  readonly deposited: readonly { readonly asset: string; readonly net: bigint }[];
  /** Accounts + market + fees - deposited, per asset, where it is not 0; empty is the proof of conservation. */
  readonly imbalances: readonly { readonly asset: string; readonly off: bigint }[];
}

/** Funds and rates an account starts with; amounts and rates as decimal text. */
export interface AccountSetup {
  readonly accountKey: string;
  readonly balances: Readonly<Record<string, string>>;
  /** Default 0.001. */
  readonly makerRate?: string | undefined;
  readonly takerRate?: string | undefined;
}

/** What an account did before the exchange was opened. Its balances already count all of it; what open orders lock is still free in them. */
export interface AccountPast {
  readonly orders: readonly OrderView[];
  /** Oldest first. */
  readonly fills: readonly FillView[];
}

export type MarketSource =
  /**
   * `seed` decides every quote and trade; `pace` scales how often things happen (1: a live day);
   * `actsPerSecond` makes every symbol equally busy instead of as busy as it is in life, `ordersPerSide` equally deep.
   */
  | {
      readonly type: 'generated';
      readonly seed: string;
      readonly pace?: number | undefined;
      readonly actsPerSecond?: number | undefined;
      readonly ordersPerSide?: number | undefined;
    }
  /** The book is what `feedRecorded` brings; own orders never show in it. */
  | { readonly type: 'recorded' }
  /** An empty book: only the accounts trade. */
  | { readonly type: 'none' };

export interface ExchangeCoreSetup {
  readonly symbols: readonly SymbolRules[];
  readonly accounts: readonly AccountSetup[];
  readonly market: MarketSource;
  readonly startAtMs: number;
  /** Decides generated client ids; with a generated market its `seed` decides the market. */
  readonly seed: string;
  /** Go on where an earlier exchange stopped. Accounts in it are as it says, others open as set up. */
  readonly state?: ExchangeState | undefined;
}

export interface ExchangeCore {
  /** Brings the market to `nowMs` and says what happened. */
  advance(nowMs: number): readonly MarketHappening[];
  /** When the market will next do something by itself; `undefined`: only when spoken to. */
  nextAtMs(): number | undefined;
  /** One recorded message, at its shifted time. Only with market `recorded`. */
  feedRecorded(message: RecordedMessage, nowMs: number): readonly MarketHappening[];

  submit(accountKey: string, params: OrderParams, nowMs: number): Outcome<Placed>;
  /** All checks of `submit`, nothing placed; `undefined`: it would be accepted. */
  test(accountKey: string, params: OrderParams, nowMs: number): Refused | undefined;
  cancel(accountKey: string, params: CancelParams, nowMs: number): Outcome<Canceled>;
  /** `DELETE openOrders`; -2011 when there are none. */
  cancelAll(accountKey: string, symbol: string, nowMs: number): Outcome<readonly Canceled[]>;
  cancelReplace(
    accountKey: string,
    params: CancelReplaceParams,
    nowMs: number,
  ): Outcome<Replaced | CancelReplaceFailed>;
  /** `PUT order/amend/keepPriority`: a smaller quantity, the same place in the queue. */
  amend(
    accountKey: string,
    params: OrderRef & { readonly newQty: string; readonly newClientOrderId?: string | undefined },
    nowMs: number,
  ): Outcome<Amended>;
  submitOco(accountKey: string, params: OcoParams, nowMs: number): Outcome<ListPlaced>;
  cancelList(accountKey: string, symbol: string, ref: ListRef, nowMs: number): Outcome<ListPlaced>;

  /** -2013 when unknown, -2039 when the two ids belong to different orders. */
  order(accountKey: string, ref: OrderRef): OrderView | Refused;
  /** All symbols when `symbol` is `undefined`. */
  openOrders(accountKey: string, symbol: string | undefined): readonly OrderView[];
  /** Oldest first, as the venue answers. `fromId` is an order id. */
  allOrders(accountKey: string, window: ListWindow): readonly OrderView[];
  /** Oldest first. `fromId` is a trade id. */
  myTrades(
    accountKey: string,
    window: ListWindow & { readonly orderId?: number | undefined },
  ): readonly FillView[];
  orderList(accountKey: string, ref: ListRef): OrderListView | Refused;
  orderLists(accountKey: string): readonly OrderListView[];
  /** `undefined`: no such account. */
  account(accountKey: string): AccountView | undefined;

  symbols(): readonly SymbolRules[];
  /** `undefined`: no such symbol; so for all market views below. */
  symbol(name: string): SymbolRules | undefined;
  depth(symbol: string, limit: number): DepthView | undefined;
  top(symbol: string): TopView | undefined;
  trades(window: ListWindow): readonly TradeView[] | undefined;
  aggregateTrades(window: ListWindow): readonly AggregateTradeView[] | undefined;
  /** Ascending; the last one may be open. With `startAtMs` the oldest from there. Limit at most 1000. */
  candles(
    window: ListWindow & { readonly interval: CandleInterval },
  ): readonly CandleView[] | undefined;
  /** Volume-weighted over 5 minutes, else the last price. */
  averagePrice(
    symbol: string,
  ): { readonly mins: number; readonly price: E8; readonly closeAtMs: number } | undefined;
  day(symbol: string): DayView | undefined;

  /** Exchange-side acts for faults and tests. */
  setStatus(symbol: string, status: SymbolStatus): void;
  setRules(rules: SymbolRules): void;
  addAccount(setup: AccountSetup): void;
  /** Before the account's first order. Throws when the account cannot have what its open orders lock. */
  adopt(accountKey: string, past: AccountPast): void;
  /** A deposit, or a withdrawal when negative; signed decimal text. */
  moveFunds(
    accountKey: string,
    asset: string,
    delta: string,
    nowMs: number,
  ): readonly MarketHappening[];
  ledger(): LedgerTruth;

  /** All that an exchange opened later needs to go on from here. */
  exportState(): ExchangeState;
  /** What an answer's or an advance's happenings changed of that; asked right after the call that gave them. */
  exportChange(happenings: readonly MarketHappening[]): StateChange;
}
