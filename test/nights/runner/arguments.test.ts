import { describe, expect, test } from 'vitest';
import { type Ask, parseAsk, seedAt, settingsOf } from '../../../scripts/nights/arguments.ts';
import { BadArgument } from '../../../scripts/nights/command-line.ts';
import type { SimFault } from '../../../src/sim/fault.ts';

function faultKind(name: string, family: SimFault['family']): [string, SimFault] {
  const draw = () => ({ durationMs: 1, parameters: {} });
  return [name, { name, family, about: '', moments: [], draw, begin: () => ({}) }];
}

const CATALOGUE = new Map([
  faultKind('feed.silent', 'feed'),
  faultKind('feed.crossed', 'feed'),
  faultKind('rest.banned', 'rest'),
]);

function parse(...args: readonly string[]): Ask {
  return parseAsk(args, CATALOGUE, 'c0ffee');
}

test('without a word: ten nights of eight hours with everything that can go wrong', () => {
  expect(parse()).toMatchObject({
    nights: { type: 'seeds', count: 10, from: '1' },
    hours: 8,
    faultNames: undefined,
    isShrinking: true,
  });
});

test('with minutes and no number of nights there are as many as there is time for', () => {
  expect(parse('--minutes', '5').nights).toMatchObject({ count: Number.POSITIVE_INFINITY });
  expect(parse('--minutes', '5', '--seeds', '7').nights).toMatchObject({ count: 7 });
});

test('seeds count on from a number, and are numbered behind a text', () => {
  expect([seedAt('40', 0), seedAt('40', 2)]).toEqual(['40', '42']);
  expect(parse('--from', 'commit').nights).toMatchObject({ from: 'c0ffee' });
  expect(seedAt('c0ffee', 3)).toBe('c0ffee-3');
});

test('faults are named one by one or by family', () => {
  expect(parse('--faults', 'feed').faultNames).toEqual(['feed.silent', 'feed.crossed']);
  expect(parse('--faults', 'rest.banned,feed').faultNames).toHaveLength(3);
  expect(parse('--faults', 'none').faultNames).toEqual([]);
});

test('settings are drawn with the seed, or the usual ones, or those of one profile', () => {
  const seeds = Array.from({ length: 50 }, (_, at) => String(at));
  const profilesOf = (...args: readonly string[]): ReadonlySet<string | undefined> =>
    new Set(seeds.map((seed) => settingsOf(parse(...args), seed)?.profile));
  expect(profilesOf().size).toBeGreaterThan(4);
  expect([...profilesOf('--settings', 'usual')]).toEqual([undefined]);
  expect([...profilesOf('--settings', 'busy')]).toEqual(['busy']);
});

describe('an argument that nobody can mean is refused, not guessed', () => {
  test.each([
    [['--seeds', '0']],
    [['--seeds', '1.5']],
    [['--hours', 'long']],
    [['--hours', '1000']],
    [['--jobs=-1']],
    [['--jobs', '99999999']],
    [['--hours', '0x10']],
    [['--hours', '1e1']],
    [['--hours', '']],
    [['--seed=']],
    [['--from', '']],
    [['--schedule=']],
    [['--faults', ',']],
    [['--faults', 'feed,']],
    [['--minutes', 'Infinity']],
    [['--faults', 'feed,typo']],
    [['--settings', 'bsuy']],
    [['--seed', '1', '--schedule', 'x.json']],
    [['--seed', '4', '--seeds', '3']],
    [['--seed', '4', '--from', '3']],
    [['--seed', '4', '--minutes', '3']],
    [['--schedule', 'x.json', '--hours', '8']],
    [['--schedule', 'x.json', '--faults', 'feed']],
    [['--schedule', 'x.json', '--settings', 'usual']],
    [['--schedule', 'x.json', '--seeds', '1']],
  ])('%s', (args) => {
    expect(() => parse(...args)).toThrow(BadArgument);
  });
});
