import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadNumber, saveNumber } from '../../src/domain/exact-number.ts';
import { packIntegers, unpackIntegers } from '../../src/domain/packed-integers.ts';

const HALF = Math.floor(Number.MAX_SAFE_INTEGER / 2);

test('packed integers come back as they were, the largest and the negative ones too', () => {
  const edges = [0, 1, -1, 63, 64, -64, 8_191, 8_192, 2 ** 31, 2 ** 37, 2 ** 38, HALF, -HALF];
  const one = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -HALF, max: HALF }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (all, width) => {
      const text = packIntegers(all, all.length, width);
      expect([...unpackIntegers(text, width)]).toEqual(all.map((value) => value + 0));
    }),
    { numRuns: 500 },
  );
});

test('a number that is no safe integer is refused, not rounded', () => {
  for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 54]) {
    expect(() => packIntegers([1, value], 2, 1)).toThrow('only safe integers');
  }
});

test('numbers that JSON has no word for survive it', () => {
  const numbers = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    0,
    0.1 + 0.2,
  ];
  const saved = JSON.parse(JSON.stringify(numbers.map(saveNumber)));
  expect(saved.map(loadNumber)).toEqual(numbers);
});
