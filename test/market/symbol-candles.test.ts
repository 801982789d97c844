import { expect, test } from 'vitest';
import type { Candle, Trade } from '../../src/domain/market.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import type { MarketSink } from '../../src/market/feed-views.ts';
import { SymbolCandles } from '../../src/market/symbol-candles.ts';

const MINUTE_MS = 60_000;
const GRACE_MS = 1_000;

// Trade 3 lies on one side of the minute or on the other: nobody heard it.
test('a trade missed around the end of a bar leaves both bars in doubt, and no third one', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
  const hear = (tradeId: number, atMs: number): void =>
    candles.onTrade(tradeAt(tradeId, atMs), sink);

  hear(1, MINUTE_MS - 1_000);
  hear(2, 2 * MINUTE_MS - 1_000);
  candles.taint(2 * MINUTE_MS + 1_000);
  hear(4, 2 * MINUTE_MS + 1_000);
  hear(5, 3 * MINUTE_MS + 1_000);
  hear(6, 4 * MINUTE_MS + 1_000);

  expect(told.map(({ openAtMs, tainted }) => [openAtMs / MINUTE_MS, tainted])).toEqual([
    [0, true], // our first
    [1, true],
    [2, true],
    [3, false],
  ]);
});

// Streams that came back half a second into a minute: the bar before it is closed a second later, by the clock.
test('trades missed at the begin of a bar that nobody has begun yet leave it in doubt', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 1_000), sink);
  candles.taint(MINUTE_MS + 500);
  look(candles, sink, MINUTE_MS, MINUTE_MS + 9_000);
  candles.onTrade(tradeAt(9, MINUTE_MS + 9_000), sink);
  look(candles, sink, MINUTE_MS + 9_000, 3 * MINUTE_MS + GRACE_MS);
  expect(told.map(({ tainted }) => tainted)).toEqual([true, true, false]);
});

// The venue's clock seemed to be an hour ahead for a few seconds. What was told of that hour is not true, and a strategy
// that waits for its end is deaf for an hour.
test.each([
  ['forward and back', 60 * MINUTE_MS],
  ['back and forward', -60 * MINUTE_MS],
])(
  'the clock of the venue is believed to have moved, %s: no bar of that time is told',
  (_, movedMs) => {
    const { told, sink } = listen();
    const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
    const fromMs = 100 * MINUTE_MS;
    candles.onTrade(tradeAt(1, fromMs), sink);
    look(candles, sink, fromMs, fromMs + 2 * MINUTE_MS + GRACE_MS);
    expect(told.map(({ tainted }) => tainted)).toEqual([true, false]);

    const movedAtMs = fromMs + 2 * MINUTE_MS + 20_000;
    look(candles, sink, movedAtMs - 20_000, movedAtMs);
    look(candles, sink, movedAtMs + movedMs, movedAtMs + movedMs + 5_000);
    expect(told.slice(2)).toMatchObject([{ openAtMs: fromMs + 2 * MINUTE_MS, tainted: true }]);
    candles.onTime(movedAtMs + 5_900, sink);
    candles.onTrade(tradeAt(2, movedAtMs + 6_000), sink);
    look(candles, sink, movedAtMs + 6_000, fromMs + 4 * MINUTE_MS + GRACE_MS);
    expect(told.slice(3)).toMatchObject([
      { openAtMs: fromMs + 2 * MINUTE_MS, tainted: true },
      { openAtMs: fromMs + 3 * MINUTE_MS, tainted: false },
    ]);
  },
);

test('a trade that says the venue is an hour ahead begins anew, and tells no bars of that hour', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 1_000), sink);
  look(candles, sink, 1_000, 30_000);
  candles.onTrade(tradeAt(2, 60 * MINUTE_MS), sink);
  expect(told).toMatchObject([{ openAtMs: 0, tainted: true }]);
});

