import { expect, test } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import { parsePrice, parseQuantity } from '../../src/domain/instrument.ts';
import { FeedNight } from '../support/feed-night.ts';
import {
  type RecordedLine,
  readExpected,
  readRecording,
  skipWithoutFixtures,
} from '../support/fixtures.ts';
import { makeInstrument } from '../support/frames.ts';

interface ExpectedSymbol {
  readonly depth_events_applied: number;
  readonly stale_before_snapshot: number;
  readonly sequence_breaks: number;
  readonly last_update_id: number;
  readonly final_top: readonly [readonly [string, string], readonly [string, string]];
  readonly final_levels: readonly [number, number];
  readonly top_vs_bookTicker: { readonly equal: number; readonly different: number };
}
interface Expected {
  readonly messages: Readonly<Record<string, number>>;
  readonly symbols: Readonly<Record<string, ExpectedSymbol>>;
  readonly trade_id_breaks: number;
}

const BTC = 'binance/spot-btcusdt-20240808.raw.gz';
const BTC_NEXT = 'binance/spot-btcusdt-20240809.raw.gz';
const FOUR = 'binance/spot-4symbols-20211012.raw.gz';

/** Plays recorded lines; a recorded REST answer goes to the question that waits for it. */
function play(instruments: readonly Instrument[], lines: readonly RecordedLine[]): FeedNight {
  const first = lines.find((line) => line.kind === 'frame');
  // A recording has no answers to later questions: confirmations stay open and change nothing.
  const night = new FeedNight(instruments, first?.atMs ?? 0, { answerMsMax: 1e9 });
  night.start();
  let nextTickMs = night.nowMs;
  for (const line of lines) {
    if (line.kind === 'other') continue;
    night.nowMs = line.atMs;
    while (nextTickMs < line.atMs) {
      night.tick();
      nextTickMs += 100;
    }
    if (line.kind === 'frame') {
      night.frame(line.bytes);
      continue;
    }
    const symbol = /symbol=([A-Z]+)/.exec(line.url)?.[1] ?? 'BTCUSDT';
    night.answerFor(symbol, line.bytes.toString());
  }
  return night;
}

function expectSymbol(night: FeedNight, instrument: Instrument, expected: ExpectedSymbol): void {
  const book = night.feed.book(instrument.index);
  const [[bid, bidSize], [ask, askSize]] = expected.final_top;
  expect(book?.isSynced).toBe(true);
  expect(book?.updateId).toBe(expected.last_update_id);
  expect([book?.bids.size, book?.asks.size]).toEqual(expected.final_levels);
  expect(book?.bids.priceAt(0)).toBe(parsePrice(instrument, bid));
  expect(book?.bids.quantityAt(0)).toBe(parseQuantity(instrument, bidSize));
  expect(book?.asks.priceAt(0)).toBe(parsePrice(instrument, ask));
  expect(book?.asks.quantityAt(0)).toBe(parseQuantity(instrument, askSize));
}

// Real traffic, once with a receiver clock 1.27 s behind the venue. The numbers were counted by
// somebody else's program.
for (const [name, files] of [
  [BTC, [BTC]],
  ['binance/spot-btcusdt-20240808 then 20240809 (concatenated)', [BTC, BTC_NEXT]],
] as const) {
  test(`a recorded session ends with the counts, ids and book of the ground truth: ${name}`, (context) => {
    skipWithoutFixtures(context);
    const expected = (readExpected() as Record<string, Expected>)[name];
    const btc = makeInstrument(0);
    const night = play([btc], files.flatMap(readRecording));
    const { counters } = night.feed;
    if (expected === undefined) throw new Error(`no ground truth for ${name}`);
    const symbol = expected.symbols['BTCUSDT'];
    if (symbol === undefined) throw new Error('no ground truth for BTCUSDT');

    expect(counters.diffs).toBe(expected.messages['depth@100ms']);
    expect(counters.tops).toBe(expected.messages['bookTicker']);
    expect(counters.trades).toBe(expected.messages['trade']);
    expect(counters.tradeGaps).toBe(expected.trade_id_breaks);
    expect(counters.bookGaps).toBe(symbol.sequence_breaks);
    expect(counters.topsEqual).toBe(symbol.top_vs_bookTicker.equal);
    expect(counters.topsDifferent).toBe(symbol.top_vs_bookTicker.different);
    expect(night.rejections).toEqual([]);
    expectSymbol(night, btc, symbol);
    expect(night.feed.clockOffsetMs()).toBeGreaterThan(1_200);
    expect(night.feed.eventLagMs(0)).toBeLessThan(100);
    expect(night.isFresh()).toBe(true);
    expect(counters.reconnects).toEqual({});
  });
}

