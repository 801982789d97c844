import { expect, test } from 'vitest';
import type { MarketFeedState } from '../../src/market/feed.ts';
import { makeInstrument } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';
import { TroubledNight } from '../support/troubled-night.ts';

const SEEDS = 6;

// A replay may begin at any segment of the capture. Whatever was going on as it opened, a feed loaded
// from its checkpoint must say, ask and believe what the one that lived through it does.
for (let number = 1; number <= SEEDS; number++) {
  const seed = `checkpoint ${number}`;
  test(`a feed loaded in the middle of a troubled night goes on bit for bit (seed ${seed})`, () => {
    const night = new TroubledNight(seed);
    night.play(12, 4);
    night.expectTwinsEqual();
  });
}

/** The night is cut here; `isMoment` must see in the checkpoint what the test is about. */
function cutAt(night: GeneratedNight, isMoment: (state: MarketFeedState) => boolean | undefined) {
  expect(isMoment(JSON.parse(night.cut()))).toBe(true);
}

test('cut before the start: what is loaded begins as the other does', () => {
  const night = new GeneratedNight('not started');
  cutAt(night, ({ lines }) => lines.length === 0);
  night.start();
  night.live(30_000);
  night.expectTwinsEqual();
});

test('cut while the socket is asked for, and again as it has just opened', () => {
  const night = new GeneratedNight('opening');
  night.opens = false;
  night.acks = false;
  night.start();
  cutAt(night, ({ lines }) => lines[0]?.current?.openedAtMs === null);
  night.waitMs(3_000);
  night.acks = true;
  night.openSocket();
  cutAt(night, ({ lines }) => lines[0]?.current?.ackedAtMs !== null);
  night.live(30_000);
  expect(night.feed.book(0)?.isSynced).toBe(true);
  night.expectTwinsEqual();
});

test('cut while a subscription is not acknowledged: both ask once more, both give up', () => {
  const night = new GeneratedNight('no ack');
  night.acks = false;
  night.start();
  night.waitMs(3_000);
  cutAt(night, ({ lines }) => lines[0]?.current?.requests.items.length === 1);
  night.waitMs(9_000);
  expect(night.causes()).toContain('ackMissing');
  night.acks = true;
  night.live(20_000);
  night.expectTwinsEqual();
});

test('cut in the middle of a book sync: changes are kept, the snapshot is on its way', () => {
  const night = new GeneratedNight('sync');
  const { answerDepth } = night;
  night.answerDepth = () => undefined;
  night.start();
  night.live(1_000);
  const body = night.markets[0]?.snapshotBody() ?? '';
  night.live(1_000);
  cutAt(night, ({ symbols }) => {
    const keeper = symbols[0]?.keeper;
    return keeper?.question?.purpose === 'sync' && keeper.book.buffer.length > 10;
  });
  night.answerFor('BTCUSDT', body);
  expect(night.feed.book(0)?.isSynced).toBe(true);
  night.answerDepth = answerDepth;
  night.live(20_000);
  night.expectTwinsEqual();
});

test('cut while the book is being renewed under running changes', () => {
  const night = new GeneratedNight('refresh', { limits: { bookRefreshEveryMs: 5_000 } });
  night.start();
  night.live(4_900);
  const { answerDepth } = night;
  night.answerDepth = () => undefined;
  night.live(1_000);
  cutAt(night, ({ symbols }) => {
    const keeper = symbols[0]?.keeper;
    return keeper?.question?.purpose === 'refresh' && keeper.book.buffer.length > 0;
  });
  night.answerFor('BTCUSDT', night.markets[0]?.snapshotBody() ?? '');
  night.answerDepth = answerDepth;
  night.live(20_000);
  expect(night.feed.counters.bookRefreshes).toBeGreaterThan(1);
  night.expectTwinsEqual();
});

test('cut while the venue is asked whether a silence is a silence', () => {
  const night = new GeneratedNight('quiet', { changesMax: [0] });
  night.start();
  const { answerDepth } = night;
  night.live(1_500);
  night.answerDepth = () => undefined;
  night.live(2_000);
  cutAt(night, ({ symbols }) => symbols[0]?.keeper.question?.purpose === 'confirm');
  night.answerFor('BTCUSDT', night.markets[0]?.snapshotBody() ?? '');
  expect(night.isFresh()).toBe(true);
  night.answerDepth = answerDepth;
  night.live(120_000);
  expect(night.feed.assessFreshness(0, night.atMs).limitMs).toBe(60_000);
  night.expectTwinsEqual();
});

