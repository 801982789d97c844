/**
 * A market that was recorded. The public book is the recording's, untouched. Behind it the engine
 * holds the same liquidity as the market's own orders, so that customers' orders match by the usual
 * rules: what they take stays taken until the recording next changes that level, and what they
 * leave resting is filled when recorded trades or quotes reach it. Nothing of that shows in public.
 */
import type { Engine } from './engine.ts';
import type { DepthView, TopView } from './exchange-core.ts';
import type { Side } from './happening.ts';
import type { House } from './house.ts';
import type { Order } from './order.ts';
import { type LevelUpdate, RecordedBook } from './recorded-book.ts';
import { type E8, e8, quoteOf } from './scale.ts';

/** A recorded message, parsed: numbers are still the text of the recording. */
export type RecordedMessage =
  | {
      readonly type: 'snapshot';
      readonly symbol: string;
      readonly lastUpdateId: number;
      readonly bids: readonly RecordedLevel[];
      readonly asks: readonly RecordedLevel[];
    }
  | {
      readonly type: 'depth';
      readonly symbol: string;
      readonly firstUpdateId: number;
      readonly lastUpdateId: number;
      readonly bids: readonly RecordedLevel[];
      readonly asks: readonly RecordedLevel[];
    }
  | {
      readonly type: 'bookTicker';
      readonly symbol: string;
      readonly updateId: number;
      readonly bid: RecordedLevel;
      readonly ask: RecordedLevel;
    }
  | {
      readonly type: 'trade';
      readonly symbol: string;
      readonly tradeId: number;
      readonly price: string;
      readonly quantity: string;
      readonly buyerIsMaker: boolean;
    };

export type RecordedLevel = readonly [price: string, quantity: string];

type TickerMessage = Extract<RecordedMessage, { type: 'bookTicker' }>;
type TradeMessage = Extract<RecordedMessage, { type: 'trade' }>;

/** The recorded market of one symbol. */
export class RecordedMarket {
  readonly #house: House;
  readonly #engine: Engine;
  readonly #book = new RecordedBook();
  #ticker: TickerMessage | undefined;

  constructor(house: House, engine: Engine) {
    this.#house = house;
    this.#engine = engine;
  }

  feed(message: RecordedMessage): void {
    switch (message.type) {
      case 'snapshot':
        this.#applyAll(this.#book.snapshot(message));
        break;
      case 'depth':
        this.#applyAll(this.#book.depth(message));
        break;
      case 'bookTicker': {
        const before = this.#ticker;
        this.#ticker = message;
        this.#applyTicker(before);
        break;
      }
      case 'trade':
        this.#onTrade(message);
        break;
    }
  }

  depth(limit: number): DepthView {
    return this.#book.view(limit);
  }

  /** The recorded best, from whichever of book and ticker is newer; `undefined` before both. */
  top(): TopView | undefined {
    const ticker = this.#ticker;
    if (ticker && ticker.updateId >= this.#book.lastUpdateId) {
      return {
        updateId: ticker.updateId,
        bidPrice: e8(ticker.bid[0]),
        bidQuantity: e8(ticker.bid[1]),
        askPrice: e8(ticker.ask[0]),
        askQuantity: e8(ticker.ask[1]),
      };
    }
    if (this.#book.lastUpdateId === 0) return undefined;
    const { lastUpdateId, bids, asks } = this.#book.view(1);
    return {
      updateId: lastUpdateId,
      bidPrice: bids[0]?.[0] ?? 0,
      bidQuantity: bids[0]?.[1] ?? 0,
      askPrice: asks[0]?.[0] ?? 0,
      askQuantity: asks[0]?.[1] ?? 0,
    };
  }

  #applyAll(updates: readonly LevelUpdate[]): void {
    // What goes makes room first: within one event both sides may move through each other.
    for (const update of updates) if (update.quantity === 0) this.#setLevel(update);
    for (const update of updates) if (update.quantity > 0) this.#setLevel(update);
    this.#applyTicker();
  }

  /** The ticker is ahead of the 100 ms book: nothing recorded may stand before its best. A side that says what it said `before` has not changed: what a customer took there stays taken. */
  #applyTicker(before: TickerMessage | undefined = undefined): void {
    const ticker = this.#ticker;
    if (ticker === undefined || ticker.updateId <= this.#book.lastUpdateId) return;
    this.#trim('BUY', e8(ticker.bid[0]));
    this.#trim('SELL', e8(ticker.ask[0]));
    if (!isSame(before?.bid, ticker.bid)) {
      this.#setLevel({ side: 'BUY', price: e8(ticker.bid[0]), quantity: e8(ticker.bid[1]) });
    }
    if (!isSame(before?.ask, ticker.ask)) {
      this.#setLevel({ side: 'SELL', price: e8(ticker.ask[0]), quantity: e8(ticker.ask[1]) });
    }
  }

