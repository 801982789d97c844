import { expect, onTestFinished, test } from 'vitest';
import type { ExchangeOptions } from '../../../src/exchange/exchange-options.ts';
import { type RunningExchange, startExchange } from '../../../src/exchange/start-exchange.ts';
import { WsClient } from '../support/ws-client.ts';

async function start(options: ExchangeOptions): Promise<RunningExchange> {
  const exchange = await startExchange({ market: 'none', ...options });
  onTestFinished(() => exchange.close());
  return exchange;
}

test('server pings: the payload is the time in milliseconds, and a client that answers stays', async () => {
  const exchange = await start({ socketRules: { pingIntervalMs: 300, pongDeadlineMs: 500 } });
  const client = await WsClient.open(exchange.port, '/ws');
  const pings = await client.when(() => (client.pings.length >= 4 ? client.pings : undefined));
  for (const payload of pings) expect(payload).toMatch(/^[0-9]{13}$/);
  expect(client.socket.readyState).toBe(client.socket.OPEN);
  client.close();
});

test('a client that never answers pings: closed after the deadline', async () => {
  const exchange = await start({ socketRules: { pingIntervalMs: 50, pongDeadlineMs: 100 } });
  const client = await WsClient.open(exchange.port, '/ws', { autoPong: false });
  expect(await client.closed).toBe(1006);
});

test('client pings: answered with their payload', async () => {
  const exchange = await start({});
  const client = await WsClient.open(exchange.port, '/stream');
  const pong = new Promise((resolve) =>
    client.socket.once('pong', (data) => resolve(String(data))),
  );
  client.socket.ping('are you there');
  expect(await pong).toBe('are you there');
  client.close();
});

test('more than five messages in a second, control frames included: closed', async () => {
  const exchange = await start({});
  const client = await WsClient.open(exchange.port, '/ws');
  // Twelve, so that at least six fall into one second of the clock.
  for (let ping = 0; ping < 12; ping++) client.socket.ping();
  expect(await client.closed).toBe(1008);
});

test.each([
  ['/ws/btcusdt@trade', (frame: { e?: string }) => frame.e === 'serverShutdown'],
  [
    '/stream?streams=btcusdt@trade',
    (frame: { stream?: string }) => frame.stream === '!serverShutdown',
  ],
  ['/ws-api/v3', (frame: { event?: { e: string } }) => frame.event?.e === 'serverShutdown'],
])('the age limit on %s: serverShutdown first, then the close', async (path, isShutdown) => {
  const exchange = await start({ socketRules: { ageMsMax: 400, shutdownNoticeMs: 200 } });
  const client = await WsClient.open(exchange.port, path);
  await client.until(isShutdown);
  expect(await client.closed).toBe(1000);
});

test('too many connects in five minutes: refused with 429', async () => {
  const exchange = await start({ socketRules: { connectsPer5MinMax: 0 } });
  await expect(WsClient.open(exchange.port, '/ws')).rejects.toThrow('429');
});

test('compression: off unless asked for, negotiated when on', async () => {
  const plain = await WsClient.open((await start({})).port, '/ws');
  const packed = await WsClient.open((await start({ perMessageDeflate: true })).port, '/ws');
  expect([plain.socket.extensions, packed.socket.extensions]).toEqual(['', 'permessage-deflate']);
  plain.close();
  packed.close();
});
