import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DepthDiff } from '../../src/domain/market.ts';
import { unixMs } from '../../src/domain/units.ts';
import { BookSide } from '../../src/market/book-side.ts';
import { OrderBook } from '../../src/market/order-book.ts';

const change = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 3 }));

test('any changes: a side holds what a plain map holds, best first', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('bids', 'asks'),
      fc.array(change, { maxLength: 300 }),
      (name, changes) => {
        const side = new BookSide(name, 1_000);
        const plain = new Map<number, number>();
        for (const [price, quantity] of changes) {
          side.set(price, quantity);
          if (quantity === 0) plain.delete(price);
          else plain.set(price, quantity);
        }
        const sorted = [...plain].sort(([a], [b]) => (name === 'bids' ? b - a : a - b));
        expect(sorted.map((_level, rank) => [side.priceAt(rank), side.quantityAt(rank)])).toEqual(
          sorted,
        );
        expect(side.size).toBe(sorted.length);
        expect(side.priceAt(sorted.length)).toBe(0);
        const five = sorted.slice(0, 5).reduce((sum, [, quantity]) => sum + quantity, 0);
        expect(side.sumQuantity(5)).toBe(five);
      },
    ),
  );
});

test('a side that is full forgets the levels furthest from the top, never the best', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 100 }), (prices) => {
      const side = new BookSide('asks', 10);
      for (const price of prices) side.set(price, 1);
      const best = [...new Set(prices)].sort((a, b) => a - b).slice(0, 10);
      expect(best.map((_price, rank) => side.priceAt(rank))).toEqual(best);
    }),
  );
});

function diff(first: number, last: number, bids: readonly number[] = []): DepthDiff {
  return {
    type: 'depth',
    instrument: 0,
    firstUpdateId: first,
    lastUpdateId: last,
    eventAtMs: unixMs(0),
    bids,
    asks: [],
  };
}

/** Levels that a snapshot here has, and are asked for. */
const LEVELS = 2;
const snapshot = (updateId: number): Parameters<OrderBook['onSnapshot']>[0] => ({
  instrument: 0,
  updateId,
  bids: [100, 5, 99, 5],
  asks: [101, 5, 102, 5],
});

test('the documented procedure: buffered, bracketed, applied; what the snapshot contains is dropped', () => {
  const book = new OrderBook(1_000, 100);
  expect(book.onDiff(diff(1, 10, [100, 1]))).toBe('buffered');
  expect(book.onDiff(diff(11, 20, [99, 0]))).toBe('buffered');
  expect(book.onSnapshot(snapshot(15), LEVELS)).toBe('synced');
  expect([book.isSynced, book.updateId, book.bids.size]).toEqual([true, 20, 1]);
  expect(book.bids.quantityAt(0)).toBe(5);
  expect(book.onDiff(diff(21, 21, [98, 7]))).toBe('applied');
  expect([book.appliedCount, book.coveredCount]).toEqual([2, 1]);
});

test('a snapshot older than the first change we have is stale; one that ends right before it is not', () => {
  const book = new OrderBook(1_000, 100);
  book.onDiff(diff(11, 20));
  expect(book.onSnapshot(snapshot(9), LEVELS)).toBe('stale');
  expect(book.isSynced).toBe(false);
  expect(book.onSnapshot(snapshot(10), LEVELS)).toBe('synced');
});

test('a snapshot alone is not synced until the stream follows it', () => {
  const book = new OrderBook(1_000, 100);
  expect(book.onSnapshot(snapshot(10), LEVELS)).toBe('synced');
  expect(book.isSynced).toBe(false);
  expect(book.onDiff(diff(8, 9))).toBe('covered');
  expect(book.isSynced).toBe(true);
  expect(book.onDiff(diff(12, 13))).toBe('gap');
  expect(book.isSynced).toBe(false);
});

test('a hole among the buffered changes: the ones before it are worthless', () => {
  const book = new OrderBook(1_000, 100);
  book.onDiff(diff(1, 10));
  expect(book.onDiff(diff(12, 20))).toBe('gap');
  expect(book.onSnapshot(snapshot(5), LEVELS)).toBe('stale');
  expect(book.onSnapshot(snapshot(11), LEVELS)).toBe('synced');
});

test('repeats and older changes are told apart and change nothing', () => {
  const book = new OrderBook(1_000, 100);
  book.onSnapshot(snapshot(10), LEVELS);
  book.onDiff(diff(11, 12, [100, 9]));
  expect(book.onDiff(diff(11, 12, [100, 1]))).toBe('duplicate');
  expect(book.onDiff(diff(9, 11, [100, 1]))).toBe('outOfOrder');
  expect(book.bids.quantityAt(0)).toBe(9);
});

test('a refresh replaces the book under running changes without losing one', () => {
  const book = new OrderBook(1_000, 100);
  book.onSnapshot(snapshot(10), LEVELS);
  book.onDiff(diff(11, 12, [97, 4]));
  book.expectRefresh();
  book.onDiff(diff(13, 14, [96, 3]));
  book.onDiff(diff(15, 16, [95, 2]));
  expect(book.isSynced).toBe(true);

  expect(book.onSnapshot(snapshot(14), LEVELS)).toBe('synced');

  expect([book.updateId, book.bids.size, book.bids.priceAt(2)]).toEqual([16, 3, 95]);
  expect(book.appliedCount).toBe(3);
});

test('a refresh older than the changes kept for it is stale and changes nothing', () => {
  const book = new OrderBook(1_000, 100);
  book.onSnapshot(snapshot(10), LEVELS);
  book.onDiff(diff(11, 12, [97, 4]));
  book.expectRefresh();
  book.onDiff(diff(13, 14));
  expect(book.onSnapshot(snapshot(11), LEVELS)).toBe('stale');
  book.abandonRefresh();
  expect([book.updateId, book.bids.size]).toEqual([14, 3]);
});

test('changes without a snapshot do not pile up', () => {
  const book = new OrderBook(1_000, 100);
  for (let id = 1; id <= 1_000; id++) book.onDiff(diff(id, id));
  expect(book.bufferedCount).toBeLessThanOrEqual(100);
  expect(book.onSnapshot(snapshot(990), LEVELS)).toBe('synced');
  expect(book.updateId).toBe(1_000);
});

test('a side with as many levels as were asked for ends where we know nothing more; a shorter one is all there is', () => {
  const book = new OrderBook(1_000, 100);
  book.onSnapshot(snapshot(10), LEVELS);
  expect([book.windowBid, book.windowAsk]).toEqual([99, 102]);
  book.onSnapshot(snapshot(10), 3);
  expect([book.windowBid, book.windowAsk]).toEqual([0, Number.POSITIVE_INFINITY]);
  book.onSnapshot({ ...snapshot(10), asks: [101, 5] }, LEVELS);
  expect([book.windowBid, book.windowAsk]).toEqual([99, Number.POSITIVE_INFINITY]);
});

test('levels between our steps were told, too: a snapshot without them is no whole book', () => {
  const book = new OrderBook(1_000, 100);
  book.onSnapshot({ ...snapshot(10), offGridCount: 1 }, 3);
  expect([book.windowBid, book.windowAsk]).toEqual([99, 102]);
});
