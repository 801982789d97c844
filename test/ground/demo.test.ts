import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../scripts/node-runtime.mjs';
import { findPm2Home, listSupervised } from '../../scripts/supervisor.ts';
import { CHECKOUT, type Ended, makeSandbox, type Sandbox, start } from './sandbox.ts';

// The real night under the real PM2, in a copy of the project: what somebody with a fresh clone sees.

const FILLED_WITHIN_MS = 90_000;

let sandbox: Sandbox;

beforeAll(() => {
  sandbox = makeSandbox({ modules: true });
  for (const folder of ['src', 'config', 'dashboard', 'docs']) {
    const from = join(CHECKOUT, folder);
    if (existsSync(from)) cpSync(from, join(sandbox.root, folder), { recursive: true });
  }
});

afterAll(async () => {
  await run('stop.ts');
  sandbox.remove();
});

function run(script: string, settings: Record<string, string> = {}): Promise<Ended> {
  const args = [join('scripts', 'bootstrap.mjs'), join('scripts', script)];
  return start(process.execPath, args, { cwd: sandbox.root, env: settings }).ended;
}

test('a fresh copy, one command: ready, a filled order explained, the page answers, and stop ends it all', async () => {
  const demo = await run('demo.ts');
  expect(demo.code, demo.stdout + demo.stderr).toBe(0);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(demo.stdout) ?? [];
  expect(demo.stdout).toMatch(/first fill, \w+\/\w+: overnight why \S+/);
  expect((await fetch(`${url}readyz`)).status).toBe(200);
  expect((await fetch(`${url}metrics`)).status).toBe(200);

  const home = findPm2Home(sandbox.root);
  const supervised = await listSupervised(home);
  expect(supervised.map(({ name, status, restarts }) => ({ name, status, restarts }))).toEqual(
    expect.arrayContaining(
      ['overnight', 'overnight-exchange', 'overnight-watcher'].map((name) => ({
        name,
        status: 'online',
        restarts: 0,
      })),
    ),
  );

  expect((await run('stop.ts')).stdout).not.toContain('killed');
  expect(supervised.filter(({ pid }) => isAlive(pid))).toEqual([]);
});

test('settings with a mistake: the demo says which, starts nothing, and ends with 1', async () => {
  sandbox.write('bad.yaml', 'symbols: [BTCUSDT]\n');
  const demo = await run('demo.ts', { OVERNIGHT_CONFIG: 'bad.yaml' });
  expect(demo.code).toBe(1);
  expect(demo.stdout).toContain("symbols[0]: 'BTCUSDT'; expected a market such as 'BTC/USDT'");
  expect(demo.stdout).not.toContain('starting under PM2');
});

// The exchange remembers what the journal does. Were it to start afresh, its balances would not be the journal's, and
// the daemon would be right not to trade on it.
test('the demo again, on what the first one left: ready, and it goes on trading', async () => {
  const demo = await run('demo.ts');
  expect(demo.code, demo.stdout + demo.stderr).toBe(0);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(demo.stdout) ?? [];
  expect((await fetch(`${url}readyz`)).status).toBe(200);
  const before = await countFilled(url);
  const deadline = performance.now() + FILLED_WITHIN_MS;
  while ((await countFilled(url)) <= before) {
    if (performance.now() > deadline) expect.fail(`no fill after the first ${before}`);
    await wait(500);
  }
  expect((await fetch(`${url}readyz`)).status).toBe(200);
  expect((await run('stop.ts')).stdout).not.toContain('killed');
}, 300_000);

async function countFilled(url: string): Promise<number> {
  const text = await (await fetch(`${url}api/v1/orders?limit=500`)).text();
  return text.split('"FILLED"').length;
}
