import { expect } from 'vitest';
import type { GeneratedNight } from './generated-night.ts';

/** The first fifty levels of each side are the venue's own. */
export function expectTrueBook(night: GeneratedNight, index = 0): void {
  const truth = night.markets[index]?.truth();
  const book = night.feed.book(index);
  if (truth === undefined || book === undefined) throw new Error('no such market');
  expect(book.isSynced).toBe(true);
  expect(book.updateId).toBe(truth.updateId);
  const ranks = Array.from({ length: 50 }, (_, rank) => rank);
  expect(ranks.map((rank) => [book.bids.priceAt(rank), book.bids.quantityAt(rank)])).toEqual(
    truth.bids.slice(0, 50),
  );
  expect(ranks.map((rank) => [book.asks.priceAt(rank), book.asks.quantityAt(rank)])).toEqual(
    truth.asks.slice(0, 50),
  );
}
