import type { BookView } from './feed-views.ts';

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
