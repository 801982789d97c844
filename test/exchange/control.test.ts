import { expect, onTestFinished, test } from 'vitest';
import { startExchange } from '../../src/exchange/start-exchange.ts';
import { RestClient } from './support/rest-client.ts';

async function start() {
  const exchange = await startExchange({ market: 'none', symbols: ['BTCUSDT'] });
  onTestFinished(() => exchange.close());
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${exchange.controlPort}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    const answer: any = await response.json();
    return { status: response.status, body: answer };
  };
  return { exchange, control, rest: new RestClient(exchange.port) };
}

test('faults over the control port: armed, listed, counted down, cleared', async () => {
  const { control, rest } = await start();
  const { status, body } = await control('POST', '/faults', [
    { fault: 'error-before', count: 2, target: { path: 'ping' } },
    { fault: 'drop', target: { stream: '@trade' } },
  ]);
  expect(status).toBe(201);
  expect(body.ids).toHaveLength(2);

  expect((await rest.get('ping')).status).toBe(503);
  const listed = (await control('GET', '/faults')).body;
  expect(listed.armed).toMatchObject([
    { name: 'error-before', leftCount: 1, actedCount: 1 },
    { name: 'drop' },
  ]);
  expect(listed.known.length).toBeGreaterThan(10);

  expect((await control('DELETE', `/faults/${body.ids[1]}`)).body.armed).toHaveLength(1);
  expect((await rest.get('ping')).status).toBe(503);
  expect((await rest.get('ping')).status).toBe(200);
  expect((await control('DELETE', '/faults')).body.armed).toEqual([]);
});

test.each([
  ['an unknown fault', { fault: 'earthquake' }],
  ['an unknown setting', { fault: 'stall', settings: { pong: true } }],
  ['a missing setting', { fault: 'delay' }],
  ['an absurd chance', { fault: 'stall', probability: 2 }],
  ['an unknown field', { fault: 'stall', when: 'now' }],
])('%s: refused with 400, nothing armed', async (_, order) => {
  const { control } = await start();
  expect((await control('POST', '/faults', order)).status).toBe(400);
  expect((await control('GET', '/faults')).body.armed).toEqual([]);
});

test('a fault with a duration: over by itself, without any traffic', async () => {
  const { control, exchange } = await start();
  const before = exchange.truth()['serverTime'];
  await control('POST', '/faults', {
    fault: 'clock-shift',
    durationMs: 100,
    settings: { shiftMs: 1_000_000 },
  });
  expect(Number(exchange.truth()['serverTime'])).toBeGreaterThan(Number(before) + 999_000);
  for (;;) {
    if ((await control('GET', '/faults')).body.armed.length === 0) break;
  }
  expect(Number(exchange.truth()['serverTime'])).toBeLessThan(Number(before) + 999_000);
});

test('the truth: balances, orders, and every order request with its arrival', async () => {
  const { control, rest } = await start();
  const order = {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.01',
    price: '50000',
    newClientOrderId: 'told',
  };
  await rest.signed('POST', 'order', order);
  await rest.signed('POST', 'order', order);
  await rest.signed('DELETE', 'order', { symbol: 'BTCUSDT', origClientOrderId: 'told' });
  const { body } = await control('GET', '/truth');
  expect(body).toMatchObject({
    accounts: [
      {
        account: 'demo',
        balances: expect.arrayContaining([
          { asset: 'USDT', free: '100000.00000000', locked: '0.00000000' },
        ]),
        orders: [{ clientOrderId: 'told', status: 'CANCELED' }],
        trades: [],
      },
    ],
    imbalances: [],
    clientIdCounts: { told: 2 },
    wireLog: [
      { request: 'POST /api/v3/order', clientOrderId: 'told', outcome: 200 },
      { request: 'POST /api/v3/order', clientOrderId: 'told', outcome: 400, errorCode: -2010 },
      { request: 'DELETE /api/v3/order', clientOrderId: 'told', outcome: 200 },
    ],
    recording: null,
  });
  expect(body.wireLog[0].atMs).toBeGreaterThan(Date.now() - 60_000);
  expect((await control('GET', '/nothing')).status).toBe(404);
});
