import { expect, test } from 'vitest';
import { makeInstrument } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';
import { expectTrueBook } from '../support/true-book.ts';

// One fat finger in the data must not become one in the order.
test('a price ten times too high and back: held back, suspect, never told', () => {
  const night = new GeneratedNight('spike');
  night.start();
  night.live(5_000);
  const before = night.feed.top(0);
  const told = night.tops.length;
  const id = (before?.updateId ?? 0) + 1_000_000;
  const spike = `{"stream":"btcusdt@bookTicker","data":{"u":${id},"s":"BTCUSDT","b":"618376.00000000","B":"1.00000000","a":"618377.00000000","A":"1.00000000"}}`;
  night.deliver(spike);

  expect(night.feed.isSuspect(0)).toBe(true);
  expect(night.feed.top(0)).toBe(before);
  expect(night.tops.length).toBe(told);
  expect(night.feed.counters.rejections['outlier']).toBe(1);
});

test('all prices a thousandth from one moment on: passed after confirmation, and suspect for as long as they are', () => {
  const night = new GeneratedNight('shift');
  night.start();
  night.live(5_000);
  night.onTheWay = (frame) =>
    frame.kind === 'top'
      ? [
          frame.text.replace(
            /"([ba])":"(\d+)\.\d+"/g,
            (_all, side, whole) =>
              `"${side}":"${(+whole / 1000 + (side === 'a' ? 0.01 : 0)).toFixed(2)}000000"`,
          ),
        ]
      : [];
  night.live(2_000);
  expect(night.feed.isSuspect(0)).toBe(true);
  night.live(60_000);
  expect(night.feed.isSuspect(0)).toBe(true);
});

// A daemon that starts while the unit is wrong has believed no price before it: the snapshot is the second witness.
for (const first of ['the streams', 'the snapshot'] as const) {
  test(`prices times a thousand when ${first} came first after the start: suspect, because snapshot and streams contradict each other`, () => {
    const night = new GeneratedNight('shifted from the start');
    night.onTheWay = ({ text }) => [
      text.replace(
        /"([bap])":"(\d+)\.(\d\d)\d*"/g,
        (_all, key, whole, cents) => `"${key}":"${whole}${cents}0.00000000"`,
      ),
    ];
    const { answerDepth } = night;
    if (first === 'the streams') night.answerDepth = () => undefined;
    night.start();
    night.live(2_000);
    night.answerDepth = answerDepth;
    night.live(18_000);
    expect(night.feed.isSuspect(0)).toBe(true);
    expect(night.faults()).toContain('data.invalid');
    expect(night.faults().filter((id) => id === 'data.invalid').length).toBeLessThan(10);
  });
}

