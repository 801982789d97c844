import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ExpectedFailure, readExpected } from '../../../scripts/nights/expected.ts';
import type { NightsRun } from '../../../scripts/nights/run-nights.ts';
import { findFailures, type Survival, surviveOf } from '../../../scripts/nights/survival.ts';
import { CRASHED, type NightOutcome, SAME_TWICE } from '../../../scripts/nights/words.ts';
import { tempFolder } from '../../store/temp-folder.ts';
import { outcomeOf, violationOf } from './made-up-outcome.ts';

const CELL: ExpectedFailure = {
  invariant: 'I2',
  fault: 'rest.banned',
  says: ['broke'],
  missing: 'rate budget',
  withinNights: 3,
};

function survive(run: Partial<NightsRun>, expected: readonly ExpectedFailure[] = []): Survival {
  const one = outcomeOf();
  const twins = [{ first: one, second: one }];
  return surviveOf(
    { kept: [], drawn: [one], twins, ...run },
    {
      checkers: [{ id: 'I2', claim: 'no order is sent twice' }],
      catalogue: new Map(),
      expected,
    },
  );
}

test('a run in which everything was checked and nothing broke has no reason to fail', () => {
  expect(findFailures(survive({}), true)).toEqual([]);
});

test('a run tells which settings its nights had', () => {
  const usual = outcomeOf();
  const settings = { profile: 'busy', change: {}, reentryCooldownMs: 1 };
  const busy = outcomeOf({ plan: { ...usual.plan, settings } });
  expect(survive({ drawn: [usual, busy, busy] }).profiles).toEqual({ usual: 1, busy: 2 });
});

test('an invariant that was never really checked fails a run, and not the repetition of one night', () => {
  const blind = survive({ drawn: [outcomeOf({ checks: { I2: 0 } })] });
  expect(findFailures(blind, true)).toEqual(['I2 was never really checked']);
  expect(findFailures(blind, false)).toEqual([]);
});

test('of several nights that break the same, the one that breaks soonest is shown', () => {
  const early = outcomeOf({ violations: [violationOf('I2', [], 5)] });
  const late = outcomeOf({ violations: [violationOf('I2', [], 500), violationOf('I2', [], 600)] });
  const { breaks } = survive({ drawn: [late, early] });
  expect(breaks).toEqual([
    { invariant: 'I2', nights: 2, outcome: early, violation: early.violations[0] },
  ]);
});

describe('what must break until something is built', () => {
  const broken = outcomeOf({
    faultsBegan: { 'rest.banned': 1 },
    violations: [violationOf('I2', ['feed.silent', 'rest.banned'])],
  });
  const hit = outcomeOf({ faultsBegan: { 'rest.banned': 2 } });

  test('is no reason to fail where it stands in the list', () => {
    const survival = survive({ drawn: [broken] }, [CELL]);
    expect(survival.invariants[0]).toMatchObject({ brokenNights: 0, expectedNights: 1 });
    expect(findFailures(survival, true)).toEqual([]);
  });

  test('is one under any other fault', () => {
    const elsewhere = outcomeOf({ violations: [violationOf('I2', ['feed.silent'])] });
    expect(findFailures(survive({ drawn: [broken, elsewhere] }, [CELL]), true)).toEqual([
      'I2 broke in 1 night',
    ]);
  });

  test('is one where the break says something else than the list says of it', () => {
    const violation = violationOf('I2', ['rest.banned']);
    const forgot = { ...CELL, says: ['which cannot know', 'left early'] };
    const known = { ...violation, text: 'it left early; start 2, which cannot know' };
    const survivalOf = (violations: readonly (typeof violation)[]): Survival =>
      survive({ drawn: [outcomeOf({ faultsBegan: { 'rest.banned': 1 }, violations })] }, [forgot]);
    expect(findFailures(survivalOf([known]), true)).toEqual([]);
    expect(survivalOf([known]).expectedCells[0]?.brokenNights).toBe(1);
    expect(findFailures(survivalOf([known, violation]), true)).toEqual(['I2 broke in 1 night']);
    expect(survivalOf([violation]).expectedCells[0]?.brokenNights).toBe(0);
  });

  test('fails the run once it was hit often enough and broke no more', () => {
    expect(findFailures(survive({ drawn: [hit, hit] }, [CELL]), true)).toEqual([]);
    expect(findFailures(survive({ drawn: [hit, hit, hit] }, [CELL]), true)).toEqual([
      'I2 x rest.banned ("broke") never broke in 3 nights: rate budget must be there by now, take the cell out',
    ]);
    expect(findFailures(survive({ drawn: [hit, hit, broken] }, [CELL]), true)).toEqual([]);
  });
});

