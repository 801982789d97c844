/**
 * The matching engine of one symbol: price, then time. An order that enters takes what crosses it
 * at the makers' prices, and what is left rests, expires or waits for its trigger.
 */

import { BookSide, type Level } from './book.ts';
import { walkBook } from './book-walk.ts';
import type { ExecutionType, FillView, MarketHappening, OrderUpdated, Side } from './happening.ts';
import type { Ledger } from './ledger.ts';
import { MarketPrint } from './market-print.ts';
import type { Order } from './order.ts';
import type { E8 } from './scale.ts';
import { preventSelfTrade } from './self-trade.ts';
import { fillView, freeSurplus, lockAsset, settle } from './settlement.ts';
import { StopList } from './stops.ts';
import type { SymbolRules } from './symbol-rules.ts';
import { Tape } from './tape.ts';

/** What an engine tells the house it stands in. */
export interface EngineHouse {
  readonly ledger: Ledger;
  emit(happening: MarketHappening): void;
  /** An account's order has ended; it will not change again. */
  retired(order: Order): void;
  filled(fill: FillView): void;
}

type ReportExtra = Pick<OrderUpdated, 'fill' | 'cancelClientOrderId' | 'prevented'>;

const NO_EXTRA: ReportExtra = {
  fill: undefined,
  cancelClientOrderId: undefined,
  prevented: undefined,
};

export class Engine {
  rules: SymbolRules;
  readonly bids = new BookSide('BUY');
  readonly asks = new BookSide('SELL');
  readonly stops = new StopList();
  readonly tape = new Tape();
  readonly print: MarketPrint;
  /** Of the last report given. */
  executionId = 0;
  readonly #house: EngineHouse;
  #nowMs = 0;
  #lowTraded = Number.POSITIVE_INFINITY;
  #highTraded = 0;

  constructor(rules: SymbolRules, house: EngineHouse, isHidden: boolean) {
    this.rules = rules;
    this.#house = house;
    this.print = new MarketPrint({
      symbol: rules.symbol,
      book: this,
      tape: this.tape,
      emit: (happening) => house.emit(happening),
      isHidden,
    });
  }

  /** An accepted order whose funds are locked: reported NEW, matched or made to wait; then stops it set off. */
  enter(order: Order, nowMs: number): void {
    this.#nowMs = nowMs;
    const isStop = order.stopPrice > 0;
    if (!isStop) order.workingAtMs = nowMs;
    if (order.account) this.#report(order, 'NEW');
    if (isStop) this.stops.add(order);
    else this.#work(order);
    this.#fireStops();
  }

  /** Takes an open order away; `cancelClientOrderId` names the cancel in its report. */
  cancel(order: Order, cancelClientOrderId: string, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#leaveBook(order);
    order.status = 'CANCELED';
    this.#finish(order, 'CANCELED', { ...NO_EXTRA, cancelClientOrderId });
  }

