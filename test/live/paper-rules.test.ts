import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readPaperRules } from '../../src/live/paper/paper-rules.ts';
import { amountE8, e8 } from '../../src/matching/scale.ts';
import { fixturePath, skipWithoutFixtures } from '../support/fixtures.ts';

const PRICES = {
  filterType: 'PRICE_FILTER',
  minPrice: '0.00000001',
  maxPrice: '1.00000000',
  tickSize: '0.00000001',
};
const LOTS = {
  filterType: 'LOT_SIZE',
  minQty: '1.00000000',
  maxQty: '46116860414.00000000',
  stepSize: '1.00000000',
};

function info(filters: readonly object[], status = 'TRADING'): string {
  const symbol = { symbol: 'SHIBUSDT', status, baseAsset: 'SHIB', quoteAsset: 'USDT', filters };
  return JSON.stringify({ symbols: [symbol, { ...symbol, symbol: 'OTHER' }] });
}

test('the rules of an older venue with other filters are read as well, and only those of our symbols', () => {
  const percent = {
    filterType: 'PERCENT_PRICE',
    multiplierUp: '5',
    multiplierDown: '0.2',
    avgPriceMins: 1,
  };
  const notional = { filterType: 'MIN_NOTIONAL', minNotional: '10.00000000', applyToMarket: true };
  const rules = readPaperRules(info([PRICES, LOTS, percent, notional]), ['SHIBUSDT']);
  expect(rules).toHaveLength(1);
  expect(rules[0]).toMatchObject({
    symbol: 'SHIBUSDT',
    status: 'TRADING',
    price: { step: 1 },
    // Larger than the core can count: no bound.
    lot: { step: e8('1'), max: Number.MAX_SAFE_INTEGER },
    percentPrice: { bidUp: e8('5'), askDown: e8('0.2'), averageMins: 1 },
    notional: { min: amountE8('10'), applyMinToMarket: true },
  });
});

test('a market that is not open takes nothing on paper either', () => {
  expect(readPaperRules(info([PRICES, LOTS], 'END_OF_DAY'), ['SHIBUSDT'])[0]?.status).toBe('BREAK');
  expect(readPaperRules(info([PRICES, LOTS], 'CANCEL_ONLY'), ['SHIBUSDT'])[0]?.status).toBe(
    'CANCEL_ONLY',
  );
});

test('a symbol without a grid is no symbol to trade', () => {
  expect(() => readPaperRules(info([PRICES]), ['SHIBUSDT'])).toThrow('no LOT_SIZE');
});

test('every spot symbol of a recorded exchange can be traded on paper', (context) => {
  skipWithoutFixtures(context);
  const lines = gunzipSync(readFileSync(fixturePath('binance/rest-recorded.jsonl.gz')))
    .toString('utf8')
    .split('\n');
  const line = lines.find((each) => each.includes('/api/v3/exchangeInfo')) ?? '';
  const { body } = z
    .object({
      body: z.object({ symbols: z.array(z.object({ symbol: z.string() }).loose()) }).loose(),
    })
    .parse(JSON.parse(line));
  const names = body.symbols.map(({ symbol }) => symbol);
  const rules = readPaperRules(JSON.stringify(body), names);
  expect(rules.map(({ symbol }) => symbol)).toEqual(names);
  expect(names.length).toBeGreaterThan(0);
  for (const { symbol, price, lot, notional } of rules) {
    expect(Math.min(price.step, lot.step, lot.max), symbol).toBeGreaterThan(0);
    expect(notional.min > 0n, symbol).toBe(true);
  }
});