  #trim(side: Side, best: E8): void {
    const book = side === 'BUY' ? this.#engine.bids : this.#engine.asks;
    for (let i = 0; ; ) {
      const level = book.at(i);
      if (level === undefined || book.isAtLeast(best, level.price)) return;
      const count = book.levelCount;
      this.#setLevel({ side, price: level.price, quantity: 0 });
      // A level that stays is a customer's.
      if (book.levelCount === count) i += 1;
    }
  }

  /** Makes the recorded liquidity at one price what the recording says; growth queues last, shrinkage leaves from the end. */
  #setLevel(update: LevelUpdate): void {
    const { side, price } = update;
    const { nowMs } = this.#house;
    let quantity = update.quantity;
    if (quantity > 0) quantity -= this.#fillCrossed(side, price, quantity);
    const level = (side === 'BUY' ? this.#engine.bids : this.#engine.asks).levelAt(price);
    const recorded: Order[] = [];
    for (let order = level?.head; order; order = order.next) {
      if (order.account === undefined) recorded.push(order);
    }
    let surplus = recorded.reduce((sum, order) => sum + order.leavesQty, 0) - quantity;
    while (surplus > 0) {
      const order = recorded.pop();
      if (order === undefined) return;
      const cut = Math.min(surplus, order.leavesQty);
      surplus -= cut;
      this.#engine.resize(order, order.leavesQty - cut, nowMs);
    }
    if (surplus < 0) {
      this.#engine.rest(this.#marketOrder(side, price, -surplus), nowMs);
    }
  }

  /** A recorded quote that reaches customers' resting orders trades with them, at their price; answers how much. */
  #fillCrossed(side: Side, price: E8, quantity: E8): E8 {
    const taker = this.#marketOrder(side, price, quantity);
    for (const maker of this.#customersWithin(side, price)) {
      if (taker.leavesQty === 0) break;
      this.#meet(maker, taker);
    }
    return taker.executedQty;
  }

  /** A recorded trade fills customers it went through, and at its own price those whose turn has come. */
  #onTrade(message: TradeMessage): void {
    const { nowMs } = this.#house;
    const price = e8(message.price);
    const quantity = e8(message.quantity);
    const takerSide: Side = message.buyerIsMaker ? 'SELL' : 'BUY';
    const taker = this.#marketOrder(takerSide, price, quantity);
    for (const maker of this.#customersWithin(takerSide, price)) {
      if (taker.leavesQty === 0) break;
      if (maker.price === price) this.#eatQueueBefore(maker, taker);
      if (taker.leavesQty > 0) this.#meet(maker, taker);
    }
    this.#engine.tape.add({
      symbol: message.symbol,
      tradeId: message.tradeId,
      atMs: nowMs,
      price,
      quantity,
      quote: quoteOf(price, quantity),
      buyerIsMaker: message.buyerIsMaker,
    });
    this.#engine.priceSeen(price, nowMs);
  }

  /** The recorded liquidity that stood before `maker` in its queue takes its share of a recorded trade. */
  #eatQueueBefore(maker: Order, taker: Order): void {
    let order = maker.level?.head;
    while (order && order !== maker && taker.leavesQty > 0) {
      const { next } = order;
      if (order.account === undefined) {
        const eaten = Math.min(order.leavesQty, taker.leavesQty);
        taker.preventedQty += eaten;
        this.#engine.resize(order, order.leavesQty - eaten, this.#house.nowMs);
      }
      order = next;
    }
  }

  #meet(maker: Order, taker: Order): void {
    if (!maker.isOpen || maker.level === undefined) return;
    // An iceberg shows its next part as soon as one is gone.
    while (taker.leavesQty > 0 && maker.visible > 0) {
      const quantity = Math.min(taker.leavesQty, maker.visible);
      this.#engine.tradeWith(maker, taker, quantity, this.#house.nowMs);
    }
  }

  /** Customers' orders that `side` at `price` would take from, best first. */
  #customersWithin(side: Side, price: E8): readonly Order[] {
    const book = this.#engine.opposite(side);
    const customers: Order[] = [];
    for (let i = 0; ; i++) {
      const level = book.at(i);
      if (level === undefined || !book.isAtLeast(level.price, price)) return customers;
      for (let order = level.head; order; order = order.next) {
        if (order.account !== undefined) customers.push(order);
      }
    }
  }

  #marketOrder(side: Side, price: E8, quantity: E8): Order {
    const { symbol } = this.#engine.rules;
    return this.#house.marketOrder(symbol, { side, price, quantity, timeInForce: 'GTC' });
  }
}

function isSame(before: RecordedLevel | undefined, now: RecordedLevel): boolean {
  return before !== undefined && before[0] === now[0] && before[1] === now[1];
}
