import { expect, test } from 'vitest';
import type { Candle, Trade } from '../../src/domain/market.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import { CandleBuilder } from '../../src/market/candle-builder.ts';
import { ClockOffset } from '../../src/market/clock-offset.ts';
import { DEFAULT_FEED_LIMITS } from '../../src/market/feed-limits.ts';
import { SymbolFreshness } from '../../src/market/freshness.ts';
import { GapHistogram } from '../../src/market/gap-histogram.ts';

const MINUTE = 60_000;
const T0 = 1_723_161_240_000; // a whole minute

function trade(atMs: number, at: number, quantity = 1): Trade {
  return {
    type: 'trade',
    instrument: 0,
    tradeId: atMs,
    price: price(at),
    quantity: lots(quantity),
    buyerIsMaker: false,
    eventAtMs: unixMs(atMs),
    tradedAtMs: unixMs(atMs),
  };
}

function closed(builder: CandleBuilder, atMs: number): Candle[] {
  const candles: Candle[] = [];
  for (let one = builder.closeNext(atMs); one; one = builder.closeNext(atMs)) candles.push(one);
  return candles;
}

test('bars: the first is tainted because we came late, the others are whole, empty ones repeat the close', () => {
  const builder = new CandleBuilder(MINUTE);
  expect(closed(builder, T0)).toEqual([]);
  builder.onTrade(trade(T0 + 30_000, 100));
  expect(closed(builder, T0 + MINUTE - 1)).toEqual([]);
  expect(closed(builder, T0 + MINUTE)).toMatchObject([{ openAtMs: T0, tainted: true, close: 100 }]);

  for (const [i, at] of [105, 90, 95].entries()) builder.onTrade(trade(T0 + MINUTE + i, at, 2));
  expect(closed(builder, T0 + 4 * MINUTE)).toEqual([
    {
      openAtMs: T0 + MINUTE,
      intervalMs: MINUTE,
      open: 105,
      high: 105,
      low: 90,
      close: 95,
      volume: 6,
      tradeCount: 3,
      tainted: false,
    },
    ...[2, 3].map((minute) => ({
      openAtMs: T0 + minute * MINUTE,
      intervalMs: MINUTE,
      open: 95,
      high: 95,
      low: 95,
      close: 95,
      volume: 0,
      tradeCount: 0,
      tainted: false,
    })),
  ]);
});

test('a trade for a bar that is closed does not change it: the running one is tainted', () => {
  const builder = new CandleBuilder(MINUTE);
  builder.onTrade(trade(T0, 100));
  closed(builder, T0 + 2 * MINUTE);
  expect(builder.onTrade(trade(T0 + MINUTE, 1))).toBe(false);
  expect(closed(builder, T0 + 3 * MINUTE)).toMatchObject([{ tainted: true, low: 100 }]);
});

test('after a silence of days the builder starts anew instead of telling each empty minute', () => {
  const builder = new CandleBuilder(1_000);
  builder.onTrade(trade(T0, 100));
  expect(closed(builder, T0 + 3 * 86_400_000).length).toBe(1);
});

// Measured in a real recording: the receiver's clock was 1.27 s behind the venue for the whole session.
test('our clock 1.27 s behind: the offset is found from events alone, and their lag is right', () => {
  const clock = new ClockOffset();
  for (let i = 0; i < 1_000; i++) {
    const happenedAtMs = T0 + i * 100;
    const delayMs = 5 + (i % 22);
    clock.onEvent(unixMs(happenedAtMs), unixMs(happenedAtMs + delayMs - 1_270));
  }
  expect(clock.offsetMs).toBe(1_265);
  expect(clock.lagOf(unixMs(T0), unixMs(T0 - 1_270 + 505))).toBe(500);
});

