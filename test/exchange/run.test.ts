import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startExchange } from '../../src/exchange/start-exchange.ts';
import { RestClient } from './support/rest-client.ts';

const RUN = fileURLToPath(new URL('../../src/exchange/run.ts', import.meta.url));

/** The exchange as PM2 has it: a process of its own with a channel to its parent. */
function spawnExchange(args: Readonly<Record<string, unknown>>): {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly ports: Promise<readonly [number, number]>;
  readonly exit: Promise<number | null>;
} {
  const script = `import { runExchange } from ${JSON.stringify(RUN)}; await runExchange(${JSON.stringify(args)});`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    child,
    ready: new Promise((resolve) => child.once('message', resolve)),
    ports: new Promise((resolve) =>
      child.stdout?.once('data', (text) => {
        const [port = 0, control = 0] = [...String(text).matchAll(/127\.0\.0\.1:([0-9]+)/g)].map(
          ([, digits]) => Number(digits),
        );
        resolve([port, control]);
      }),
    ),
    exit: new Promise((resolve) => child.once('exit', resolve)),
  };
}

test('as a process: says ready, serves, and ends with 0 when told to', async () => {
  const { child, ready, ports, exit } = spawnExchange({
    port: '0',
    controlPort: '0',
    symbols: 'BTCUSDT,ETHUSDT',
  });
  expect(await ready).toBe('ready');
  const [port] = await ports;
  const info = await new RestClient(port).get('exchangeInfo');
  expect(info.body.symbols.map(({ symbol }: { symbol: string }) => symbol)).toEqual([
    'BTCUSDT',
    'ETHUSDT',
  ]);
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
});

test('its parent gone: the process ends too', async () => {
  const { child, ready, exit } = spawnExchange({ port: 0, controlPort: 0 });
  await ready;
  child.disconnect();
  expect(await exit).toBe(0);
});

test.each([{ port: 'ninety' }, { speed: 'fast' }, { speed: 0 }, { symbols: 'NOPEUSDT' }])(
  'malformed arguments (%o): it does not start',
  async (args) => {
    const { exit } = spawnExchange({ port: 0, controlPort: 0, ...args });
    expect(await exit).not.toBe(0);
  },
);

// A dying client is the daily bread of an exchange under kill -9 tests.
test('a client that dies in the middle of its request: nobody else notices', async () => {
  const exchange = await startExchange({ market: 'none' });
  onTestFinished(() => exchange.close());
  await new Promise<void>((resolve) => {
    const socket = connect(exchange.port, '127.0.0.1', () => {
      socket.write('POST /api/v3/order HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nsymbol=');
      setImmediate(() => {
        socket.destroy();
        resolve();
      });
    });
  });
  const client = new RestClient(exchange.port);
  for (let trip = 0; trip < 5; trip++) expect((await client.get('ping')).status).toBe(200);
});
