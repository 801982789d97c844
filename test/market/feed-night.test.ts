import { expect, test } from 'vitest';
import { makeInstrument } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';
import { expectTrueBook } from '../support/true-book.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// The same claims as for the recordings, where the recordings are absent.
for (const seed of ['a', 'b', 'c']) {
  test(`a healthy hour's quarter: every count, id and level is the venue's own (seed ${seed})`, () => {
    const night = new GeneratedNight(seed);
    night.start();
    night.live(15 * MINUTE);

    const truth = night.markets[0]?.truth();
    const { counters } = night.feed;
    expect(counters.trades).toBe(truth?.counts.trade);
    expect(counters.tops).toBe(truth?.counts.top);
    expect(counters.diffs).toBe(truth?.counts.depth);
    expect(counters.tradeGaps).toBe(0);
    expect(counters.bookGaps).toBe(0);
    expect(counters.topsDifferent).toBe(0);
    expect(counters.topsEqual).toBeGreaterThan(8_000);
    expect(night.trades.at(-1)?.tradeId).toBe(truth?.lastTradeId);
    expect(night.rejections).toEqual([]);
    expectTrueBook(night);
    expect(night.faults()).toEqual([]);
    expect(counters.reconnects).toEqual({});
    expect(night.candles.length).toBeGreaterThanOrEqual(14);
    expect(night.candles.map((candle) => candle.tainted)).toEqual(
      night.candles.map((_candle, i) => i === 0),
    );
  });
}

// The socket is open, pings are answered, and nothing comes: the most expensive silence there is.
test('a silent stall with pongs: stale within 3 s, a new socket within 12 s, and the market is back by itself', () => {
  const night = new GeneratedNight('stall');
  night.start();
  night.live(30_000);
  expect(night.isFresh()).toBe(true);
  const first = night.socket;

  night.onTheWay = () => [];
  night.live(2_900);
  expect(night.isFresh()).toBe(true);
  night.live(200);
  expect(night.isFresh()).toBe(false);
  for (let i = 0; i < 9; i++) {
    night.ping();
    night.live(1_000);
  }
  expect(night.closed).toEqual([first]);
  expect(night.isFresh()).toBe(false);

  night.onTheWay = (frame) => [frame.text];
  night.live(5_000);
  expect(night.socket).not.toBe(first);
  expect(night.isFresh()).toBe(true);
  expectTrueBook(night);
  expect(night.candles.every((candle) => candle.tainted || candle.tradeCount > 0)).toBe(true);
});

test('the last message is repeated for ever: repeats count as duplicates and keep nothing fresh', () => {
  const night = new GeneratedNight('repeat');
  let last = '';
  night.onTheWay = (frame) => {
    if (frame.kind === 'top') last = frame.text;
    return [frame.text];
  };
  night.start();
  night.live(10_000);

  night.onTheWay = () => [last];
  night.live(3_500);

  expect(night.isFresh()).toBe(false);
  expect(night.feed.counters.rejections['duplicate']).toBeGreaterThan(10);
});

test('one symbol stale: only that one is gated; its streams are asked for anew, the other never notices', () => {
  const eth = makeInstrument(1, 'ETH/USDT');
  const night = new GeneratedNight('one stale', { instruments: [makeInstrument(0), eth] });
  night.start();
  night.live(10_000);
  const socket = night.socket;

  night.onTheWay = (frame, instrument) => (instrument === eth ? [] : [frame.text]);
  night.live(3_500);
  expect(night.isFresh(0)).toBe(true);
  expect(night.isFresh(1)).toBe(false);
  night.live(2_000);
  expect(night.feed.counters.resubscribes).toBe(1);

  night.onTheWay = (frame) => [frame.text];
  night.live(2_000);
  expect(night.isFresh(1)).toBe(true);
  expect(night.socket).toBe(socket);
  expectTrueBook(night, 1);
});

// A market where nothing happens is not a broken feed. The venue's own word tells them apart.
test('a quiet symbol: confirmed by the venue, fresh all along, and its limit grows to its nature', () => {
  const night = new GeneratedNight('quiet', { changesMax: [0] });
  night.start();
  night.live(5 * MINUTE);

  expect(night.feed.counters.reconnects).toEqual({});
  expect(night.isFresh()).toBe(true);
  expect(night.feed.assessFreshness(0, night.atMs).limitMs).toBe(60_000);
  expect(night.faults()).toEqual([]);
  // Nobody here tells the time, so that is asked for again and again.
  const asked = night.effects.filter(
    (effect) => effect.type === 'askVenue' && effect.question.type === 'depth',
  ).length;
  expect(asked).toBeLessThan(25);
});

test('the acknowledgement is missing: asked once more, then the socket is replaced', () => {
  const night = new GeneratedNight('no ack');
  night.acks = false;
  night.start();
  night.waitMs(5_200);
  expect(night.faults()).toContain('feed.refused');
  expect(night.closed).toEqual([]);

  night.waitMs(5_200);
  expect(night.causes()).toEqual(['ackMissing']);
  expect(night.isFresh()).toBe(false);

  night.acks = true;
  night.live(10_000);
  expect(night.isFresh()).toBe(true);
});