test('cut in a silent stall: both replace the socket at the same tick', () => {
  const night = new GeneratedNight('stall');
  night.start();
  night.live(30_000);
  night.onTheWay = () => [];
  night.live(5_000);
  expect(night.isFresh()).toBe(false);
  cutAt(night, ({ symbols }) => symbols[0]?.isLive);
  night.live(10_000);
  expect(night.causes()).toContain('symbolSilent');
  night.onTheWay = (frame) => [frame.text];
  night.live(20_000);
  night.expectTwinsEqual();
});

test('cut while only the trades are silent: both ask for the streams anew at the same tick', () => {
  const night = new GeneratedNight('no trades');
  night.start();
  night.live(30_000);
  night.onTheWay = (frame) => (frame.kind === 'trade' ? [] : [frame.text]);
  night.live(50_000);
  cutAt(night, ({ symbols }) => (symbols[0]?.tradePace.count ?? 0) > 50);
  expect(night.feed.counters.resubscribes).toBe(0);
  night.live(15_000);
  expect(night.feed.counters.resubscribes).toBe(1);
  night.expectTwinsEqual();
});

test('cut in a bar with a hole: its candle is tainted for both, the next one for neither', () => {
  const night = new GeneratedNight('hole', { limits: { candleIntervalsMs: [5_000] } });
  night.start();
  night.live(8_000);
  let lost = 0;
  night.onTheWay = (frame) => (frame.kind === 'trade' && lost++ === 0 ? [] : [frame.text]);
  night.live(1_000);
  cutAt(night, ({ symbols }) => symbols[0]?.candles.builders[0]?.tainted);
  night.live(12_000);
  expect(night.candles.slice(-2).map(({ tainted }) => tainted)).toEqual([true, false]);
  night.expectTwinsEqual();
});

test('cut while two sockets run side by side: the younger one takes over for both', () => {
  const night = new GeneratedNight('rotation', {
    instruments: [makeInstrument(0), makeInstrument(1, 'ETH/USDT')],
    changesMax: [3, 0],
    limits: { rotateAfterMs: 20_000, overlapMsMax: 5_000 },
  });
  night.start();
  night.live(22_000);
  cutAt(night, ({ lines }) => (lines[0]?.next?.delivered.length ?? 0) > 0);
  night.live(10_000);
  expect(night.feed.counters.rotations).toBeGreaterThan(0);
  night.expectTwinsEqual();
});

test('cut while a price is held back, and again once it has changed its unit', () => {
  const night = new GeneratedNight('shift');
  night.start();
  night.live(5_000);
  let passes = 2;
  night.onTheWay = ({ kind, text }) =>
    kind === 'top' && passes-- > 0 ? [text.replace(/"([ba])":"(\d+)\./g, '"$1":"1$2.')] : [];
  night.live(1_000);
  cutAt(night, ({ symbols }) => symbols[0]?.collar.candidateCount === 2);
  passes = 100;
  night.live(2_000);
  cutAt(night, ({ symbols }) => symbols[0]?.collar.isShifted);
  night.live(5_000);
  night.expectTwinsEqual();
});

test('cut while the venue clock is in doubt: the third witness overrules what was believed, for both', () => {
  const night = new GeneratedNight('clock');
  night.start();
  night.live(5_000);
  night.serverTime(night.nowMs + 20, 40);
  night.serverTime(night.nowMs - 4_000, 50);
  night.serverTime(night.nowMs - 4_010, 50);
  cutAt(night, ({ context }) => context.clock.witnesses.items.length === 2);
  night.serverTime(night.nowMs - 4_005, 50);
  expect(Math.round(night.feed.clockOffsetMs() ?? 0)).toBeLessThan(-3_000);
  night.live(5_000);
  night.expectTwinsEqual();
});

test('cut after the stop: nothing comes back to life', () => {
  const night = new GeneratedNight('stopped');
  night.start();
  night.live(5_000);
  night.stop();
  cutAt(night, ({ lines }) => lines.length === 0);
  const before = night.effects.length;
  night.live(5_000);
  expect(night.effects.slice(before).filter(({ type }) => type === 'openSocket')).toEqual([]);
  night.expectTwinsEqual();
});