// The loop stood still for three seconds over the end of a minute. Its timer fires first, the trades come behind it.
test('after a pause of ours the trades that waited close the bar, and none of them is missing from it', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 1_000), sink);
  look(candles, sink, 1_000, 2 * MINUTE_MS - 2_000);
  candles.onTime(2 * MINUTE_MS + 1_500, sink);
  candles.onTrade(tradeAt(2, 2 * MINUTE_MS - 500), sink);
  candles.onTrade(tradeAt(3, 2 * MINUTE_MS + 500), sink);
  look(candles, sink, 2 * MINUTE_MS + 1_600, 3 * MINUTE_MS + GRACE_MS);
  expect(told.map(({ tradeCount, tainted }) => [tradeCount, tainted])).toEqual([
    [1, true],
    [1, false],
    [1, false],
  ]);
});

test('after a pause without a trade the clock closes the bar all the same', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 1_000), sink);
  look(candles, sink, 1_000, MINUTE_MS - 2_000);
  look(candles, sink, MINUTE_MS + 1_500, MINUTE_MS + 2_000);
  expect(told).toEqual([]);
  look(candles, sink, MINUTE_MS + 2_100, MINUTE_MS + 2_600);
  expect(told.length).toBe(1);
});

test.each([
  ['bars are closed at once, and looks come every 100 ms', 0, 100],
  ['looks come every 1.1 s', GRACE_MS, 1_100],
])('%s: the clock closes bars all the same', (_, graceMs, everyMs) => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, graceMs);
  candles.onTrade(tradeAt(1, 1_000), sink);
  for (let atMs = 1_000; atMs < 3.2 * MINUTE_MS; atMs += everyMs) candles.onTime(atMs, sink);
  expect(told.map(({ tainted }) => tainted)).toEqual([true, false, false]);
});

// A cut of twenty seconds, in bars of one: each of them misses what was traded then, not only the first and the last.
test('trades missed over many bars leave each of them in doubt', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([1_000], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 500), sink);
  look(candles, sink, 500, 5_000);
  candles.taint(25_000);
  look(candles, sink, 25_000, 30_000);
  const doubted = told.filter(({ openAtMs }) => openAtMs >= 4_000 && openAtMs <= 25_000);
  expect(doubted.map(({ tainted }) => tainted)).toEqual(doubted.map(() => true));
  expect(doubted.length).toBe(22);
  expect(told.at(-1)).toMatchObject({ openAtMs: 28_000, tainted: false });
});

test('a pause of 35 s within a bar of an hour: it is one bar, told once', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([60 * MINUTE_MS], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 1_000), sink);
  look(candles, sink, 1_000, 10_000);
  candles.onTime(45_000, sink);
  candles.onTrade(tradeAt(2, 44_000), sink);
  candles.onTime(46_200, sink);
  expect(told).toEqual([]);
});

test('nobody knows the time of the venue: what runs ends in doubt, and so does the first bar behind it', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0, GRACE_MS);
  candles.onTrade(tradeAt(1, 60_000), sink);
  look(candles, sink, 60_000, 2.5 * MINUTE_MS);
  candles.breakOff(sink);
  look(candles, sink, 2.6 * MINUTE_MS, 2.7 * MINUTE_MS);
  candles.onTrade(tradeAt(2, 2.7 * MINUTE_MS), sink);
  look(candles, sink, 2.7 * MINUTE_MS, 4.1 * MINUTE_MS);
  expect(told.map(({ openAtMs, tainted }) => [openAtMs / MINUTE_MS, tainted])).toEqual([
    [1, true],
    [2, true],
    [2, true],
    [3, false],
  ]);
});

/** The clock of the venue is looked at every 100 ms. */
function look(candles: SymbolCandles, sink: MarketSink, fromMs: number, toMs: number): void {
  for (let atMs = fromMs; atMs <= toMs; atMs += 100) candles.onTime(atMs, sink);
}

function listen(): { readonly told: Candle[]; readonly sink: MarketSink } {
  const told: Candle[] = [];
  const ignore = (): void => undefined;
  const onCandle = (_: number, candle: Candle): void => void told.push(candle);
  return {
    told,
    sink: { onTop: ignore, onTrade: ignore, onBook: ignore, onRejected: ignore, onCandle },
  };
}

function tradeAt(tradeId: number, atMs: number): Trade {
  const tradedAtMs = unixMs(atMs);
  return {
    type: 'trade',
    instrument: 0,
    tradeId,
    price: price(100),
    quantity: lots(1),
    buyerIsMaker: false,
    eventAtMs: tradedAtMs,
    tradedAtMs,
  };
}
