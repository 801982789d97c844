import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findOwnId, formatClientId, parseClientId } from '../../src/execution/client-id.ts';

const parts = fc.record({
  environment: fc.constantFrom('rehearsal', 'paper', 'live'),
  accountTag: fc.stringMatching(/^[0-9a-z]{4}$/),
  epoch: fc.integer({ min: 0, max: 36 ** 4 - 1 }),
  sequence: fc.integer({ min: 0, max: 36 ** 8 - 1 }),
});

test('an id has 21 letters and digits and says who made it', () => {
  fc.assert(
    fc.property(parts, (all) => {
      const id = formatClientId(all);
      expect(id).toMatch(/^ov[0-9a-z]{19}$/);
      expect(parseClientId(id)).toEqual(all);
      expect(findOwnId(id, all)).toEqual(all);
    }),
  );
});

test('different epochs or sequences never share an id', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(formatClientId(one) === formatClientId(other)).toBe(same);
    }),
  );
});

test('an id that would wrap around panics: it would be used twice', () => {
  const owner = { environment: 'live', accountTag: 'ab12' } as const;
  expect(() => formatClientId({ ...owner, epoch: 36 ** 4, sequence: 0 })).toThrow();
  expect(() => formatClientId({ ...owner, epoch: 0, sequence: 36 ** 8 })).toThrow();
  expect(() => formatClientId({ ...owner, accountTag: 'AB12', epoch: 0, sequence: 0 })).toThrow();
});

test('foreign ids, other accounts, other environments and mistyped ids are not ours', () => {
  const owner = { environment: 'live', accountTag: 'ab12' } as const;
  const id = formatClientId({ ...owner, epoch: 7, sequence: 9 });
  expect(findOwnId(id, owner)).toBeDefined();
  expect(findOwnId(id, { ...owner, accountTag: 'zz12' })).toBeUndefined();
  expect(findOwnId(id, { ...owner, environment: 'paper' })).toBeUndefined();
  expect(findOwnId(`${id.slice(0, 10)}z${id.slice(11)}`, owner)).toBeUndefined();
  for (const foreign of ['', 'web_abc', 'x-TKT5PX2F123', `${id}1`, id.toUpperCase()]) {
    expect(findOwnId(foreign, owner), foreign).toBeUndefined();
  }
});