test('acknowledged, but the venue does not carry a stream: the audit finds it within a minute', () => {
  const night = new GeneratedNight('not carried');
  night.hidden = ['btcusdt@trade'];
  night.onTheWay = (frame) => (frame.kind === 'trade' ? [] : [frame.text]);
  night.start();
  night.live(62_000);

  const told = night.effects.find(
    (effect) => effect.type === 'raiseFault' && effect.detail['cause'] === 'notCarried',
  );
  expect(told).toMatchObject({ detail: { stream: 'btcusdt@trade', streamCount: 1 } });
  expect(night.feed.counters.resubscribes).toBe(1);
});

test('the venue refuses the subscription: said once, the socket replaced', () => {
  const night = new GeneratedNight('refused');
  night.acks = false;
  night.start();
  night.frame('{"error":{"code":2,"msg":"Invalid request"},"id":2}');

  expect(night.faults()).toContain('feed.refused');
  expect(night.causes()).toEqual(['refused']);
});

test('a socket that never opens: given up after 10 s and tried again', () => {
  const night = new GeneratedNight('never opens');
  night.opens = false;
  night.start();
  night.waitMs(10_000);
  expect(night.causes()).toEqual([]);
  night.waitMs(200);
  expect(night.causes()).toEqual(['connectTimeout']);

  night.opens = true;
  night.live(3_000);
  expect(night.isFresh()).toBe(true);
});

// Everybody who lost the same venue comes back at once unless each waits a different time.
test('sockets that close again and again: growing jittered pauses, at most 20 connects in 5 minutes, and one alarm', () => {
  const night = new GeneratedNight('storm');
  night.opens = false;
  night.start();
  const gapsMs: number[] = [];
  let closedAtMs = 0;
  while (night.nowMs < night.startedAtMs + 5 * MINUTE) {
    const before = night.sockets.length;
    closedAtMs = night.nowMs;
    night.closeSocket();
    while (night.sockets.length === before && night.nowMs < closedAtMs + MINUTE) night.waitMs(100);
    if (night.sockets.length > before) gapsMs.push(night.nowMs - closedAtMs);
  }

  expect(night.sockets.length).toBeLessThanOrEqual(21);
  expect(Math.max(...gapsMs.slice(0, 3))).toBeLessThanOrEqual(2_200);
  expect(Math.max(...gapsMs)).toBeGreaterThan(5_000);
  expect(Math.max(...gapsMs.slice(0, 15))).toBeLessThanOrEqual(30_200);
  expect(new Set(gapsMs).size).toBeGreaterThan(3);
});

test('a dropped socket: not fresh at once, the book discarded, back after a pause', () => {
  const night = new GeneratedNight('drop');
  night.start();
  night.live(90_000);

  night.closeSocket();
  expect(night.isFresh()).toBe(false);
  expect(night.feed.book(0)?.isSynced).toBe(false);
  expect(night.faults()).toEqual(['feed.disconnected']);

  night.live(2_000);
  expect(night.isFresh()).toBe(true);
  expectTrueBook(night);
  expect(night.feed.counters.reconnects).toEqual({ closed: 1 });
});

for (const [name, begin] of [
  ['after 23 hours', undefined],
  [
    'when the venue says it shuts down',
    '{"stream":"!serverShutdown","data":{"e":"serverShutdown"}}',
  ],
] as const) {
  // Venues end a connection after a day; we leave first, so that the gap falls where we choose.
  test(`rotation ${name}: the new socket carries data before the old one closes, nothing is missed or doubled`, () => {
    const night = new GeneratedNight('rotation', {
      limits: { rotateAfterMs: begin === undefined ? 30_000 : 23 * HOUR },
    });
    night.start();
    night.live(29_900);
    const first = night.socket;
    if (begin !== undefined) night.deliver(begin);
    night.live(10_000);

    expect(night.socket).not.toBe(first);
    const order = night.effects.flatMap((effect) =>
      effect.type === 'openSocket' || effect.type === 'closeSocket' ? [effect.type] : [],
    );
    expect(order.slice(0, 3)).toEqual(['openSocket', 'openSocket', 'closeSocket']);
    expect(night.causes()[0]).toBe('rotation');
    expect(night.feed.counters.overlapDuplicates).toBeGreaterThan(0);
    expect(night.feed.counters.bookGaps).toBe(0);
    expect(night.feed.counters.tradeGaps).toBe(0);
    expect(night.rejections).toEqual([]);
    expect(night.trades.length).toBe(night.markets[0]?.truth().counts.trade);
    expectTrueBook(night);
    expect(night.faults()).toEqual([]);
  });
}

test('a lost depth event: noticed with the next one, unsynced until a new snapshot, then right again', () => {
  const night = new GeneratedNight('gap');
  night.start();
  night.live(10_000);

  const { answerDepth } = night;
  night.answerDepth = () => undefined;
  let lost = 0;
  night.onTheWay = (frame) => (frame.kind === 'depth' && lost++ === 0 ? [] : [frame.text]);
  night.live(300);
  expect(night.feed.counters.bookGaps).toBe(1);
  expect(night.faults()).toEqual(['book.gap']);
  expect(night.feed.book(0)?.isSynced).toBe(false);

  night.answerDepth = answerDepth;
  night.live(15_000);
  expect(night.feed.counters.bookSyncs).toBe(2);
  expectTrueBook(night);
});

