import { expect, test } from 'vitest';
import { ByteWay } from '../../src/sim/byte-way.ts';
import { SimClock } from '../../src/sim/clock.ts';

function makeWay(): {
  readonly clock: SimClock;
  readonly way: ByteWay;
  readonly heard: [string, number][];
  readonly state: { isBlocked: boolean; isOver: boolean };
  readonly say: (word: string) => void;
} {
  const clock = new SimClock(0);
  const heard: [string, number][] = [];
  const state = { isBlocked: false, isOver: false };
  const way = new ByteWay({
    clock,
    isBlocked: () => state.isBlocked,
    isOver: () => state.isOver,
    onGivenUp: () => heard.push(['given up', clock.nowMs]),
  });
  const say = (word: string): void => way.send(10, () => heard.push([word, clock.nowMs]));
  return { clock, way, heard, state, say };
}

test('what comes behind something slow waits for it', () => {
  const { clock, way, heard, say } = makeWay();
  way.send(500, () => heard.push(['slow', clock.nowMs]));
  say('quick');
  clock.passUntil(1_000);
  expect(heard).toEqual([
    ['slow', 500],
    ['quick', 500],
  ]);
});

// The dangerous hour of a blocked way is its end: everything that was said meanwhile is heard at once, and is old.
test('a blocked way loses nothing: all of it comes in its order with the first repetition behind the blockade', () => {
  const { clock, heard, state, say } = makeWay();
  state.isBlocked = true;
  for (let atMs = 0; atMs < 5_000; atMs += 1_000) {
    clock.passUntil(atMs);
    say(`said at ${atMs}`);
  }
  clock.passUntil(6_000);
  expect(heard).toEqual([]);
  state.isBlocked = false;
  clock.passUntil(20_000);
  expect(heard.map(([word]) => word)).toEqual([0, 1, 2, 3, 4].map((s) => `said at ${s * 1_000}`));
  // Repeated 250, 750, 1,750, 3,750 and 7,750 ms after the first word was held back.
  expect(new Set(heard.map(([, atMs]) => atMs))).toEqual(new Set([7_760]));
});

test('a way that was blocked for more than a minute leads nowhere any more', () => {
  const { clock, heard, state, say } = makeWay();
  state.isBlocked = true;
  say('never heard');
  clock.passUntil(70_000);
  state.isBlocked = false;
  clock.passUntil(200_000);
  expect(heard.map(([word]) => word)).toEqual(['given up']);
});

test('nobody hears what comes behind the end of a socket', () => {
  const { clock, heard, state, say } = makeWay();
  state.isBlocked = true;
  say('held');
  clock.passUntil(100);
  state.isOver = true;
  state.isBlocked = false;
  clock.passUntil(10_000);
  expect(heard).toEqual([]);
});
