import { expect, onTestFinished, test } from 'vitest';
import { startExchange } from '../../../src/exchange/start-exchange.ts';
import { RestClient } from '../support/rest-client.ts';

const MINUTE_MS = 60_000;

// Windows follow the clock: a run that straddles a full minute would count in two of them.
async function startAwayFromFullMinute(options: Parameters<typeof startExchange>[0]) {
  const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (leftMs < 3_000) await new Promise((resolve) => setTimeout(resolve, leftMs));
  const exchange = await startExchange(options);
  onTestFinished(() => exchange.close());
  return { exchange, client: new RestClient(exchange.port) };
}

test('weight used up: 429 with Retry-After, then 418 for whoever goes on', async () => {
  const { client } = await startAwayFromFullMinute({
    market: 'none',
    rateLimits: { weightPerMinute: 3, ignoredWarningsMax: 2 },
  });
  const statuses: number[] = [];
  for (let request = 0; request < 6; request++) statuses.push((await client.get('ping')).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429, 418]);

  const banned = await client.get('ping');
  expect(banned.status).toBe(418);
  expect(Number(banned.headers.get('retry-after'))).toBeGreaterThan(60);
  expect(banned.body.code).toBe(-1003);
});

test('too many orders: 429 -1015, and the book has only the allowed ones', async () => {
  const { client } = await startAwayFromFullMinute({
    market: 'none',
    rateLimits: { ordersPerDay: 3 },
  });
  const order = {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.01',
    price: '50000',
  };
  const statuses: number[] = [];
  for (let count = 0; count < 4; count++) {
    statuses.push((await client.signed('POST', 'order', order)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 429]);
  const refused = await client.signed('POST', 'order', order);
  expect(refused.body).toEqual({
    code: -1015,
    msg: 'Too many new orders; current limit is 3 orders per 1 DAY.',
  });
  expect(refused.headers.has('retry-after')).toBe(true);
  expect((await client.signed('GET', 'openOrders', { symbol: 'BTCUSDT' })).body).toHaveLength(3);
  const rows = (await client.signed('GET', 'rateLimit/order')).body;
  expect(rows).toContainEqual(
    expect.objectContaining({ rateLimitType: 'ORDERS', interval: 'DAY', limit: 3, count: 3 }),
  );
});