  /** A smaller quantity, the same place in the queue. The caller has checked that it is smaller and more than executed. */
  amend(order: Order, quantity: E8, clientOrderId: string, nowMs: number): void {
    this.#nowMs = nowMs;
    const cut = order.quantity - quantity;
    const hidden = order.leavesQty - order.visible;
    const former = order.clientOrderId;
    order.quantity = quantity;
    order.amendCount += 1;
    order.updatedAtMs = nowMs;
    order.clientOrderId = clientOrderId;
    if (order.level && cut > hidden) {
      this.#own(order.side).reduce(order, cut - hidden);
      this.print.level(order.side, order.price, nowMs);
    }
    freeSurplus(this.#house.ledger, this.rules, order);
    this.#report(order, 'REPLACED', { ...NO_EXTRA, cancelClientOrderId: former });
  }

  /** Changes what shows of the market's own order, or takes it away with 0, without a trade. */
  resize(order: Order, leaves: E8, nowMs: number): void {
    this.#nowMs = nowMs;
    if (order.level === undefined || leaves >= order.leavesQty) return;
    const side = this.#own(order.side);
    if (leaves === 0) {
      side.remove(order);
      order.status = 'CANCELED';
    } else {
      const cut = order.leavesQty - leaves;
      order.quantity -= cut;
      side.reduce(order, cut);
    }
    this.print.level(order.side, order.price, nowMs);
  }

  /** Adds the market's own order to the book without matching it. */
  rest(order: Order, nowMs: number): void {
    this.#nowMs = nowMs;
    order.workingAtMs = nowMs;
    this.#own(order.side).add(order);
    this.print.level(order.side, order.price, nowMs);
  }

  /** An open order of an earlier run: back to the book, or to wait for its stop. Nothing is reported. */
  reopen(order: Order, nowMs: number): void {
    if (order.isDormant) {
      this.stops.add(order);
      return;
    }
    this.#own(order.side).add(order);
    this.print.level(order.side, order.price, nowMs);
  }

  /** One trade between a resting order and a taker that the caller chose; see `recorded-market.ts`. */
  tradeWith(maker: Order, taker: Order, quantity: E8, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#trade(maker, taker, quantity);
  }

  /** The last price moved to `price` by a trade not of this engine: stops fire. */
  priceSeen(price: E8, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#sawPrice(price);
    this.#fireStops();
  }

  opposite(side: Side): BookSide {
    return side === 'BUY' ? this.asks : this.bids;
  }

  /** Would an order of `side` at `price` take from the book. */
  crosses(side: Side, price: E8): boolean {
    const best = this.opposite(side).bestPrice;
    return best !== undefined && (side === 'BUY' ? price >= best : price <= best);
  }

  #own(side: Side): BookSide {
    return side === 'BUY' ? this.bids : this.asks;
  }

  #work(order: Order): void {
    if (order.timeInForce === 'FOK' && !this.#fillsWhole(order)) {
      this.#expire(order);
      return;
    }
    this.#match(order);
    this.print.closeAggregate();
    if (!order.isOpen) return;
    if (order.isMarket || order.timeInForce !== 'GTC') {
      if (order.isMarket) order.expiryReason = 'INSUFFICIENT_LIQUIDITY';
      this.#expire(order);
      return;
    }
    this.#own(order.side).add(order);
    this.print.level(order.side, order.price, this.#nowMs);
  }

  #match(taker: Order): void {
    const book = this.opposite(taker.side);
    let level: Level | undefined = book.best;
    let changed: Level | undefined;
    while (level && taker.isOpen && this.#reaches(book, taker, level)) {
      const maker: Order | undefined = level.head;
      if (maker === undefined) break;
      changed = level;
      if (isSelfTrade(taker, maker)) this.#prevent(taker, maker);
      else this.#trade(maker, taker, Math.min(taker.leavesQty, maker.visible));
      level = book.best;
      if (level !== changed) {
        this.print.level(book.side, changed.price, this.#nowMs);
        changed = undefined;
      }
    }
    if (changed) this.print.level(book.side, changed.price, this.#nowMs);
  }

  #reaches(book: BookSide, taker: Order, level: Level): boolean {
    return taker.isMarket || book.isAtLeast(level.price, taker.price);
  }

  #trade(maker: Order, taker: Order, quantity: E8): void {
    this.#dropSibling(maker);
    this.#dropSibling(taker);
    const trade = this.print.trade(maker.price, quantity, maker.side === 'BUY', this.#nowMs);
    this.#sawPrice(trade.price);
    const paid = settle(this.#house.ledger, this.rules, trade, { maker, taker });
    this.#own(maker.side).reduce(maker, quantity);
    for (const order of [taker, maker]) {
      if (order.account === undefined) continue;
      const isMaker = order === maker;
      const role = { isMaker, commission: isMaker ? paid.maker : paid.taker };
      const fill = fillView(order, trade, role, this.rules);
      this.#house.filled(fill);
      if (order.isOpen) this.#report(order, 'TRADE', { ...NO_EXTRA, fill });
      else this.#finish(order, 'TRADE', { ...NO_EXTRA, fill });
    }
  }

  #prevent(taker: Order, maker: Order): void {
    for (const { order, counter, quantity } of preventSelfTrade(taker, maker)) {
      order.preventedQty += quantity;
      order.updatedAtMs = this.#nowMs;
      const prevented = { quantity, price: maker.price, counterOrderId: counter.orderId };
      const isOver = order.leavesQty === 0;
      if (order.level) this.#own(order.side).reduce(order, Math.min(quantity, order.visible));
      if (isOver) {
        order.status = 'EXPIRED_IN_MATCH';
        this.#finish(order, 'TRADE_PREVENTION', { ...NO_EXTRA, prevented });
      } else {
        freeSurplus(this.#house.ledger, this.rules, order);
        this.#report(order, 'TRADE_PREVENTION', { ...NO_EXTRA, prevented });
      }
    }
  }

  #fillsWhole(order: Order): boolean {
    return !walkBook(this.opposite(order.side), {
      account: order.account,
      selfTradePrevention: order.selfTradePrevention,
      limitPrice: order.price,
      quantity: order.leavesQty,
      quote: undefined,
      step: 0,
    }).isStarved;
  }

