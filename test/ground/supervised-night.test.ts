import { cpSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { findPm2Home, listSupervised, runPm2 } from '../../scripts/supervisor.ts';
import { CHECKOUT, makeSandbox, type Sandbox, start } from './sandbox.ts';

// The night under the real PM2: what happens to the daemon when it is killed, hangs, or is stopped.

const PATIENCE_MS = 90_000;

let sandbox: Sandbox;
let home: string;
let ports: { readonly http: number; readonly control: number };

beforeAll(async () => {
  sandbox = makeSandbox({ modules: true });
  for (const folder of ['src', 'config', 'dashboard']) {
    cpSync(join(CHECKOUT, folder), join(sandbox.root, folder), { recursive: true });
  }
  // A free port for the debugger that hangs the loop below: several runs may share this machine.
  const file = join(sandbox.root, 'ecosystem.config.js');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('...NODE_FLAGS,', "...NODE_FLAGS, '--inspect-port=0',"));
  home = findPm2Home(sandbox.root);
  const demo = await runScript('demo.ts');
  expect(demo.code, demo.stdout + demo.stderr).toBe(0);
  const kept: unknown = JSON.parse(await readFile(join(home, 'demo.json'), 'utf8'));
  ports = readPorts(kept);
});

afterAll(async () => {
  await runScript('stop.ts');
  sandbox.remove();
});

function runScript(script: string) {
  const args = [join('scripts', 'bootstrap.mjs'), join('scripts', script)];
  return start(process.execPath, args, { cwd: sandbox.root }).ended;
}

function readPorts(kept: unknown) {
  const field = (name: string): number => {
    const value = kept instanceof Object ? Object.entries(kept).find(([key]) => key === name) : [];
    if (typeof value?.[1] !== 'number') throw new Error(`demo.json has no port ${name}`);
    return value[1];
  };
  return { http: field('http'), control: field('control') };
}

async function findDaemon() {
  const found = (await listSupervised(home)).find(({ name }) => name === 'overnight');
  if (found === undefined) throw new Error('PM2 does not know the daemon');
  return found;
}

/** JSON of a page, `undefined` while nobody answers. */
async function read(url: string): Promise<Record<string, unknown> | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const body: unknown = await answer.json();
    return body instanceof Object ? Object.fromEntries(Object.entries(body)) : undefined;
  } catch {
    // Refused, reset or too slow: the daemon is not there (yet), which is what callers wait on.
    return undefined;
  }
}

const status = () => read(`http://127.0.0.1:${ports.http}/api/v1/status`);

/** The status of another process than `pid`, once that one is ready. */
async function untilReplaced(pid: number): Promise<Record<string, unknown>> {
  const endMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endMs) {
    const now = await status();
    if (now !== undefined && now['pid'] !== pid && now['ready'] === true) return now;
    await wait(250);
  }
  throw new Error(`nobody took over from process ${pid}`);
}

async function expectNothingSentTwice(): Promise<void> {
  const truth = await read(`http://127.0.0.1:${ports.control}/truth`);
  const counts = truth?.['clientIdCounts'];
  const received = counts instanceof Object ? Object.values(counts) : [];
  expect(received.length).toBeGreaterThan(0);
  expect(Math.max(...received)).toBe(1);
}

/** Positions as quantity per strategy and symbol. */
function held(now: Record<string, unknown>): readonly string[] {
  const positions = now['positions'];
  if (!Array.isArray(positions)) throw new Error('the status tells no positions');
  return positions.map((row) => `${row.strategy} ${row.symbol} ${row.quantity}`).sort();
}

test('kill -9 at three: PM2 starts it again, it holds what it held, and nothing is sent twice', async () => {
  const before = await findDaemon();
  const wordsBefore = await status();
  process.kill(before.pid, 'SIGKILL');

  const after = await untilReplaced(before.pid);
  expect(Number(after['epoch'])).toBe(Number(wordsBefore?.['epoch']) + 1);
  expect(held(after).length).toBeGreaterThan(0);
  expect(after['ordersUnknownCount']).toBe(0);
  await expectNothingSentTwice();
});

// Under PM2 a hung loop is "online" for ever. Our watchdog must see it from outside the loop.
test('the event loop hangs: the process is killed from within after 30 s and replaced', async () => {
  const before = await findDaemon();
  await hangLoop(before.pid);

  await untilReplaced(before.pid);
  const log = await readFile(join(sandbox.root, 'logs', 'overnight.jsonl'), 'utf8');
  expect(log).toContain('killed by the watchdog');
  await expectNothingSentTwice();
});

test('pm2 stop: the gate closes, everything is flushed, and the process ends with 0', async () => {
  const before = await findDaemon();
  const said = await runPm2(home, ['stop', String(before.id)]);
  expect(said.code, said.stderr).toBe(0);

  const beat: unknown = JSON.parse(
    await readFile(join(sandbox.root, 'data', 'heartbeat.json'), 'utf8'),
  );
  expect(beat).toMatchObject({ pid: before.pid, stopped: { exitCode: 0 } });
  await expectNothingSentTwice();
});

/** Makes the loop of a running Node spin for ever, as a bug would: by its debugger, so that the product needs no such door. */
async function hangLoop(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const socketUrl = await findDebugger(pid);
  const socket = new WebSocket(socketUrl);
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const expression = 'for (;;) {}';
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  await wait(1_000);
  socket.terminate();
}

async function findDebugger(pid: number): Promise<string> {
  const endMs = performance.now() + 10_000;
  while (performance.now() < endMs) {
    const said = await readFile(join(sandbox.root, 'logs', 'pm2', 'overnight.err.log'), 'utf8');
    const found = [...said.matchAll(/Debugger listening on (ws:\/\/\S+)/g)].at(-1)?.[1];
    if (found !== undefined) return found;
    await wait(250);
  }
  throw new Error(`process ${pid} opened no debugger`);
}
