import { expect, test } from 'vitest';
import { BoundedList, BoundedMap } from '../../src/domain/bounded.ts';

test('a full map forgets the oldest entry, whatever was deleted, renewed or cleared in between', () => {
  const map = new BoundedMap<number, string>('test', 3, 'dropOldest');
  for (const key of [1, 2, 3, 4]) map.set(key, 'x');
  expect([...map.keys()]).toEqual([2, 3, 4]);

  map.delete(2);
  map.set(5, 'x');
  map.set(3, 'renewed in place');
  map.set(6, 'x');
  expect([...map.keys()]).toEqual([4, 5, 6]);

  map.clear();
  for (const key of [7, 8, 9, 10, 11]) map.set(key, 'x');
  expect([...map.keys()]).toEqual([9, 10, 11]);
  expect(map.evictedCount).toBe(4);
});

test('a full map that must not lose anything throws instead', () => {
  const map = new BoundedMap<number, string>('test', 1, 'refuse');
  map.set(1, 'x');
  map.set(1, 'y');
  expect(() => map.set(2, 'x')).toThrow('test is full: 1 entries');
});

test('a full list drops its oldest item and still counts from both ends', () => {
  const list = new BoundedList<number>('test', 3, 'dropOldest');
  for (let item = 1; item <= 100; item++) list.push(item);
  expect([...list]).toEqual([98, 99, 100]);
  expect([list.at(0), list.at(-1), list.size, list.evictedCount]).toEqual([98, 100, 3, 97]);
});
