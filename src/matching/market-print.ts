/**
 * What the public sees of one symbol: level changes with gapless book ids, the top, trades and
 * their aggregates. A hidden print (own fills over a recorded market) counts trade ids and says
 * nothing, because the public streams are the recording's own.
 */
import type { BookSide } from './book.ts';
import type {
  AggregateTradeView,
  MarketHappening,
  Side,
  TopChanged,
  TradeView,
} from './happening.ts';
import { type E8, quoteOf } from './scale.ts';
import type { Tape } from './tape.ts';

/** Ids the public sees. */
export interface PrintIds {
  readonly tradeId: number;
  readonly aggregateId: number;
  readonly updateId: number;
}

/** Both sides of a book. */
export interface BookSides {
  readonly bids: BookSide;
  readonly asks: BookSide;
}

export class MarketPrint {
  readonly #symbol: string;
  readonly #book: BookSides;
  readonly #tape: Tape;
  readonly #emit: (happening: MarketHappening) => void;
  readonly #isHidden: boolean;
  #updateId = 0;
  #tradeId = 0;
  #aggregateId = 0;
  #aggregate: AggregateTradeView | undefined;
  #top: TopChanged;

  constructor(parts: {
    readonly symbol: string;
    readonly book: BookSides;
    readonly tape: Tape;
    readonly emit: (happening: MarketHappening) => void;
    readonly isHidden: boolean;
  }) {
    this.#symbol = parts.symbol;
    this.#book = parts.book;
    this.#tape = parts.tape;
    this.#emit = parts.emit;
    this.#isHidden = parts.isHidden;
    this.#top = {
      type: 'topChanged',
      atMs: 0,
      symbol: parts.symbol,
      updateId: 0,
      bidPrice: 0,
      bidQuantity: 0,
      askPrice: 0,
      askQuantity: 0,
    };
  }

  get updateId(): number {
    return this.#updateId;
  }

  get top(): TopChanged {
    return this.#top;
  }

  /** The last of each kind of id given. */
  lastIds(): PrintIds {
    return { tradeId: this.#tradeId, aggregateId: this.#aggregateId, updateId: this.#updateId };
  }

  /** The next trade is the first after `lastTradeId`, and so with the other ids: a market with a past. */
  continueAfter(lastTradeId: number, others: Partial<PrintIds> = {}): void {
    this.#tradeId = Math.max(this.#tradeId, lastTradeId);
    this.#aggregateId = Math.max(this.#aggregateId, others.aggregateId ?? 0);
    this.#updateId = Math.max(this.#updateId, others.updateId ?? 0);
  }

  /** The level at `price` may have changed: one book id, and a new top if it is one. */
  level(side: Side, price: E8, nowMs: number): void {
    if (this.#isHidden) return;
    this.#updateId += 1;
    const book = side === 'BUY' ? this.#book.bids : this.#book.asks;
    this.#emit({
      type: 'levelChanged',
      atMs: nowMs,
      symbol: this.#symbol,
      updateId: this.#updateId,
      side,
      price,
      quantity: book.levelAt(price)?.quantity ?? 0,
    });
    this.#printTop(nowMs);
  }

  /** One trade; the answer carries its id. */
  trade(price: E8, quantity: E8, buyerIsMaker: boolean, nowMs: number): TradeView {
    this.#tradeId += 1;
    const trade: TradeView = {
      symbol: this.#symbol,
      tradeId: this.#tradeId,
      atMs: nowMs,
      price,
      quantity,
      quote: quoteOf(price, quantity),
      buyerIsMaker,
    };
    if (this.#isHidden) return trade;
    if (this.#aggregate && this.#aggregate.price !== price) this.closeAggregate();
    this.#emit({ type: 'traded', atMs: nowMs, symbol: this.#symbol, trade });
    this.#tape.add(trade);
    this.#growAggregate(trade);
    return trade;
  }

  /** The taker is done: what it traded at its last price becomes one aggregate. */
  closeAggregate(): void {
    const aggregate = this.#aggregate;
    if (aggregate === undefined) return;
    this.#aggregate = undefined;
    this.#tape.aggregates.push(aggregate);
    this.#emit({
      type: 'aggregateTraded',
      atMs: aggregate.atMs,
      symbol: this.#symbol,
      aggregate,
    });
  }

  #growAggregate(trade: TradeView): void {
    const open = this.#aggregate;
    if (open) {
      this.#aggregate = {
        ...open,
        lastTradeId: trade.tradeId,
        quantity: open.quantity + trade.quantity,
      };
      return;
    }
    this.#aggregateId += 1;
    this.#aggregate = {
      symbol: this.#symbol,
      aggregateId: this.#aggregateId,
      firstTradeId: trade.tradeId,
      lastTradeId: trade.tradeId,
      atMs: trade.atMs,
      price: trade.price,
      quantity: trade.quantity,
      buyerIsMaker: trade.buyerIsMaker,
    };
  }

  #printTop(nowMs: number): void {
    const bid = this.#book.bids.best;
    const ask = this.#book.asks.best;
    const bidPrice = bid?.price ?? 0;
    const bidQuantity = bid?.quantity ?? 0;
    const askPrice = ask?.price ?? 0;
    const askQuantity = ask?.quantity ?? 0;
    const top = this.#top;
    if (
      top.bidPrice === bidPrice &&
      top.bidQuantity === bidQuantity &&
      top.askPrice === askPrice &&
      top.askQuantity === askQuantity
    ) {
      return;
    }
    this.#top = {
      type: 'topChanged',
      atMs: nowMs,
      symbol: this.#symbol,
      updateId: this.#updateId,
      bidPrice,
      bidQuantity,
      askPrice,
      askQuantity,
    };
    this.#emit(this.#top);
  }
}
