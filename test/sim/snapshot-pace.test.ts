import { expect, test } from 'vitest';
import { snapshotsPaced } from '../../src/sim/checkers/snapshot-pace.ts';
import { type Call, judge, recordNight } from './support/recorded-night.ts';

const night = recordNight({ seed: 'books that are asked for', minutes: 5 });

/** The first whole book of the night asked for so often, so much apart, and no other. */
function askedTimes(count: number, apartMs: number): (call: Call) => readonly Call[] {
  let isTold = false;
  return (call) => {
    if (call.hook !== 'onEffect' || call.args[0].type !== 'askVenue') return [call];
    const [effect, atMs] = call.args;
    if (isTold || effect.question.type !== 'depth') return [];
    isTold = true;
    return Array.from({ length: count }, (_, at) => ({
      hook: 'onEffect',
      args: [effect, atMs + at * apartMs],
    }));
  };
}

test('a quiet night: each book is asked for once, and that is looked at', () => {
  const tally = judge(snapshotsPaced, night);
  expect(tally.violations).toEqual([]);
  // One for each market.
  expect(tally.checksCount).toBe(5);
});

test('a book that is asked for every two seconds is seen, one that is asked for every four is not', () => {
  expect(judge(snapshotsPaced, night, askedTimes(21, 2_000)).violations[0]?.text).toMatch(
    /^the book of .* was asked for 21 times within a minute, allowed are 20$/,
  );
  expect(judge(snapshotsPaced, night, askedTimes(21, 4_000)).violations).toEqual([]);
});
