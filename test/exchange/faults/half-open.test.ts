import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startExchange } from '../../../src/exchange/start-exchange.ts';
import { RestClient } from '../support/rest-client.ts';
import { WsClient } from '../support/ws-client.ts';

async function start() {
  const exchange = await startExchange({ seed: 'half-open', speed: 5, symbols: ['BTCUSDT'] });
  onTestFinished(() => exchange.close());
  const open = async (path: string): Promise<WsClient> => {
    const client = await WsClient.open(exchange.port, path);
    onTestFinished(() => client.close());
    return client;
  };
  return { exchange, open };
}

// A cable is pulled somewhere between. Nobody says that the socket is dead, and a new one would live at once.
test('half-open: the open socket is frozen and not closed, a new one is served', async () => {
  const { exchange, open } = await start();
  const old = await open('/ws/btcusdt@bookTicker');
  await old.until((frame) => frame.u !== undefined);
  exchange.armFault({ fault: 'half-open', target: { channel: 'market' } });
  const heard = old.frames.length;
  let isPonged = false;
  old.socket.on('pong', () => {
    isPonged = true;
  });
  old.socket.ping();
  old.socket.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: 77 }));

  const fresh = await open('/ws/btcusdt@bookTicker');
  await fresh.when(() => (fresh.frames.length >= 20 ? true : undefined));

  // What was already under way when it froze may still have come.
  expect(old.frames.length - heard).toBeLessThanOrEqual(1);
  expect(old.frames.filter((frame) => frame.id === 77)).toEqual([]);
  expect(isPonged).toBe(false);
  expect(old.socket.readyState).toBe(old.socket.OPEN);

  exchange.clearFaults();
  expect(await old.closed, 'the box in the middle gives up at last').toBe(1006);
  expect(fresh.socket.readyState).toBe(fresh.socket.OPEN);
});

// A fault for one order is over as soon as it has acted: who armed it must still be able to ask what it hit.
test('the control port tells which orders a fault has hit, after its end, too', async () => {
  const { exchange } = await start();
  const control = `http://127.0.0.1:${exchange.controlPort}/faults`;
  const order = { fault: 'error-after', count: 1, target: { method: 'POST', path: 'order' } };
  await fetch(control, { method: 'POST', body: JSON.stringify(order) });
  const beforeMs = Date.now();
  const rest = new RestClient(exchange.port);
  for (const newClientOrderId of ['first', 'second']) {
    await rest.signed('POST', 'order', {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.01',
      price: '50000',
      newClientOrderId,
    });
  }

  const fault = z.looseObject({ firstActedAtMs: z.number() });
  const board = z.object({ armed: z.array(fault), ended: z.array(fault) });
  const { armed, ended } = board.parse(await (await fetch(control)).json());
  expect(armed).toEqual([]);
  expect(ended).toMatchObject([{ name: 'error-after', actedCount: 1, actedOn: ['first'] }]);
  expect(ended[0]?.firstActedAtMs).toBeGreaterThanOrEqual(beforeMs);
});
