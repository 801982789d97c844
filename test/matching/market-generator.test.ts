import { describe, expect, test } from 'vitest';
import { createExchangeCore } from '../../src/matching/create-exchange-core.ts';
import type { ExchangeCore } from '../../src/matching/exchange-core.ts';
import type { MarketHappening } from '../../src/matching/happening.ts';
import { toWire } from '../../src/matching/scale.ts';
import { DEFAULT_SYMBOLS } from '../../src/matching/symbol-rules.ts';
import { expectSound, placed, START } from '../support/exchange-of.ts';

const NAMES = DEFAULT_SYMBOLS.map((rules) => rules.symbol);
const LIQUID = ['BTCUSDT', 'ETHUSDT'];

function generated(seed: string): ExchangeCore {
  return createExchangeCore({
    symbols: DEFAULT_SYMBOLS,
    accounts: [{ accountKey: 'demo', balances: { USDT: '100000', BTC: '1', ETH: '10' } }],
    market: { type: 'generated', seed },
    startAtMs: START,
    seed,
  });
}

const text = (happenings: readonly MarketHappening[]) =>
  JSON.stringify(happenings, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );

test('same seed, same market, however often it is looked at; another seed, another market', () => {
  const often = generated('7');
  const happenings: MarketHappening[] = [];
  for (let ms = 0; ms <= 20_000; ms += 37) happenings.push(...often.advance(START + ms));
  happenings.push(...often.advance(START + 20_000));

  expect(text(generated('7').advance(START + 20_000))).toBe(text(happenings));
  expect(text(generated('8').advance(START + 20_000))).not.toBe(text(happenings));
});

test('time never falls, and every happening of a step lies within it', () => {
  const exchange = generated('time');
  let before = START;
  for (let ms = 100; ms <= 10_000; ms += 100) {
    for (const one of exchange.advance(START + ms)) {
      expect(one.atMs).toBeGreaterThanOrEqual(before);
      expect(one.atMs).toBeLessThanOrEqual(START + ms);
      before = one.atMs;
    }
    expect(exchange.nextAtMs()).toBeGreaterThan(START + ms);
  }
});

describe('twenty seeds, three minutes each', () => {
  test.each(Array.from({ length: 20 }, (_, index) => `seed-${index + 1}`))(
    '%s is plausible',
    (seed) => {
      const exchange = generated(seed);
      const tradeCounts = new Map<string, number>();
      const buys = new Map<string, number>();
      const moves = new Map<string, number>();
      const mids = new Map<string, number>();
      for (let second = 1; second <= 180; second++) {
        for (const one of exchange.advance(START + second * 1_000)) {
          if (one.type !== 'traded') continue;
          const key = `${one.symbol} ${Math.floor((second - 1) / 60)}`;
          tradeCounts.set(key, (tradeCounts.get(key) ?? 0) + 1);
          if (!one.trade.buyerIsMaker) buys.set(one.symbol, (buys.get(one.symbol) ?? 0) + 1);
        }
        for (const symbol of NAMES) {
          const top = exchange.top(symbol);
          if (top === undefined) throw new Error(`${symbol} has no book`);
          expect(top.bidPrice, `${symbol} bid`).toBeGreaterThan(0);
          expect(top.askPrice - top.bidPrice, `${symbol} spread`).toBeGreaterThan(0);
          const mid = (top.bidPrice + top.askPrice) / 2;
          const move = Math.log(mid / (mids.get(symbol) ?? mid)) * 1e4;
          moves.set(symbol, (moves.get(symbol) ?? 0) + move * move);
          mids.set(symbol, mid);
        }
      }

      for (const symbol of NAMES) {
        const counts = [0, 1, 2].map((minute) => tradeCounts.get(`${symbol} ${minute}`) ?? 0);
        for (const count of counts) expect(count, `${symbol} trades ${counts}`).toBeGreaterThan(0);
        const total = counts.reduce((sum, count) => sum + count, 0);
        const buyShare = (buys.get(symbol) ?? 0) / total;
        expect(buyShare, `${symbol} share of buys`).toBeGreaterThan(0.1);
        expect(buyShare, `${symbol} share of buys`).toBeLessThan(0.9);
        // A few bps a second: real markets lie between half and ten.
        const volatilityBps = Math.sqrt((moves.get(symbol) ?? 0) / 180);
        expect(volatilityBps, `${symbol} volatility`).toBeGreaterThan(0.3);
        expect(volatilityBps, `${symbol} volatility`).toBeLessThan(15);
        const depth = exchange.depth(symbol, 1_000);
        expect(depth?.bids.length, `${symbol} bids`).toBeGreaterThan(5);
        expect(depth?.asks.length, `${symbol} asks`).toBeGreaterThan(5);
        if (LIQUID.includes(symbol)) expect(Math.min(...counts)).toBeGreaterThan(60);
      }
      expectSound(exchange);
    },
  );
});

test('a customer trades with the generated market like with any other', () => {
  const exchange = generated('customer');
  exchange.advance(START + 5_000);
  const bought = placed(
    exchange.submit(
      'demo',
      { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.5' },
      START + 5_000,
    ),
  );
  expect(bought.order.status).toBe('FILLED');
  expect(bought.fills.length).toBeGreaterThan(0);

  const top = exchange.top('BTCUSDT');
  const best = toWire((top?.askPrice ?? 0) - 1_000_000);
  const resting = placed(
    exchange.submit(
      'demo',
      {
        symbol: 'BTCUSDT',
        side: 'SELL',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '0.002',
        price: best,
      },
      START + 5_000,
    ),
  );
  const happenings = exchange.advance(START + 120_000);
  const fill = happenings.find(
    (one) =>
      one.type === 'orderUpdated' &&
      one.order.orderId === resting.order.orderId &&
      one.fill !== undefined,
  );
  const known = exchange.order('demo', { symbol: 'BTCUSDT', orderId: resting.order.orderId });
  expect(fill !== undefined || resting.fills.length > 0).toBe(true);
  expect(known).toMatchObject({ status: 'FILLED' });
  expectSound(exchange);
});

test('the market has a past: five hundred minutes that the first live one continues', () => {
  const exchange = generated('past');
  exchange.advance(START + 120_000);
  const minutes = exchange.candles({ symbol: 'BTCUSDT', interval: '1m', limit: 1_000 }) ?? [];
  expect(minutes.length).toBeGreaterThanOrEqual(502);
  minutes.forEach((minute, index) => {
    const before = minutes[index - 1];
    if (before === undefined) return;
    expect(minute.openAtMs).toBe(before.openAtMs + 60_000);
    expect(minute.firstTradeId).toBe(before.lastTradeId + 1);
    expect(Math.abs(minute.open / before.close - 1)).toBeLessThan(0.01);
  });
  expect(exchange.candles({ symbol: 'BTCUSDT', interval: '1h', limit: 5 })).toHaveLength(5);
});

test('a market that is halted stands still and then goes on', () => {
  const exchange = generated('halt');
  exchange.advance(START + 1_000);
  exchange.setStatus('BTCUSDT', 'HALT');
  const during = exchange
    .advance(START + 10_000)
    .filter((one) => 'symbol' in one && one.symbol === 'BTCUSDT');
  expect(during).toEqual([]);

  exchange.setStatus('BTCUSDT', 'TRADING');
  const after = exchange
    .advance(START + 12_000)
    .filter((one) => 'symbol' in one && one.symbol === 'BTCUSDT');
  expect(after.length).toBeGreaterThan(0);
});
