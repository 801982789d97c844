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

/** A map and a list that have set, deleted, shifted and evicted `steps` times. */
function drive(steps: number) {
  const map = new BoundedMap<string, number>('test', 3, 'dropOldest');
  const list = new BoundedList<number>('test', 40, 'dropOldest');
  for (let item = 1; item <= steps; item++) {
    map.set(`${item % 7}`, item);
    if (item % 5 === 0) map.delete(`${(item - 1) % 7}`);
    list.push(item);
    if (item % 3 === 0) list.shift();
  }
  return { map, list };
}

test('a saved map and a saved list forget in the same order as the ones they were taken of', () => {
  for (let steps = 0; steps <= 100; steps++) {
    const { map, list } = drive(steps);
    const mapLater = new BoundedMap<string, number>('test', 3, 'dropOldest');
    mapLater.set('stranger', 0);
    const listLater = new BoundedList<number>('test', 40, 'dropOldest');
    listLater.push(-1);
    const mapEach = new BoundedMap<string, number>('test', 3, 'dropOldest');
    mapLater.load(JSON.parse(JSON.stringify(map.save())));
    listLater.load(JSON.parse(JSON.stringify(list.save())));
    mapEach.loadEach(
      map.saveEach((value) => `${value}`),
      (saved) => Number(saved),
    );
    for (let more = 0; more < 5; more++) {
      for (const each of [map, mapLater, mapEach]) each.set(`more${more}`, more);
      for (const each of [list, listLater]) each.push(more);
      for (const later of [mapLater, mapEach]) {
        expect([...later.entries()]).toEqual([...map.entries()]);
        expect(later.evictedCount).toBe(map.evictedCount);
      }
      expect([...listLater]).toEqual([...list]);
      expect(listLater.evictedCount).toBe(list.evictedCount);
      expect([listLater.at(0), listLater.at(-1)]).toEqual([list.at(0), list.at(-1)]);
    }
  }
});

test('a collection refuses a saved one that does not fit, instead of losing its oldest entries', () => {
  const map = new BoundedMap<number, true>('small map', 1, 'dropOldest');
  const items = [
    [1, true],
    [2, true],
  ] as const;
  expect(() => map.load({ evictedCount: 0, items })).toThrow('small map takes 1, saved were 2');
  const list = new BoundedList<number>('small list', 1, 'dropOldest');
  const numbers = { evictedCount: 0, items: [1, 2] };
  expect(() => list.load(numbers)).toThrow('small list takes 1, saved were 2');
});
