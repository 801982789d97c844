import { expect, test } from 'vitest';
import { makeInstrument } from '../support/frames.ts';
import { GeneratedNight } from '../support/generated-night.ts';
import { expectTrueBook } from '../support/true-book.ts';

const MINUTE = 60_000;
const ETH = makeInstrument(1, 'ETH/USDT');

/** Every 30th change of the second market's book is lost: no book of it lasts longer than three seconds. */
function newIllNight(seed: string, isIll: (night: GeneratedNight, socket: string) => boolean) {
  const night = new GeneratedNight(seed, { instruments: [makeInstrument(0), ETH] });
  let count = 0;
  night.onTheWay = (frame, instrument) => {
    if (instrument !== ETH || frame.kind !== 'depth') return [frame.text];
    count += 1;
    if (count % 30 !== 0) return [frame.text];
    for (const socket of night.open()) if (!isIll(night, socket)) night.frame(frame.text, socket);
    return [];
  };
  night.start();
  return night;
}

/** Lives on and returns whether the market beside was always fresh and its book whole. */
function liveBeside(night: GeneratedNight, ms: number): boolean {
  let isWell = true;
  for (let i = 0; i < ms / 100; i++) {
    night.live(100);
    isWell &&= night.isFresh(0) && night.feed.book(0)?.isSynced === true;
  }
  return isWell;
}

function asksFor(night: GeneratedNight, symbol: string): number {
  return night.effects.filter(
    (effect) =>
      effect.type === 'askVenue' &&
      effect.question.type === 'depth' &&
      effect.question.instrument.symbol === symbol,
  ).length;
}

// What is lost on one way is not lost on another; only nobody looked for one until the socket was a day old.
test('one socket loses changes of one book: new streams do not help, another socket does, and the market beside it never notices', () => {
  const night = newIllNight('one way', ({ sockets }, socket) => socket === sockets[0]);
  night.live(5_000);
  expect(liveBeside(night, 6 * MINUTE)).toBe(true);

  const { counters } = night.feed;
  expect(counters.resubscribes).toBe(1);
  expect(counters.rotations).toBe(1);
  expect(counters.reconnects).toEqual({});
  expect(night.faults()).toContain('book.unsynced');
  const gaps = counters.bookGaps;

  expect(liveBeside(night, 5 * MINUTE)).toBe(true);
  expect(counters.bookGaps).toBe(gaps);
  expect(night.feed.book(1)?.isSynced).toBe(true);
  expect(night.isFresh(1)).toBe(true);
  expectTrueBook(night, 1);
});

test('the venue itself loses them: a socket in five minutes and a few books a minute are spent on it, and no more', () => {
  const night = newIllNight('at the venue', () => true);
  night.live(5_000);
  expect(liveBeside(night, 30 * MINUTE)).toBe(true);

  const { counters } = night.feed;
  expect(counters.rotations).toBeGreaterThan(2);
  expect(night.sockets.length).toBeLessThanOrEqual(7);
  expect(night.open().length).toBe(1);
  expect(counters.reconnects).toEqual({});
  expect(counters.resubscribes).toBeLessThanOrEqual(4);
  expect(asksFor(night, 'ETH/USDT')).toBeLessThan(6 * 30);
  expect(asksFor(night, 'BTC/USDT')).toBeLessThan(6);
  expect(night.faults()).not.toContain('feed.storm');
});

// The answer to a subscription on the old socket never comes once the new one has taken over.
test('streams are asked for anew while another socket takes over: the symbol lives on there', () => {
  const night = new GeneratedNight('taken over', { instruments: [makeInstrument(0), ETH] });
  night.start();
  night.live(10_000);
  const [old] = night.sockets;
  night.onTheWay = (frame, instrument) =>
    instrument === ETH && frame.kind === 'top' ? [] : [frame.text];
  for (let i = 0; i < 100 && night.feed.counters.resubscribes === 0; i++) night.live(100);
  expect(night.feed.counters.resubscribes).toBe(1);
  expect(night.isFresh(1)).toBe(false);

  night.onTheWay = (frame) => [frame.text];
  night.frame('{"stream":"!serverShutdown","data":{"e":"serverShutdown"}}');
  night.live(5_000);
  expect(night.closed).toEqual([old]);
  night.live(5_000);
  expect(night.isFresh(1)).toBe(true);
  expect(night.feed.book(1)?.isSynced).toBe(true);
});

// Frames that we send wait for one another: asked for all at once, the last streams are overdue before they are asked for.
test('no book holds on the whole socket: streams are asked for anew one symbol after another, and no answer is overdue', () => {
  const names = [
    'BTC',
    'ETH',
    'SOL',
    'NKN',
    'RUNE',
    'XRP',
    'ADA',
    'DOGE',
    'LTC',
    'DOT',
    'UNI',
    'APT',
  ];
  const instruments = names.map((name, index) => makeInstrument(index, `${name}/USDT`));
  const night = new GeneratedNight('the whole socket', {
    instruments,
    changesMax: names.map(() => 1),
  });
  const counts = new Map<number, number>();
  night.onTheWay = (frame, { index }) => {
    if (frame.kind !== 'depth') return [frame.text];
    counts.set(index, (counts.get(index) ?? 0) + 1);
    return (counts.get(index) ?? 0) % 30 === 0 ? [] : [frame.text];
  };
  night.start();
  night.live(4 * MINUTE);
  expect(night.feed.counters.resubscribes).toBe(names.length);
  expect(night.faults()).not.toContain('feed.refused');
  expect(night.feed.counters.reconnects).toEqual({});
});
