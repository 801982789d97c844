import { expect, test } from 'vitest';
import type { Candle, Trade } from '../../src/domain/market.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import type { MarketSink } from '../../src/market/feed-views.ts';
import { SymbolCandles } from '../../src/market/symbol-candles.ts';

const MINUTE_MS = 60_000;

// Trade 3 lies on one side of the minute or on the other: nobody heard it.
test('a trade missed around the end of a bar leaves both bars in doubt, and no third one', () => {
  const { told, sink } = listen();
  const candles = new SymbolCandles([MINUTE_MS], 0);
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
  const candles = new SymbolCandles([MINUTE_MS], 0);
  candles.onTrade(tradeAt(1, 1_000), sink);
  candles.taint(MINUTE_MS + 500);
  candles.onTime(MINUTE_MS, sink);
  candles.onTrade(tradeAt(9, MINUTE_MS + 9_000), sink);
  candles.onTime(2 * MINUTE_MS, sink);
  candles.onTime(3 * MINUTE_MS, sink);
  expect(told.map(({ tainted }) => tainted)).toEqual([true, true, false]);
});

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