describe('what is too rare for a number of nights must break in the night that was kept for it', () => {
  const cell = { ...CELL, withinNights: Number.POSITIVE_INFINITY, keptNight: 'copied-twice' };
  const plan = { seed: '23', hours: 1, schedule: [], keptAs: 'copied-twice' };
  const faultsBegan = { 'rest.banned': 1 };
  const violations = [violationOf('I2', ['rest.banned'])];
  const failuresOf = (kept: readonly NightOutcome[]): readonly string[] =>
    findFailures(survive({ kept }, [cell]), true);

  test('it does', () => {
    expect(failuresOf([outcomeOf({ plan, faultsBegan, violations })])).toEqual([]);
  });

  test('it does not, whatever other nights do, and the cell must go', () => {
    const other = outcomeOf({ faultsBegan, violations });
    expect(failuresOf([other, outcomeOf({ plan, faultsBegan })])).toEqual([
      'I2 x rest.banned ("broke") never broke in copied-twice: rate budget must be there by now, take the cell out',
    ]);
  });

  test('a run without that night has nothing to say of it', () => {
    expect(failuresOf([outcomeOf({ faultsBegan })])).toEqual([]);
  });

  test('a cell that names no kept night there is, or a number as well, or one that no run reaches, is an error', () => {
    const file = join(tempFolder(), 'expected.json');
    const { invariant, fault, says, missing } = CELL;
    const read = (change: object): unknown => {
      writeFileSync(file, JSON.stringify([{ invariant, fault, says, missing, ...change }]));
      const known = { invariants: ['I2'], faults: ['rest.banned'], keptNights: ['copied-twice'] };
      return readExpected(file, known);
    };
    expect(read({ keptNight: 'copied-twice' })).toEqual([cell]);
    expect(read({})).toMatchObject([{ withinNights: 20 }]);
    expect(() => read({ keptNight: 'typo' })).toThrow('no kept night is typo');
    expect(() => read({ keptNight: 'copied-twice', withinNights: 3 })).toThrow(/also has/);
    expect(() => read({ withinNights: 400 })).toThrow(/80/);
  });
});

describe('the same night twice', () => {
  test.each([
    ['another journal', { journalHash: 'b2' }, 'journal hash: a1, then b2'],
    ['one more check', { checks: { I2: 101 } }, 'checks: {"I2":100}, then {"I2":101}'],
  ])('with %s the second time breaks I20', (_, change, told) => {
    const first = outcomeOf();
    const second = outcomeOf(change);
    const survival = survive({ drawn: [first], twins: [{ first, second }] });
    expect(survival.breaks[0]?.violation.text).toContain(told);
    expect(findFailures(survival, true)).toEqual([`${SAME_TWICE} broke in 1 night`]);
  });

  test('the time and memory that it took may differ', () => {
    const first = outcomeOf();
    const second = outcomeOf({ cpuMs: 77, rssBytesMax: 88 });
    expect(survive({ drawn: [first], twins: [{ first, second }] }).breaks).toEqual([]);
  });

  // What a night has counted until it broke off depends on when that was: a full disk is no chance in the daemon.
  test('is not compared when one of them broke off, and that one is told', () => {
    const whole = outcomeOf();
    const crash = { ...violationOf(CRASHED, []), text: 'Error: ENOSPC' };
    const crashed = outcomeOf({ journalHash: '', broken: { [CRASHED]: 1 }, violations: [crash] });
    const both = survive({ drawn: [crashed], twins: [{ first: crashed, second: crashed }] });
    expect(both.breaks.map(({ invariant }) => invariant)).toEqual([CRASHED]);
    expect(both.twins).toBe(0);

    const second = survive({ drawn: [whole], twins: [{ first: whole, second: crashed }] });
    expect(second.breaks).toMatchObject([
      { invariant: CRASHED, violation: { text: 'Error: ENOSPC\nwhen it was run again' } },
    ]);
    expect(findFailures(second, true)).toEqual([
      `${CRASHED} broke in 1 night`,
      'I20 was never really checked',
    ]);
  });

  test('a run without any such pair has not looked', () => {
    expect(findFailures(survive({ twins: [] }), true)).toEqual(['I20 was never really checked']);
  });
});

// The kept night that has something for every invariant would hide that a hundred drawn ones have nothing.
test('in a long run a kept night vouches for no invariant, and nearly every cell must have been seen', () => {
  const blind = outcomeOf({ checks: { I2: 0 } });
  const nights = (count: number): Survival =>
    survive({ kept: [outcomeOf()], drawn: Array(count).fill(blind) });
  expect(findFailures(nights(99), true)).toEqual([]);
  expect(findFailures(nights(100), true)).toEqual(['I2 was never really checked']);
  expect(findFailures(nights(200), true)).toContain(
    'coverage is 0.0 %, of such a corpus at least 95',
  );
});
