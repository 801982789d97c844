import { expect, test } from 'vitest';
import { ReferenceBook } from '../../src/sim/checkers/reference-book.ts';

const change = (firstId: number, lastId: number) => ({ firstId, lastId, bids: [], asks: [] });
const snapshot = (id: number) => ({ id, bids: [], asks: [] });

// Answers that wait for lost packets overtake one another.
test('a snapshot that is older than the book, and that nothing brings up to it, changes nothing', () => {
  const book = new ReferenceBook();
  book.onChange(change(907, 917));
  book.onSnapshot(snapshot(961));
  book.onSnapshot(snapshot(948));
  book.onChange(change(962, 966));
  expect(book.id).toBe(966);
});

test('an older snapshot is as good as any when the changes since then are there', () => {
  const book = new ReferenceBook();
  book.onSnapshot(snapshot(10));
  book.onChange(change(11, 15));
  book.onChange(change(16, 20));
  book.onSnapshot(snapshot(15));
  expect(book.id).toBe(20);
});
