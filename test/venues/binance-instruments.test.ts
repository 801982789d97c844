import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unixMs } from '../../src/domain/units.ts';
import type { VenueAnswer } from '../../src/domain/venue.ts';
import { createBinanceAccountCodec } from '../../src/venues/binance-account.ts';
import { fixturePath, skipWithoutFixtures } from '../support/fixtures.ts';

const codec = createBinanceAccountCodec();
const SENT_AT_MS = unixMs(1_723_161_255_000);

function http(status: number, body: string): VenueAnswer {
  const nothing = { retryAfterMs: undefined, usedWeight: undefined };
  return { type: 'http', status, body, ...nothing, sentAtMs: SENT_AT_MS };
}

function listing(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    symbol: 'BTCUSDT',
    status: 'TRADING',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    isSpotTradingAllowed: true,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: '0.01',
        maxPrice: '1000000.00',
        tickSize: '0.01000000',
      },
      {
        filterType: 'LOT_SIZE',
        minQty: '0.00001',
        maxQty: '9000.00000000',
        stepSize: '0.00001000',
      },
      { filterType: 'NOTIONAL', minNotional: '5.00000000', maxNotional: '9000000.00000000' },
    ],
    ...change,
  };
}

test('exchange information becomes instruments in the order asked for', () => {
  const eth = listing({ symbol: 'ETHUSDT', baseAsset: 'ETH', status: 'BREAK' });
  const answer = http(200, JSON.stringify({ symbols: [listing(), eth] }));
  const decoded = codec.decodeListing(answer, ['ETH/USDT', 'BTC/USDT']);
  const instruments = decoded.type === 'value' ? decoded.value : [];
  expect(instruments).toMatchObject([
    {
      type: 'listed',
      symbol: 'ETH/USDT',
      instrument: { index: 0, venueSymbol: 'ETHUSDT', status: 'BREAK' },
    },
    {
      type: 'listed',
      instrument: {
        index: 1,
        venueSymbol: 'BTCUSDT',
        tickDecimals: 2,
        tickUnits: 1,
        lotDecimals: 5,
        lotUnits: 1,
        priceMin: 1,
        priceMax: 100_000_000,
        quantityMin: 1,
        quantityMax: 900_000_000,
        notionalMin: 500_000_000n,
        notionalMax: 900_000_000_000_000n,
        status: 'TRADING',
      },
    },
  ]);
});

// One symbol is delisted, the entry of another is damaged. Neither may hide a halt of the third.
test('each symbol is told by itself: listed, missing, or why it cannot be read', () => {
  const eth = listing({ symbol: 'ETHUSDT', baseAsset: 'ETH', filters: [] });
  const foreign = listing({ symbol: 'LTCUSDT', baseAsset: 'BTC' });
  const bare = { symbol: 'XRPUSDT' };
  const symbols = [bare, 'nonsense', { baseAsset: 'BTC' }, eth, foreign, listing()];
  const answer = http(200, JSON.stringify({ symbols }));
  const names = ['DOGE/USDT', 'ETH/USDT', 'LTC/USDT', 'XRP/USDT', 'BTC/USDT'];
  expect(codec.decodeListing(answer, names)).toMatchObject({
    type: 'value',
    value: [
      { type: 'missing', symbol: 'DOGE/USDT' },
      { type: 'unreadable', symbol: 'ETH/USDT', text: 'ETH/USDT has no PRICE_FILTER' },
      { type: 'unreadable', symbol: 'LTC/USDT', text: 'LTC/USDT is BTC against USDT' },
      { type: 'unreadable', symbol: 'XRP/USDT', text: expect.stringContaining('baseAsset') },
      { type: 'listed', symbol: 'BTC/USDT' },
    ],
  });
});

test('the venue does not know a symbol: said as that, whatever was asked', () => {
  const answer = http(400, '{"code":-1121,"msg":"Invalid symbol."}');
  const proof = { httpStatus: 400, code: -1121, text: 'Invalid symbol.' };
  expect(codec.decodeListing(answer, ['DOGE/USDT'])).toEqual({ type: 'unlisted', proof });
  expect(codec.decodeOrders(answer, [])).toEqual({ type: 'unlisted', proof });
  const odd = http(400, `{"code":-1100,"msg":"Illegal characters found in parameter 'symbols'."}`);
  expect(codec.decodeListing(odd, ['DO GE/USDT']).type).toBe('unlisted');
  expect(codec.decodeOrders(odd, []).type).toBe('refused');
  expect(codec.assessHealth(answer).trouble).toBe('none');
  const outage = http(503, '{"code":-1121,"msg":"Invalid symbol."}');
  expect(codec.decodeListing(outage, ['DOGE/USDT']).type).toBe('failed');
});

test('a market whose amounts need more decimals than its quote has is refused, not rounded', () => {
  const filters = [
    { filterType: 'PRICE_FILTER', minPrice: '0', maxPrice: '0', tickSize: '0.00001000' },
    { filterType: 'LOT_SIZE', minQty: '0.0001', maxQty: '100000', stepSize: '0.00010000' },
    { filterType: 'MIN_NOTIONAL', minNotional: '0.00010000' },
  ];
  const one = listing({ symbol: 'ETHBTC', baseAsset: 'ETH', quoteAsset: 'BTC', filters });
  const answer = http(200, JSON.stringify({ symbols: [one] }));
  expect(codec.decodeListing(answer, ['ETH/BTC'])).toMatchObject({
    value: [{ type: 'unreadable', text: expect.stringContaining('more than 8 decimals') }],
  });
  expect(createBinanceAccountCodec(9).decodeListing(answer, ['ETH/BTC'])).toMatchObject({
    value: [
      { instrument: { priceMin: 1, priceMax: Number.MAX_SAFE_INTEGER, notionalMax: undefined } },
    ],
  });
});

test('recorded exchange information of 25 live symbols is understood', (context) => {
  skipWithoutFixtures(context);
  const lines = gunzipSync(readFileSync(fixturePath('binance/rest-recorded.jsonl.gz'))).toString();
  const recorded = lines
    .split('\n')
    .filter((line) => line.includes('exchangeInfo'))
    .map((line): { body: unknown } => JSON.parse(line));
  let count = 0;
  for (const { body } of recorded) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { symbols }: { symbols: { baseAsset: string; quoteAsset: string }[] } = JSON.parse(text);
    const names = symbols.map((one) => `${one.baseAsset}/${one.quoteAsset}`);
    // Some pairs against BTC need more than eight decimals for price times quantity.
    const decoded = createBinanceAccountCodec(12).decodeListing(http(200, text), names);
    const told = decoded.type === 'value' ? decoded.value : [];
    expect(told.map(({ type }) => type)).toEqual(names.map(() => 'listed'));
    count += names.length;
  }
  expect(count).toBeGreaterThanOrEqual(25);
});
