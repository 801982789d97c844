import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Random } from '../../../src/domain/random.ts';
import { ExchangeProcess } from '../../support/exchange-process.ts';
import { RestClient } from '../support/rest-client.ts';

const KILLS = 8;
const SEED = 'killed exchange 1';

/** What the exchange has answered, and what everybody could see of its market. */
interface Heard {
  readonly orderIds: Map<string, number>;
  readonly ended: Map<number, string>;
  readonly fillIds: Set<string>;
  readonly marketIds: Set<number>;
  lastUpdateId: number;
}

function startOn(stateFile: string): ExchangeProcess {
  const exchange = new ExchangeProcess({
    port: 0,
    controlPort: 0,
    symbols: 'BTCUSDT',
    speed: 5,
    state: stateFile,
  });
  onTestFinished(() => exchange.kill());
  return exchange;
}

function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'overnight-exchange-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Orders of every kind, one after another, until the exchange no longer answers. */
async function trade(client: RestClient, random: Random, heard: Heard, name: string) {
  const price = Number((await client.get('ticker/price', { symbol: 'BTCUSDT' })).body.price);
  for (let number = 0; ; number++) {
    const newClientOrderId = `${name}-${number}`;
    const side = random.chance(0.5) ? 'BUY' : 'SELL';
    const away = 1 + (side === 'BUY' ? -1 : 1) * random.float() * 0.0005;
    const kind = random.chance(0.4)
      ? { type: 'MARKET' }
      : { type: 'LIMIT', timeInForce: 'GTC', price: (price * away).toFixed(2) };
    const order = { symbol: 'BTCUSDT', side, quantity: '0.0005', newClientOrderId, ...kind };
    const { status, body } = await client.signed('POST', 'order', order);
    if (status !== 200) {
      // No funds, too many open: an answer, but no order. A flood of them would be banned, and none would come.
      await delay(20);
      continue;
    }
    if ([...heard.orderIds.values()].includes(body.orderId)) {
      expect.fail(`order id ${body.orderId} was given twice`);
    }
    heard.orderIds.set(newClientOrderId, body.orderId);
    if (body.status !== 'NEW') heard.ended.set(body.orderId, body.status);
    for (const { tradeId } of body.fills) {
      const fill = `${body.orderId}/${tradeId}`;
      heard.fillIds.add(fill);
    }
    if (random.chance(0.8)) {
      const canceled = await client.signed('DELETE', 'order', {
        symbol: 'BTCUSDT',
        origClientOrderId: newClientOrderId,
      });
      if (canceled.status === 200) heard.ended.set(body.orderId, 'CANCELED');
    }
    const book = await client.get('depth', { symbol: 'BTCUSDT', limit: 5 });
    heard.lastUpdateId = book.body.lastUpdateId;
  }
}

async function expectRemembered(exchange: ExchangeProcess, heard: Heard): Promise<void> {
  const truth = await exchange.truth();
  expect(truth.imbalances).toEqual([]);
  const [account] = truth.accounts;
  const orders = new Map(account?.orders.map((order) => [order.clientOrderId, order]));
  for (const [name, orderId] of heard.orderIds) {
    expect(orders.get(name)?.orderId, name).toBe(orderId);
  }
  const byId = new Map(account?.orders.map((order) => [order.orderId, order]));
  for (const [orderId, status] of heard.ended) {
    if (status !== 'PARTIALLY_FILLED') expect(byId.get(orderId)?.status).toBe(status);
  }
  const fills = new Set(account?.trades.map(({ orderId, id }) => `${orderId}/${id}`));
  for (const fill of heard.fillIds) expect(fills.has(fill), `fill ${fill}`).toBe(true);
  expect(fills.size).toBe(account?.trades.length);
}

// Answered and forgotten is the one thing an exchange never does: its clients build on every answer.
test(`killed in the middle of its work ${KILLS} times: every answer still holds, no id comes twice`, async () => {
  const stateFile = path.join(makeFolder(), 'exchange.db');
  const random = Random.fromSeed(SEED);
  const heard: Heard = {
    orderIds: new Map(),
    ended: new Map(),
    fillIds: new Set(),
    marketIds: new Set(),
    lastUpdateId: 0,
  };
  for (let run = 0; run < KILLS; run++) {
    const exchange = startOn(stateFile);
    const client = new RestClient(await exchange.port());
    await expectRemembered(exchange, heard);
    const { body: book } = await client.get('depth', { symbol: 'BTCUSDT', limit: 5 });
    expect(book.lastUpdateId).toBeGreaterThan(heard.lastUpdateId);
    const [first] = (await client.get('trades', { symbol: 'BTCUSDT' })).body;
    expect(Math.max(0, ...heard.marketIds)).toBeLessThan(first.id);

    // Cut off, the client's next call fails: that is the end of this run's orders.
    const ordersBefore = heard.orderIds.size;
    const flows = [0, 1].map((flow) => trade(client, random, heard, `r${run}-${flow}`));
    const over = Promise.allSettled(flows);
    while (heard.orderIds.size < ordersBefore + 5) await delay(5);
    await delay(random.float() * 250);
    for (const { id } of (await client.get('trades', { symbol: 'BTCUSDT' })).body) {
      heard.marketIds.add(id);
    }
    await exchange.kill();
    for (const result of await over) {
      expect(result.status).toBe('rejected');
      if (result.status === 'rejected') expect(String(result.reason)).toContain('fetch failed');
    }
  }
  const last = startOn(stateFile);
  await expectRemembered(last, heard);
});

test('stopped in order: it goes on without a gap in its ids, its orders and its balances', async () => {
  const state = path.join(makeFolder(), 'exchange.db');
  const args = { port: 0, controlPort: 0, symbols: 'BTCUSDT', state };
  const first = startOn(state);
  const client = new RestClient(await first.port());
  const order = { symbol: 'BTCUSDT', side: 'BUY', quantity: '0.001' };
  await client.signed('POST', 'order', { ...order, type: 'MARKET' });
  const resting = await client.signed('POST', 'order', {
    ...order,
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: '30000',
  });
  const before = await first.truth();
  expect(await first.stop()).toBe(0);

  const second = new ExchangeProcess(args);
  onTestFinished(() => second.kill());
  const after = await second.truth();
  expect(after.accounts).toEqual(before.accounts);
  const again = new RestClient(await second.port());
  const open = await again.signed('GET', 'openOrders', { symbol: 'BTCUSDT' });
  expect(open.body).toMatchObject([{ orderId: resting.body.orderId, status: 'NEW' }]);
  const canceled = await again.signed('DELETE', 'order', {
    symbol: 'BTCUSDT',
    orderId: resting.body.orderId,
  });
  expect(canceled.body.status).toBe('CANCELED');
});

test('a second exchange on the same state: refused, and the first is none the worse', async () => {
  const state = path.join(makeFolder(), 'exchange.db');
  const first = startOn(state);
  await first.port();
  const second = startOn(state);
  expect(await second.exit).not.toBe(0);
  expect(second.output).toMatch(/exchange\.db is no state to go on from: .*locked/);
  const client = new RestClient(await first.port());
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' };
  expect((await client.signed('POST', 'order', order)).status).toBe(200);
});
