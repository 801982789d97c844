import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface Child {
  readonly process: ChildProcess;
  readonly messages: unknown[];
  /** Waits until something was sent that fits. */
  heard(fits: (message: unknown) => boolean): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** The program as PM2 starts it: with a channel. */
function start(): Child {
  const child = fork(fileURLToPath(new URL('./supervised.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  return {
    process: child,
    messages,
    heard: (fits) => expect.poll(() => messages.some(fits), { timeout: 60_000 }).toBe(true),
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

const isReady = (message: unknown): boolean => message === 'ready';

test('PM2 hears ready and the gauges in the shape that pm2 describe shows', async () => {
  const child = start();
  await child.heard(isReady);
  await child.heard((message) => typeof message === 'object');
  expect(child.messages.find((message) => typeof message === 'object')).toEqual({
    type: 'axm:monitor',
    data: {
      'Open orders': { type: 'open/orders', value: 2, unit: 'orders' },
      Mode: { type: 'mode', value: 'ACTIVE' },
    },
  });
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(11);
});

test.each([
  ['SIGINT', (child: Child) => child.process.kill('SIGINT')],
  ['the shutdown message', (child: Child) => child.process.send('shutdown')],
  // PM2's own daemon died. The next start would make a second trader beside the orphan.
  ['the loss of the supervisor', (child: Child) => child.process.disconnect()],
])('%s stops it once and in order', async (_name, ask) => {
  const child = start();
  await child.heard(isReady);
  ask(child);
  expect(await child.ended).toBe(11);
});
