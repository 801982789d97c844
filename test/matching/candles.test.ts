import { expect, test } from 'vitest';
import { Candles, INTERVAL_MS } from '../../src/matching/candles.ts';
import type { TradeView } from '../../src/matching/happening.ts';
import { Tape } from '../../src/matching/tape.ts';

const MINUTE = 60_000;
/** A Wednesday, 2023-11-15 00:00 UTC. */
const MIDNIGHT = 1_700_006_400_000;

function trade(tradeId: number, atMs: number, price: number, quantity = 1): TradeView {
  return {
    symbol: 'AAAUSDT',
    tradeId,
    atMs: MIDNIGHT + atMs,
    price,
    quantity,
    quote: BigInt(price * quantity),
    buyerIsMaker: tradeId % 2 === 0,
  };
}

test('a minute: first is open, extremes, last is close, taker buys apart', () => {
  const candles = new Candles();
  for (const [id, price] of [
    [1, 5],
    [2, 9],
    [3, 2],
    [4, 7],
  ] as const)
    candles.add(trade(id, id * 1_000, price, 2));

  expect(candles.views('1m')).toEqual([
    {
      openAtMs: MIDNIGHT,
      closeAtMs: MIDNIGHT + MINUTE - 1,
      open: 5,
      high: 9,
      low: 2,
      close: 7,
      volume: 8n,
      quoteVolume: 46n,
      tradeCount: 4,
      takerBuyVolume: 4n,
      takerBuyQuote: 14n,
      firstTradeId: 1,
      lastTradeId: 4,
    },
  ]);
});

test('minutes without a trade are flat at the last close', () => {
  const candles = new Candles();
  candles.add(trade(1, 0, 5));
  candles.roll(MIDNIGHT + 3 * MINUTE);
  expect(candles.views('1m').map(({ close, tradeCount }) => [close, tradeCount])).toEqual([
    [5, 1],
    [5, 0],
    [5, 0],
    [5, 0],
  ]);
});

test('longer candles say the same as the minutes they are made of, the open minute included', () => {
  const candles = new Candles();
  for (let id = 1; id <= 400; id++) candles.add(trade(id, id * 17_000, 100 + ((id * 7) % 13)));

  for (const interval of ['3m', '5m', '15m', '1h', '1d'] as const) {
    for (const long of candles.views(interval)) {
      const minutes = candles
        .views('1m')
        .filter((one) => one.openAtMs >= long.openAtMs && one.openAtMs <= long.closeAtMs);
      expect(long).toMatchObject({
        open: minutes[0]?.open,
        close: minutes.at(-1)?.close,
        high: Math.max(...minutes.map((one) => one.high)),
        low: Math.min(...minutes.map((one) => one.low)),
        tradeCount: minutes.reduce((sum, one) => sum + one.tradeCount, 0),
        volume: minutes.reduce((sum, one) => sum + one.volume, 0n),
        firstTradeId: minutes[0]?.firstTradeId,
        lastTradeId: minutes.at(-1)?.lastTradeId,
      });
      expect(long.openAtMs % INTERVAL_MS[interval]).toBe(0);
    }
  }
});

test('a week opens on Monday, UTC', () => {
  const candles = new Candles();
  candles.add(trade(1, 0, 5));
  expect(candles.views('1w')[0]?.openAtMs).toBe(MIDNIGHT - 2 * 24 * 60 * MINUTE);
});

test('the average price weighs five minutes by volume and falls back on the last price', () => {
  const tape = new Tape();
  expect(tape.averagePrice()).toBeUndefined();
  const at = (tradeId: number, atMs: number, price: number, quantity: number): TradeView => ({
    ...trade(tradeId, atMs, price, quantity),
    quote: BigInt(price * quantity) / 100_000_000n,
  });
  tape.add(at(1, 0, 10_000_000_000, 300_000_000));
  tape.add(at(2, MINUTE, 20_000_000_000, 100_000_000));
  expect(tape.averagePrice()).toBe(12_500_000_000);

  tape.roll(MIDNIGHT + 10 * MINUTE);
  expect(tape.averagePrice()).toBe(20_000_000_000);
});