test('doubled and reordered messages: counted, never told, and the state never goes back', () => {
  const night = new GeneratedNight('doubled');
  night.start();
  night.live(5_000);

  let held: string | undefined;
  night.onTheWay = (frame) => {
    if (frame.kind === 'depth') return [frame.text, frame.text];
    if (frame.kind !== 'top') return [frame.text];
    if (held === undefined) {
      held = frame.text;
      return [];
    }
    const swapped = [frame.text, held];
    held = undefined;
    return swapped;
  };
  night.live(5_000);

  expect(night.feed.counters.rejections['duplicate']).toBeGreaterThan(40);
  expect(night.feed.counters.rejections['outOfOrder']).toBeGreaterThan(40);
  expect(night.feed.counters.bookGaps).toBe(0);
});

test('a missing trade: the gap is counted and the bar is tainted', () => {
  const night = new GeneratedNight('lost trade');
  night.start();
  night.live(2 * MINUTE);
  let lost = 0;
  night.onTheWay = (frame) => (frame.kind === 'trade' && lost++ === 0 ? [] : [frame.text]);
  night.live(MINUTE);

  expect(night.feed.counters.tradeGaps).toBe(1);
  night.live(2 * MINUTE);
  expect(night.candles.filter((candle) => candle.tainted).length).toBe(2);
});

test('a snapshot older than the stream, for ever: five tries with growing pauses, then new streams, and a fault', () => {
  const night = new GeneratedNight('old snapshot');
  const old = night.markets[0]?.snapshotBody();
  night.markets[0]?.run(1_000);
  night.answerDepth = () => undefined;
  night.start();
  night.live(2_000);
  night.answerDepth = () => old;
  const askedBefore = night.effects.length;
  night.live(60_000);

  expect(night.faults()).toContain('book.unsynced');
  expect(night.feed.counters.resubscribes).toBeGreaterThan(0);
  const asked = night.effects.slice(askedBefore).filter((effect) => effect.type === 'askVenue');
  expect(asked.length).toBeLessThan(30);
  expect(night.feed.book(0)?.isSynced).toBe(false);
  expect(night.bookCount).toBe(0);
});

test('the venue lags 30 s behind though bytes arrive: not fresh; and fresh again when it catches up', () => {
  const night = new GeneratedNight('lag');
  night.start();
  night.live(60_000);

  const late: string[] = [];
  night.onTheWay = (frame) => {
    late.push(frame.text);
    return [];
  };
  night.live(5_000);
  night.onTheWay = (frame) => {
    late.push(frame.text);
    return [late.shift() ?? ''];
  };
  night.live(5_000);
  expect(night.feed.eventLagMs(0)).toBeGreaterThan(4_000);
  expect(night.isFresh()).toBe(false);

  for (const text of late) night.deliver(text);
  night.onTheWay = (frame) => [frame.text];
  night.live(5_000);
  expect(night.isFresh()).toBe(true);
});

test('events from the future: refused, the venue is asked for its time, and they make nothing younger', () => {
  const night = new GeneratedNight('future');
  night.start();
  night.live(5_000);
  night.onTheWay = (frame) => [frame.text.replace(/"E":(\d+)/, (_all, ms) => `"E":${+ms + 5_000}`)];
  night.live(2_000);

  expect(night.feed.counters.rejections['future']).toBeGreaterThan(10);
  const questions = night.effects.filter(
    (effect) => effect.type === 'askVenue' && effect.question.type === 'serverTime',
  );
  expect(questions.length).toBeGreaterThan(1);
  expect(questions.length).toBeLessThan(6);
});

test('only the trades fall silent: noticed after a minute, the streams are asked for anew', () => {
  const night = new GeneratedNight('no trades');
  night.start();
  night.live(30_000);
  night.onTheWay = (frame) => (frame.kind === 'trade' ? [] : [frame.text]);
  night.live(59_000);
  expect(night.feed.counters.resubscribes).toBe(0);
  night.live(2_000);
  expect(night.feed.counters.resubscribes).toBe(1);
  expect(night.isFresh()).toBe(true);
});

// A clock stepped back would make everything look young. Nothing is younger than its proof.
test('our clock is stepped back by an hour: not fresh at once, new sockets, and fresh again with new data', () => {
  const night = new GeneratedNight('clock');
  night.start();
  night.live(30_000);
  const first = night.socket;

  night.nowMs -= HOUR;
  expect(night.isFresh()).toBe(false);
  night.stepClock(-HOUR);
  expect(night.causes()).toEqual(['clockStep']);

  night.live(3_000);
  expect(night.socket).not.toBe(first);
  expect(night.isFresh()).toBe(true);
  expect(night.feed.clockOffsetMs()).toBeGreaterThan(HOUR - 1_000);
  expectTrueBook(night);
});
