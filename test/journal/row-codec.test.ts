import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import { decodeRow, encodeRow } from '../../src/journal/row-codec.ts';
import { UnreadableRow } from '../../src/journal/shape.ts';
import { anyRow } from './any-row.ts';

test('any row written down reads back the same, and writes down the same again', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const stored = encodeRow(row);
      const read = decodeRow(stored);
      expect(read).toEqual(row);
      expect(encodeRow(read)).toBe(stored);
    }),
    { numRuns: 500 },
  );
});

test('equal rows have equal text, whatever order their keys were made in', () => {
  const one = encodeRow({
    type: 'voided',
    atMs: unixMs(5),
    clientOrderId: clientOrderId('a'),
    reason: { code: 'STALE_DATA', ageMs: 900, limitMs: 500 },
  });
  const other = encodeRow({
    reason: { limitMs: 500, ageMs: 900, code: 'STALE_DATA' },
    clientOrderId: clientOrderId('a'),
    atMs: unixMs(5),
    type: 'voided',
  });
  expect(other).toBe(one);
});

// A text that is nearly right is the dangerous one: it must stop the start, not become a wrong order.
test.each([
  ['no JSON', '{"v":1,'],
  ['no object', '[1]'],
  ['no version', '{"type":"dead","atMs":1,"clientOrderId":"a"}'],
  ['a version of a newer build', '{"v":2,"type":"dead","atMs":1,"clientOrderId":"a"}'],
  ['an unknown type', '{"v":1,"type":"deleted","atMs":1,"clientOrderId":"a"}'],
  ['a type that is a name of every object', '{"v":1,"type":"toString","atMs":1}'],
  ['a missing key', '{"v":1,"type":"dead","atMs":1}'],
  ['a key too many', '{"v":1,"type":"dead","atMs":1,"clientOrderId":"a","b":1}'],
  ['a moment as text', '{"v":1,"type":"dead","atMs":"1","clientOrderId":"a"}'],
  ['a moment below zero', '{"v":1,"type":"dead","atMs":-1,"clientOrderId":"a"}'],
  [
    'a second attempt to send',
    '{"v":1,"type":"submitted","atMs":1,"clientOrderId":"a","sentAtMs":1,"leaseEndMs":2,"payloadHash":"h","sendAttempts":2}',
  ],
  [
    'a reason nobody knows',
    '{"v":1,"type":"voided","atMs":1,"clientOrderId":"a","reason":{"code":"BECAUSE"}}',
  ],
])('a stored text with %s is refused', (_what, stored) => {
  expect(() => decodeRow(stored)).toThrow(UnreadableRow);
});

test('the refusal says where and what', () => {
  const stored = '{"v":1,"type":"dead","atMs":-1,"clientOrderId":"a"}';
  expect(() => decodeRow(stored)).toThrow('row(dead).atMs: expected moment: -1 ms, found -1');
});