  #sawPrice(price: E8): void {
    if (price < this.#lowTraded) this.#lowTraded = price;
    if (price > this.#highTraded) this.#highTraded = price;
  }

  /** Stops reached since the last look enter as takers, oldest first; their trades may set off more. */
  #fireStops(): void {
    while (this.#highTraded > 0) {
      const due = this.stops.takeDue(this.#lowTraded, this.#highTraded);
      this.#lowTraded = Number.POSITIVE_INFINITY;
      this.#highTraded = 0;
      for (const order of due) if (order.isOpen) this.#trigger(order);
    }
  }

  #trigger(order: Order): void {
    this.#dropSibling(order);
    order.workingAtMs = this.#nowMs;
    order.updatedAtMs = this.#nowMs;
    this.#report(order, 'NEW');
    if (order.isMarket && order.side === 'BUY' && !this.#lockMarketCost(order)) {
      this.#expire(order);
      return;
    }
    this.#work(order);
  }

  /** A stop-market BUY locked at its stop price; the book may now ask for more than that. */
  #lockMarketCost(order: Order): boolean {
    if (order.account === undefined) return true;
    const { cost } = walkBook(this.asks, {
      account: order.account,
      selfTradePrevention: order.selfTradePrevention,
      limitPrice: 0,
      quantity: order.leavesQty,
      quote: undefined,
      step: 0,
    });
    const missing = cost - order.locked;
    if (missing <= 0n) return true;
    if (!this.#house.ledger.lock(order.account, this.rules.quote, missing)) return false;
    order.locked += missing;
    return true;
  }

  /** The first trade or trigger of one leg ends the other; what both locked now serves this one. */
  #dropSibling(order: Order): void {
    const sibling = order.list?.sibling(order);
    if (!sibling?.isOpen) return;
    order.locked += sibling.locked;
    sibling.locked = 0n;
    this.#leaveBook(sibling);
    this.#expire(sibling);
    freeSurplus(this.#house.ledger, this.rules, order);
  }

  #leaveBook(order: Order): void {
    if (order.level) {
      this.#own(order.side).remove(order);
      this.print.level(order.side, order.price, this.#nowMs);
    } else if (order.isDormant) this.stops.remove(order);
  }

  #expire(order: Order): void {
    order.status = 'EXPIRED';
    this.#finish(order, 'EXPIRED', NO_EXTRA);
  }

  #finish(order: Order, execution: ExecutionType, extra: ReportExtra): void {
    order.updatedAtMs = this.#nowMs;
    if (order.account === undefined) return;
    if (order.locked > 0n) {
      this.#house.ledger.unlock(order.account, lockAsset(order, this.rules), order.locked);
      order.locked = 0n;
    }
    this.#report(order, execution, extra);
    this.#house.retired(order);
  }

  #report(order: Order, execution: ExecutionType, extra: ReportExtra = NO_EXTRA): void {
    if (order.account === undefined) return;
    this.executionId += 1;
    this.#house.emit({
      type: 'orderUpdated',
      atMs: this.#nowMs,
      execution,
      executionId: this.executionId,
      order: order.view(),
      ...extra,
    });
  }
}

function isSelfTrade(taker: Order, maker: Order): boolean {
  return (
    taker.account !== undefined &&
    taker.account === maker.account &&
    taker.selfTradePrevention !== 'NONE'
  );
}