// The venue has said what is best now, at a price that we cannot count. What it said before is not the best any more.
test('one best price between two steps: the last one is doubted at once, until the next that we can count', () => {
  const night = new GeneratedNight('one between', { changesMax: [1] });
  night.start();
  night.live(10_000);
  expect(night.isFresh()).toBe(true);
  night.onTheWay = ({ kind, text }) => {
    if (kind !== 'top') return [text];
    night.onTheWay = (frame) => (frame.kind === 'top' ? [] : [frame.text]);
    return [text.replaceAll(/("[ba]":"\d+\.\d\d)0/g, '$15')];
  };
  night.live(1_500);
  expect(night.feed.counters.rejections['offGrid']).toBe(1);
  expect(night.isFresh()).toBe(false);

  night.onTheWay = (frame) => [frame.text];
  night.live(2_000);
  expect(night.isFresh()).toBe(true);
});

// The venue has made its price step finer. New streams and sockets would bring the same prices; a restart takes them.
test('prices between our steps: the symbol is gated and nothing is torn down for it, the other never notices', () => {
  const eth = makeInstrument(1, 'ETH/USDT');
  const night = new GeneratedNight('finer', {
    instruments: [makeInstrument(0), eth],
    changesMax: [1, 1],
  });
  night.start();
  night.live(10_000);
  const socket = night.socket;
  night.onTheWay = ({ kind, text }, instrument) =>
    instrument === eth && kind === 'top'
      ? [text.replaceAll(/("[ba]":"\d+\.\d\d)0/g, '$15')]
      : [text];
  night.live(40_000);
  expect(night.feed.counters.rejections['offGrid']).toBeGreaterThan(20);
  expect(night.isFresh(0)).toBe(true);
  expect(night.isFresh(1)).toBe(false);
  expect(night.feed.counters.resubscribes).toBe(0);
  expect(night.feed.counters.reconnects).toEqual({});
  expect(night.socket).toBe(socket);

  night.onTheWay = (frame) => [frame.text];
  night.live(16_000);
  expect(night.isFresh(1)).toBe(true);
  expectTrueBook(night, 1);
});

// A glitch of some seconds, spikes that agree with each other by chance: nobody need be woken for what is over.
test('prices times a hundred for a while, and back where they were: believed again without a person', () => {
  const night = new GeneratedNight('shift and back');
  night.start();
  night.live(5_000);
  const times = (factor: number) => (text: string) =>
    text.replace(
      /"([bap])":"(\d+\.\d+)"/g,
      (_all, key, number) => `"${key}":"${(Number(number) * factor).toFixed(8)}"`,
    );
  night.onTheWay = ({ text }) => [times(100)(text)];
  night.live(3_000);
  expect(night.feed.isSuspect(0)).toBe(true);
  night.onTheWay = ({ text }) => [times(10)(text)];
  night.live(3_000);
  expect(night.feed.isSuspect(0)).toBe(true);

  night.onTheWay = (frame) => [frame.text];
  night.live(20_000);
  expect(night.feed.isSuspect(0)).toBe(false);
  expect(night.isFresh()).toBe(true);
});

// One machine of the venue answered with another market, or a box in the middle with something old.
test('one snapshot in another unit, and right ones after it: the symbol is suspect until the next one, and no longer', () => {
  const night = new GeneratedNight('one wrong snapshot', { limits: { bookRefreshEveryMs: 5_000 } });
  night.start();
  night.live(4_000);
  const { answerDepth } = night;
  night.answerDepth = (instrument) => {
    night.answerDepth = answerDepth;
    return answerDepth(instrument)?.replace(/\["(\d+)\.(\d)(\d+)"/g, '["$1$2.$30"');
  };
  let suspectMs = 0;
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 100) {
    night.live(100);
    if (night.feed.isSuspect(0)) suspectMs += 100;
  }
  expect(suspectMs).toBeGreaterThan(0);
  expect(night.feed.isSuspect(0)).toBe(false);
  expect(night.isFresh()).toBe(true);
});

/** Every price of a frame or an answer times `factor`, to the whole cent. */
function scaled(text: string, factor: number): string {
  return text.replace(
    /"(\d{3,}\.\d{2})0*"/g,
    (_, number) => `"${(Number(number) * factor).toFixed(2)}"`,
  );
}

// A fall of thirteen percent in one step, and then nothing trades: two more best prices that agree may be hours away,
// and a stop that was met waits for them.
test('a jump beyond the collar in a market that is quiet afterwards: the venue is asked, and its word is enough', () => {
  const night = new GeneratedNight('fall and silence', { limits: { bookRefreshEveryMs: 600_000 } });
  night.start();
  night.live(5_000);
  const [market] = night.markets;
  const before = night.feed.top(0)?.bidPrice ?? 0;
  const { answerDepth } = night;
  night.answerDepth = (instrument) => scaled(answerDepth(instrument) ?? '', 0.87);
  const id = (night.feed.top(0)?.updateId ?? 0) + 1;
  const [bid, ask] = [0.87, 0.8701].map((share) => ((before * share) / 100).toFixed(2));
  night.frame(
    `{"stream":"btcusdt@bookTicker","data":{"u":${id},"s":"BTCUSDT","b":"${bid}","B":"1.00000000","a":"${ask}","A":"1.00000000"}}`,
  );
  expect(night.feed.isSuspect(0)).toBe(true);
  const told = night.tops.length;
  for (let second = 0; second < 60; second++) {
    market?.rest(1_000);
    night.waitMs(1_000);
    if (second % 10 === 0) night.ping();
  }
  expect(night.feed.isSuspect(0)).toBe(false);
  expect(night.isFresh()).toBe(true);
  expect((night.feed.top(0)?.bidPrice ?? 0) / before).toBeCloseTo(0.87, 2);
  expect(night.tops.length).toBeGreaterThan(told);
});

// Which level was meant, nobody knows: what the book says of it is old, and stays so until it changes again.
test('one level of a change of the book is garbage between two steps: the book is made anew from a snapshot', () => {
  const night = new GeneratedNight('a level of garbage');
  night.start();
  night.live(10_000);
  night.onTheWay = ({ kind, text }) => {
    const garbled = text.replace(/"a":\[\["[\d.]+"/, '"a":[["1.123456789"');
    if (kind !== 'depth' || garbled === text) return [text];
    night.onTheWay = (frame) => [frame.text];
    return [garbled];
  };
  const askedCount = (): number =>
    night.effects.filter((effect) => effect.type === 'askVenue' && effect.question.type === 'depth')
      .length;
  const before = askedCount();
  night.live(2_000);
  expect(askedCount()).toBe(before + 1);
  expect(night.feed.counters.resubscribes).toBe(0);
  expectTrueBook(night);
});