test('the answer with the shortest way counts; a step of our clock voids everything', () => {
  const clock = new ClockOffset();
  clock.onServerTime(unixMs(T0 + 500), unixMs(T0), unixMs(T0 + 1_000));
  expect(clock.offsetMs).toBe(0);
  clock.onServerTime(unixMs(T0 + 2_120), unixMs(T0 + 2_000), unixMs(T0 + 2_040));
  expect(clock.offsetMs).toBe(100);
  clock.onServerTime(unixMs(T0 + 9_000), unixMs(T0 + 3_000), unixMs(T0 + 9_000));
  expect(clock.offsetMs).toBe(100);
  clock.reset();
  expect(clock.offsetMs).toBeUndefined();
});

/** An answer that took `roundTripMs`, at a moment when the venue's clock was `aheadMs` before ours. */
function answer(clock: ClockOffset, atMs: number, aheadMs: number, roundTripMs = 40) {
  const sentAtMs = atMs - roundTripMs;
  return clock.onServerTime(
    unixMs(sentAtMs + roundTripMs / 2 + aheadMs),
    unixMs(sentAtMs),
    unixMs(atMs),
  );
}

// One answer may be wrong: a machine of the venue with a bad clock, a proxy that answers from memory.
test('one answer that contradicts all others is not believed, but doubted until the next one decides', () => {
  const clock = new ClockOffset();
  for (let i = 0; i < 3; i++) expect(answer(clock, T0 + i * MINUTE, 250)).toBe('fits');
  expect(answer(clock, T0 + 3 * MINUTE, 5_250)).toBe('doubted');
  expect(clock).toMatchObject({ offsetMs: 250, doubtMs: 5_000 });
  expect(answer(clock, T0 + 3 * MINUTE + 1_000, 250)).toBe('fits');
  expect(clock).toMatchObject({ offsetMs: 250, doubtMs: 0 });

  // Two more of the same kind, but never three in a row.
  for (let i = 0; i < 4; i++) {
    expect(answer(clock, T0 + (4 + 2 * i) * MINUTE, 5_250)).toBe('doubted');
    expect(answer(clock, T0 + (5 + 2 * i) * MINUTE, 250)).toBe('fits');
  }
});

test('three answers in a row that agree with one another overrule what was believed, shorter ways and all', () => {
  const clock = new ClockOffset();
  answer(clock, T0, 250, 2);
  expect(answer(clock, T0 + 1_000, -4_750)).toBe('doubted');
  // Contradicts both: the count begins anew.
  expect(answer(clock, T0 + 2_000, 900)).toBe('doubted');
  expect(answer(clock, T0 + 3_000, -4_750)).toBe('doubted');
  expect(answer(clock, T0 + 4_000, -4_760)).toBe('doubted');
  expect(clock.offsetMs).toBe(250);
  expect(answer(clock, T0 + 5_000, -4_750)).toBe('stepped');
  expect(clock).toMatchObject({ offsetMs: -4_750, doubtMs: 0 });
});

test('an answer that took long proves little: it neither moves the offset nor casts doubt on it', () => {
  const clock = new ClockOffset();
  answer(clock, T0, 250);
  expect(answer(clock, T0 + 10_000, 2_000, 4_000)).toBe('fits');
  expect(clock).toMatchObject({ offsetMs: 250, doubtMs: 0 });
  // Clocks drift: both sides of what is a drift and what is a step.
  expect(answer(clock, T0 + 60_000, 390)).toBe('fits');
  expect(answer(clock, T0 + 61_000, 531)).toBe('doubted');
});

test('nothing but events from the future for 5 s: our offset is wrong, not the venue', () => {
  const clock = new ClockOffset();
  clock.onServerTime(unixMs(T0), unixMs(T0), unixMs(T0));
  expect(clock.onFutureEvent(unixMs(T0 + 100))).toBe(false);
  expect(clock.onFutureEvent(unixMs(T0 + 5_000))).toBe(false);
  expect(clock.onFutureEvent(unixMs(T0 + 5_100))).toBe(true);
  expect(clock.offsetMs).toBeUndefined();
});