test(`four quiet symbols, silent for up to 19 s, are kept whole and no socket is given up`, (context) => {
  skipWithoutFixtures(context);
  const expected = (readExpected() as Record<string, Expected>)[FOUR];
  const instruments = [
    makeInstrument(0, 'NKN/USDT', { tickDecimals: 5, lotDecimals: 1 }),
    makeInstrument(1, 'BLZ/ETH', { tickDecimals: 8, lotDecimals: 0 }),
    makeInstrument(2, 'LRC/BTC', { tickDecimals: 8, lotDecimals: 0 }),
    makeInstrument(3, 'RUNE/EUR', { tickDecimals: 3, lotDecimals: 1 }),
  ];
  const night = play(instruments, readRecording(FOUR));
  const { counters } = night.feed;

  expect(counters.diffs).toBe(expected?.messages['depth@100ms']);
  expect(counters.tops).toBe(expected?.messages['bookTicker']);
  expect(counters.ignored).toBe(4); // two trades by another name, two candles
  expect(counters.bookGaps).toBe(0);
  expect(counters.topsDifferent).toBe(0);
  for (const instrument of instruments) {
    const symbol = expected?.symbols[instrument.venueSymbol];
    if (symbol === undefined) throw new Error(`no ground truth for ${instrument.symbol}`);
    expectSymbol(night, instrument, symbol);
  }
  expect(night.rejections).toEqual([]);
});

// The mutations that the recordings' authors suggest: each has its detector.
const mutations: readonly {
  readonly name: string;
  readonly mutate: (lines: readonly RecordedLine[]) => readonly RecordedLine[];
  readonly check: (night: FeedNight) => void;
}[] = [
  {
    name: 'one depth line is missing: a gap',
    mutate: (lines) => {
      const at = nthDepth(lines, 500);
      return lines.filter((_line, i) => i !== at);
    },
    check: (night) => {
      expect(night.feed.counters.bookGaps).toBe(1);
      expect(night.feed.book(0)?.isSynced).toBe(false);
    },
  },
  {
    name: 'two depth lines are swapped: a gap, then a message out of order',
    mutate: (lines) => {
      const [a, b] = [nthDepth(lines, 500), nthDepth(lines, 501)];
      return lines.map((line, i) => (i === a ? lines[b] : i === b ? lines[a] : line) ?? line);
    },
    check: (night) => {
      expect(night.feed.counters.bookGaps).toBe(1);
      expect(night.feed.counters.rejections['outOfOrder']).toBe(1);
    },
  },
  {
    name: 'one depth line comes twice: a duplicate, and the book is right',
    mutate: (lines) => {
      const at = nthDepth(lines, 500);
      return lines.flatMap((line, i) => (i === at ? [line, line] : [line]));
    },
    check: (night) => {
      expect(night.feed.counters.rejections).toEqual({ duplicate: 1 });
      expect(night.feed.counters.bookGaps).toBe(0);
      expect(night.feed.book(0)?.bids.size).toBe(1_209);
    },
  },
  {
    name: 'all receive times are 30 s late: the clock offset follows, the session is fresh',
    mutate: (lines) => lines.map((line) => ({ ...line, atMs: line.atMs + 30_000 })),
    check: (night) => {
      expect(night.feed.clockOffsetMs()).toBeLessThan(-28_000);
      expect(night.isFresh()).toBe(true);
    },
  },
  {
    name: 'the best bid and ask stream falls silent: the book proves it and the streams are asked for anew',
    mutate: (lines) =>
      lines.filter((line, i) => i < 20_000 || !line.bytes.includes('@bookTicker', 0, 'latin1')),
    check: (night) => {
      expect(night.feed.counters.resubscribes).toBeGreaterThan(0);
      expect(night.isFresh()).toBe(false);
    },
  },
  {
    name: 'the book stream falls silent: the best bid and ask proves it',
    mutate: (lines) =>
      lines.filter((line, i) => i < 20_000 || !line.bytes.includes('@depth', 0, 'latin1')),
    check: (night) => {
      expect(night.feed.counters.resubscribes).toBeGreaterThan(0);
      expect(night.feed.book(0)?.isSynced).toBe(false);
    },
  },
  {
    name: 'the file ends in the middle of a frame: invalid JSON, counted',
    mutate: (lines) => {
      const last = lines.at(-1);
      return last === undefined
        ? lines
        : [...lines.slice(0, -1), { ...last, bytes: last.bytes.subarray(0, 70) }];
    },
    check: (night) => expect(night.feed.counters.rejections).toEqual({ invalidJson: 1 }),
  },
  {
    name: 'it starts at line 5,000, without a snapshot: prices flow, the book is never called synced',
    mutate: (lines) => lines.slice(5_000),
    check: (night) => {
      expect(night.bookCount).toBe(0);
      expect(night.feed.book(0)?.isSynced).toBe(false);
      expect(night.tops.length).toBeGreaterThan(10_000);
    },
  },
];
for (const { name, mutate, check } of mutations) {
  test(`a damaged recording: ${name}`, (context) => {
    skipWithoutFixtures(context);
    check(play([makeInstrument(0)], mutate(readRecording(BTC))));
  });
}

function nthDepth(lines: readonly RecordedLine[], n: number): number {
  let count = 0;
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]?.bytes.includes('@depth', 0, 'latin1')) count += 1;
    if (count === n) return i;
  }
  return -1;
}
