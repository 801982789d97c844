/** One order inside the exchange: the only mutable record of its life. Others see copies (`view`). */
import type { Level } from './book.ts';
import type { OrderState } from './exchange-state.ts';
import type {
  ExpiryReason,
  OrderType,
  OrderView,
  SelfTradePrevention,
  Side,
  TimeInForce,
  VenueOrderStatus,
} from './happening.ts';
import type { Account } from './ledger.ts';
import type { OrderList } from './order-list.ts';
import { type E8, quoteOf } from './scale.ts';

/** What an order asks for, parsed and within the filters. */
export interface OrderTerms {
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** 0: at any price. */
  readonly price: E8;
  /** 0 with `quoteOrderQty` until the book was walked. */
  readonly quantity: E8;
  readonly quoteOrderQty: bigint;
  /** 0: works at once. */
  readonly stopPrice: E8;
  /** 0: all of it shows. */
  readonly icebergQty: E8;
  readonly selfTradePrevention: SelfTradePrevention;
}

/** Whose order, and under which names. `account` undefined: the market's own. */
export interface OrderIdentity {
  readonly symbol: string;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly account: Account | undefined;
  readonly createdAtMs: number;
}

export class Order {
  readonly symbol: string;
  readonly orderId: number;
  readonly account: Account | undefined;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: E8;
  readonly quoteOrderQty: bigint;
  readonly stopPrice: E8;
  readonly icebergQty: E8;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly createdAtMs: number;

  clientOrderId: string;
  quantity: E8;
  executedQty: E8 = 0;
  executedQuote = 0n;
  preventedQty: E8 = 0;
  status: VenueOrderStatus = 'NEW';
  workingAtMs = -1;
  updatedAtMs: number;
  expiryReason: ExpiryReason | undefined;
  amendCount = 0;
  /** Still locked for this order: quote of a BUY, base of a SELL. */
  locked = 0n;
  list: OrderList | undefined;

  /** Place in the book; `level` undefined: not on the book. */
  level: Level | undefined;
  next: Order | undefined;
  previous: Order | undefined;
  /** What shows on the book; less than `leavesQty` only for icebergs. */
  visible: E8 = 0;

  constructor(identity: OrderIdentity, terms: OrderTerms) {
    this.symbol = identity.symbol;
    this.orderId = identity.orderId;
    this.clientOrderId = identity.clientOrderId;
    this.account = identity.account;
    this.createdAtMs = identity.createdAtMs;
    this.updatedAtMs = identity.createdAtMs;
    this.side = terms.side;
    this.type = terms.type;
    this.timeInForce = terms.timeInForce;
    this.price = terms.price;
    this.quantity = terms.quantity;
    this.quoteOrderQty = terms.quoteOrderQty;
    this.stopPrice = terms.stopPrice;
    this.icebergQty = terms.icebergQty;
    this.selfTradePrevention = terms.selfTradePrevention;
  }

  get leavesQty(): E8 {
    return this.quantity - this.executedQty - this.preventedQty;
  }

  get isOpen(): boolean {
    return this.status === 'NEW' || this.status === 'PARTIALLY_FILLED';
  }

  /** Waits for the last price to reach its stop. */
  get isDormant(): boolean {
    return this.workingAtMs < 0;
  }

  /** Walks the book at any price. */
  get isMarket(): boolean {
    return this.price === 0;
  }

  /** What must stay locked for what is left, at the order's own price (its stop's when it has none). */
  neededLock(): bigint {
    if (this.side === 'SELL') return BigInt(this.leavesQty);
    return quoteOf(this.isMarket ? this.stopPrice : this.price, this.leavesQty);
  }

  /** All there is to write down. */
  state(): OrderState {
    return { view: this.view(), locked: this.locked, amendCount: this.amendCount };
  }

  view(): OrderView {
    return {
      symbol: this.symbol,
      accountKey: this.account?.key ?? '',
      orderId: this.orderId,
      orderListId: this.list?.orderListId ?? -1,
      clientOrderId: this.clientOrderId,
      side: this.side,
      type: this.type,
      timeInForce: this.timeInForce,
      price: this.price,
      quantity: this.quantity,
      quoteOrderQty: this.quoteOrderQty,
      stopPrice: this.stopPrice,
      icebergQty: this.icebergQty,
      executedQty: this.executedQty,
      executedQuote: this.executedQuote,
      preventedQty: this.preventedQty,
      status: this.status,
      selfTradePrevention: this.selfTradePrevention,
      isWorking: !this.isDormant,
      workingAtMs: this.workingAtMs,
      createdAtMs: this.createdAtMs,
      updatedAtMs: this.updatedAtMs,
      expiryReason: this.expiryReason,
    };
  }
}
