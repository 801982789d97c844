import { expect, test } from 'vitest';
import { FeedNight } from '../support/feed-night.ts';
import { makeInstrument } from '../support/frames.ts';

const STARTS_AT_MS = 1_723_161_253_000;
const MID = 6_000_000;
const text = (ticks: number): string => (ticks / 100).toFixed(8);
const levels = (prices: readonly number[]): string =>
  JSON.stringify(prices.map((ticks) => [text(ticks), '1.00000000']));

/**
 * A market of a few levels a side, one tick apart, that moves up by `stepTicks` and down again each 100 ms.
 * Whoever asks has the whole of it.
 */
function newThinNight(levelsPerSide: number, snapshotLevels: number) {
  const night = new FeedNight([makeInstrument(0)], STARTS_AT_MS, { snapshotLevels });
  let id = 100;
  let shift = 0;
  const side = (from: number, step: 1 | -1): readonly number[] =>
    Array.from({ length: levelsPerSide }, (_, i) => MID + shift + from + step * i);
  night.answerDepth = () =>
    `{"lastUpdateId":${id},"bids":${levels(side(0, -1))},"asks":${levels(side(1, 1))}}`;
  const move = (stepTicks: number): void => {
    const gone = [side(0, -1), side(1, 1)].map((prices) =>
      prices.map((ticks) => [text(ticks), '0.00000000']),
    );
    const first = id + 1;
    id += 4 * levelsPerSide;
    shift = shift === 0 ? stepTicks : 0;
    const [bids = [], asks = []] = [side(0, -1), side(1, 1)].map((prices, i) => [
      ...(gone[i] ?? []),
      ...prices.map((ticks) => [text(ticks), '1.00000000']),
    ]);
    night.frame(
      `{"stream":"btcusdt@bookTicker","data":{"u":${id},"s":"BTCUSDT","b":"${text(MID + shift)}","B":"1.00000000","a":"${text(MID + shift + 1)}","A":"1.00000000"}}`,
    );
    night.frame(
      `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${night.nowMs},"s":"BTCUSDT","U":${first},"u":${id},"b":${JSON.stringify(bids)},"a":${JSON.stringify(asks)}}}`,
    );
  };
  const live = (ms: number, stepTicks: number): void => {
    for (let i = 0; i < ms / 100; i++) {
      night.waitMs(100);
      move(stepTicks);
    }
  };
  night.start();
  live(1_000, 0);
  return { night, live };
}

function asked(night: FeedNight): number {
  return night.effects.filter(
    (effect) => effect.type === 'askVenue' && effect.question.type === 'depth',
  ).length;
}

// 599 a minute at weight 50 each: five times what one address may ask for, orders included.
test('two levels a side and a best price that moves by four ticks: the whole book is known and not asked for again', () => {
  const { night, live } = newThinNight(2, 1_000);
  expect(night.feed.book(0)?.isSynced).toBe(true);
  const before = asked(night);
  live(120_000, 4);
  expect(asked(night) - before).toBe(0);
  expect(night.feed.counters.topsDifferent).toBe(0);
  expect(night.feed.counters.resubscribes).toBe(0);
  expect(night.feed.book(0)?.bids.size).toBe(2);
});

test('a snapshot with as many levels as were asked for is left by half: the book is renewed, ten times a minute at most', () => {
  const { night, live } = newThinNight(5, 5);
  const before = asked(night);
  live(120_000, 4);
  expect(asked(night) - before).toBeGreaterThan(10);
  expect(asked(night) - before).toBeLessThanOrEqual(20);
  expect(night.feed.book(0)?.isSynced).toBe(true);
});