// Events alone made an hour of the venue's clock while each answer of the venue said otherwise.
test('events from the future against the word of the venue: they are wrong, however long they come', () => {
  const clock = new ClockOffset();
  answer(clock, T0, 150);
  for (let afterMs = 0; afterMs < 30_000; afterMs += 100) {
    if (afterMs % 2_000 === 0) expect(answer(clock, T0 + afterMs, 150)).toBe('fits');
    expect(clock.onFutureEvent(unixMs(T0 + afterMs))).toBe(false);
  }
  expect(clock.offsetMs).toBe(150);

  // An answer that took so long says nothing for either.
  let isRefuted = false;
  for (let afterMs = 30_000; afterMs < 36_000; afterMs += 100) {
    if (afterMs % 2_000 === 0) answer(clock, T0 + afterMs, 150, 4_000);
    isRefuted ||= clock.onFutureEvent(unixMs(T0 + afterMs));
  }
  expect(isRefuted).toBe(true);
});

test('a gap quantile is never shorter than the truth and at most a quarter longer', () => {
  const gaps = new GapHistogram();
  expect(gaps.quantileMs(0.999)).toBe(0);
  for (let i = 1; i <= 10_000; i++) gaps.add(i);
  expect(gaps.quantileMs(0.999)).toBeGreaterThanOrEqual(9_990);
  expect(gaps.quantileMs(0.999)).toBeLessThanOrEqual(9_990 * 1.25);
  expect(gaps.quantileMs(0.5)).toBeGreaterThanOrEqual(5_000);
});

test('a limit grows only by silences that the venue confirmed, and never beyond its bound', () => {
  const unproven = new SymbolFreshness(DEFAULT_FEED_LIMITS);
  unproven.onAdvanced(unixMs(T0));
  unproven.onAdvanced(unixMs(T0 + 20_000));
  expect(unproven.limitMs).toBe(3_000);

  const proven = new SymbolFreshness(DEFAULT_FEED_LIMITS);
  proven.onAdvanced(unixMs(T0));
  proven.onConfirmed(unixMs(T0 + 1_900), true);
  expect(proven.limitMs).toBeGreaterThanOrEqual(9_500);
  proven.onConfirmed(unixMs(T0 + 20_000), true);
  expect(proven.limitMs).toBe(60_000);
});

test('age: on both sides of the limit, and an event lag closes the gate though updates come', () => {
  const symbol = new SymbolFreshness(DEFAULT_FEED_LIMITS);
  expect(symbol.assess(unixMs(T0), true)).toMatchObject({ fresh: false, ageMs: Infinity });
  symbol.onAdvanced(unixMs(T0));
  expect(symbol.assess(unixMs(T0 + 3_000), true)).toMatchObject({ fresh: true, ageMs: 3_000 });
  expect(symbol.assess(unixMs(T0 + 3_001), true).fresh).toBe(false);
  expect(symbol.assess(unixMs(T0), false).fresh).toBe(false);
  symbol.onEventTime(2_001);
  expect(symbol.assess(unixMs(T0), true).fresh).toBe(false);
});

// Three bad messages close the gate for ten seconds. Those that were only called false by a clock that
// has moved were not bad; a run of broken ones stays one.
test('the venue clock stepped: events that seemed to come from the future are forgiven, broken ones are not', () => {
  const symbol = new SymbolFreshness(DEFAULT_FEED_LIMITS);
  symbol.onAdvanced(unixMs(T0));
  for (let i = 0; i < 2; i++) symbol.onInvalid(unixMs(T0), false);
  for (let i = 0; i < 5; i++) symbol.onInvalid(unixMs(T0), true);
  expect(symbol.assess(unixMs(T0), true).cause).toBe('invalid');
  symbol.onClockStepped();
  expect(symbol.assess(unixMs(T0), true).fresh).toBe(true);

  symbol.onInvalid(unixMs(T0), false);
  symbol.onClockStepped();
  expect(symbol.assess(unixMs(T0), true).cause).toBe('invalid');
});
