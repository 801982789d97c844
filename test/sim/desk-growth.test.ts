import { expect, test } from 'vitest';
import { DeskGrowth } from '../../src/sim/checkers/desk-growth.ts';

// A collection that evicts and grows all the same is in no list that the desk shows: only what it would
// write down for a replay holds all of them.

function kept(length: number, evictedCount: number): unknown {
  return { feed: [{ clock: { evictedCount, items: Array.from({ length }, () => 0) } }] };
}

test('a collection that grows by each item that it says it evicted is seen', () => {
  const growth = new DeskGrowth();
  expect(growth.look(kept(30, 14), 0)).toEqual([]);
  expect(growth.look(kept(59, 43), 0)).toEqual([]);
  expect(growth.look(kept(60, 44), 0)).toEqual([
    'desk.feed.0.clock was full with 30 items and has 60 after 30 evictions',
  ]);
});

test('a collection that stays at its limit, or fills up again after it was emptied, is not', () => {
  const growth = new DeskGrowth();
  for (const evicted of [0, 5, 500, 50_000]) expect(growth.look(kept(100, evicted), 0)).toEqual([]);
  const refilled = new DeskGrowth();
  refilled.look(kept(10, 1), 0);
  expect(refilled.look(kept(100, 200), 0)).toEqual([]);
});

test('another desk is not compared with the one before', () => {
  const growth = new DeskGrowth();
  growth.look(kept(30, 14), 0);
  growth.forget();
  expect(growth.look(kept(300, 284), 0)).toEqual([]);
});

test('what grows with each frame is longer than all orders of a night explain', () => {
  const growth = new DeskGrowth();
  const all = (length: number): unknown => ({ frames: Array.from({ length }, () => 0) });
  expect(growth.look(all(20_100), 10)).toEqual([]);
  expect(growth.look(all(20_101), 10)).toEqual(['desk.frames has 20101 items, limit 20100']);
});
