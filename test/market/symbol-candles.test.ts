import { expect, test } from 'vitest';
import type { Candle, Trade } from '../../src/domain/market.ts';
import { lots, price, unixMs } from '../../src/domain/units.ts';
import type { MarketSink } from '../../src/market/feed-views.ts';
import { SymbolCandles } from '../../src/market/symbol-candles.ts';

const MINUTE_MS = 60_000;

// Trade 3 lies on one side of the minute or on the other: nobody heard it.
test('a trade missed around the end of a bar leaves both bars in doubt, and no third one', () => {
  const told: Candle[] = [];
  const ignore = (): void => undefined;
  const sink: MarketSink = {
    onTop: ignore,
    onTrade: ignore,
    onBook: ignore,
    onRejected: ignore,
    onCandle: (_, candle) => told.push(candle),
  };
  const candles = new SymbolCandles([MINUTE_MS], 0);
  const hear = (tradeId: number, atMs: number): void =>
    candles.onTrade(tradeAt(tradeId, atMs), true, sink);

  hear(1, MINUTE_MS - 1_000);
  hear(2, 2 * MINUTE_MS - 1_000);
  candles.onMissed(2 * MINUTE_MS + 1_000, true, sink);
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
