import type { TopOfBook } from '../domain/market.ts';
import { lots, price } from '../domain/units.ts';
import type { BookView } from './feed-views.ts';
import type { OrderBook } from './order-book.ts';

/** Best levels, whichever stream they come from. */
export interface BestLevels {
  readonly bidPrice: number;
  readonly bidQuantity: number;
  readonly askPrice: number;
  readonly askQuantity: number;
}

export function topOf(book: BookView): BestLevels {
  return {
    bidPrice: book.bids.priceAt(0),
    bidQuantity: book.bids.quantityAt(0),
    askPrice: book.asks.priceAt(0),
    askQuantity: book.asks.quantityAt(0),
  };
}

export function isSameTop(a: BestLevels, b: BestLevels): boolean {
  return (
    a.bidPrice === b.bidPrice &&
    a.bidQuantity === b.bidQuantity &&
    a.askPrice === b.askPrice &&
    a.askQuantity === b.askQuantity
  );
}

/** Whether the best prices of a book are these. Sizes may differ. */
export function hasPrices(book: BookView, top: TopOfBook | undefined): boolean {
  return top?.bidPrice === book.bids.priceAt(0) && top.askPrice === book.asks.priceAt(0);
}

/** The best prices of a book as its stream would tell them; `undefined`: a side is empty, or it is crossed. */
export function topOfBook(book: OrderBook, instrument: number): TopOfBook | undefined {
  if (book.bids.size === 0 || book.asks.size === 0 || book.isCrossed) return undefined;
  return {
    type: 'top',
    instrument,
    updateId: book.updateId,
    bidPrice: price(book.bids.priceAt(0)),
    bidQuantity: lots(book.bids.quantityAt(0)),
    askPrice: price(book.asks.priceAt(0)),
    askQuantity: lots(book.asks.quantityAt(0)),
  };
}
