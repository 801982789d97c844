import { expect, test } from 'vitest';
import { FeedNight } from '../support/feed-night.ts';
import { makeInstrument } from '../support/frames.ts';

const STARTS_AT_MS = 1_723_161_253_000;
const BTC = makeInstrument(0);
const text = (ticks: number): string => (ticks / 100).toFixed(8);

interface Told {
  readonly id: number;
  readonly bid: number;
  readonly ask: number;
}

const top = ({ id, bid, ask }: Told): string =>
  `{"stream":"btcusdt@bookTicker","data":{"u":${id},"s":"BTCUSDT","b":"${text(bid)}","B":"1.00000000","a":"${text(ask)}","A":"1.00000000"}}`;
const depth = (atMs: number, first: number, last: number, bid: number): string =>
  `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${atMs},"s":"BTCUSDT","U":${first},"u":${last},"b":[["${text(bid)}","1.00000000"]],"a":[]}}`;
const snapshot = ({ id, bid, ask }: Told): string =>
  JSON.stringify({
    lastUpdateId: id,
    bids: [[text(bid), '1.00000000']],
    asks: [[text(ask), '1.00000000']],
  });

const FIRST: Told = { id: 101, bid: 6_000_000, ask: 6_000_010 };

/** A quiet market: one best price, one change of the book, then nothing, until the venue is asked whether that is so. */
function newQuietNight(): FeedNight {
  const night = new FeedNight([BTC], STARTS_AT_MS);
  night.answerDepth = () => snapshot({ ...FIRST, id: 100 });
  night.start();
  night.frame(top(FIRST));
  night.frame(depth(night.nowMs, 101, 101, FIRST.bid));
  expect(night.feed.book(0)?.updateId).toBe(101);
  night.answerDepth = () => undefined;
  while (asked(night) < 2 && night.nowMs < STARTS_AT_MS + 10_000) night.waitMs(100);
  expect(asked(night)).toBe(2);
  return night;
}

function asked(night: FeedNight): number {
  return night.effects.filter(
    (effect) => effect.type === 'askVenue' && effect.question.type === 'depth',
  ).length;
}

// A best price comes at once, the change of the book that goes with it up to 100 ms later: an answer that was made
// before either of them says nothing of the new price.
test('the price moves while the venue is asked whether it did: nobody is silent, and it is asked again when it is quiet', () => {
  const night = newQuietNight();
  night.frame(top({ id: 102, bid: 6_000_005, ask: 6_000_010 }));
  night.answerFor('BTCUSDT', snapshot(FIRST));
  night.waitMs(100);
  night.frame(depth(night.nowMs, 102, 102, 6_000_005));
  night.waitMs(1_000);
  expect(night.feed.counters.resubscribes).toBe(0);
  expect(night.isFresh()).toBe(true);

  night.answerDepth = () => snapshot({ id: 102, bid: 6_000_005, ask: 6_000_010 });
  night.waitMs(20_000);
  expect(asked(night)).toBeGreaterThan(2);
  expect(night.feed.counters.resubscribes).toBe(0);
  expect(night.isFresh()).toBe(true);
});

test('an answer older than the best price proves no book: what it is a copy of may lag behind', () => {
  const night = new FeedNight([BTC], STARTS_AT_MS);
  night.answerDepth = () => snapshot(FIRST);
  night.start();
  expect(night.feed.book(0)?.isSynced).toBe(false);
  night.answerDepth = () => undefined;
  while (asked(night) < 2 && night.nowMs < STARTS_AT_MS + 10_000) night.waitMs(100);

  night.frame(top({ id: 102, bid: 6_000_005, ask: 6_000_010 }));
  night.answerFor('BTCUSDT', snapshot(FIRST));
  expect(night.feed.book(0)?.isSynced).toBe(false);
});

test('the venue has another best price at the id that both streams have shown: the stream of best prices is silent', () => {
  const night = newQuietNight();
  night.frame(depth(night.nowMs, 102, 102, 6_000_005));
  night.answerFor('BTCUSDT', snapshot({ id: 102, bid: 6_000_005, ask: 6_000_010 }));
  night.waitMs(100);
  expect(night.feed.counters.resubscribes).toBe(1);
});
