// npm run demo: the default set-up under PM2 (exchange, daemon, watcher), until it is ready and has explained itself.
// Run again while it runs, it changes nothing and shows the same.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { type DemoPorts, environmentOfPorts, reservePorts, USUAL_PORTS } from './demo-ports.ts';
import { NODE_FLAGS, ROOT } from './node-runtime.mjs';
import { findPm2Daemon, findPm2Home, listSupervised, runPm2 } from './supervisor.ts';
import { readVenueSetup } from './venue-setup.mjs';

const READY_WITHIN_MS = 90_000;
const FILLED_WITHIN_MS = 60_000;
const ASK_AGAIN_AFTER_MS = 500;
const LOG_LINES_SHOWN = 25;
// One crash may be a port or a file still held by the night before; more are the same crash again.
const RESTARTS_MAX = 4;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The demo did not come up; the message says where it stopped. */
class DemoFailure extends Error {}

/** It was not even tried: the logs of an earlier one would only mislead. */
class BadSettings extends DemoFailure {}

const home = findPm2Home();
const portsFile = join(home, 'demo.json');

async function main(): Promise<void> {
  if (readVenueSetup() === 'live') {
    throw new DemoFailure(
      'the settings say `live`, and a demo never sends a real order. ' +
        'When you mean it: npx pm2 start ecosystem.config.js',
    );
  }
  assertSettings();
  const startedAt = performance.now();
  const running = await findRunningDemo();
  const ports = running ?? (await start());
  if (running !== undefined) {
    say('already running');
    await untilReady(ports);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`\nready after ${seconds} s. Dashboard: http://127.0.0.1:${ports.http}/\n`);

  const order = await findFirstFill(ports);
  explain(order, ports);
  sayWhereToLook(ports);
}

/** Said here in words, rather than by a daemon that PM2 starts and that gives up. */
function assertSettings(): void {
  const cli = join(ROOT, 'src', 'cli', 'main.ts');
  const checked = spawnSync(process.execPath, [...NODE_FLAGS, cli, 'check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (checked.status !== 0) throw new BadSettings(`${checked.stdout}${checked.stderr}`.trim());
}

/** Ports of a demo that already answers, `undefined` when there is none. */
async function findRunningDemo(): Promise<DemoPorts | undefined> {
  if (findPm2Daemon(home) === undefined || !existsSync(portsFile)) return undefined;
  const ports: DemoPorts = JSON.parse(readFileSync(portsFile, 'utf8'));
  const answer = await ask(ports, '/healthz');
  return answer === undefined ? undefined : ports;
}

async function start(): Promise<DemoPorts> {
  // Whatever is left of an earlier try in this folder would hold the lock, or restart under our feet.
  if (findPm2Daemon(home) !== undefined) await runPm2(home, ['kill']);

  const { ports, release } = await reservePorts();
  mkdirSync(home, { recursive: true });
  writeFileSync(portsFile, `${JSON.stringify(ports)}\n`);
  say(`starting under PM2 on ports ${ports.http} (HTTP), ${ports.exchange} (exchange)`);
  // PM2 ends with 0 whether or not the daemon came up: only /readyz tells.
  const started = await runPm2(home, ['start', 'ecosystem.config.js'], environmentOfPorts(ports));
  if (started.code !== 0) throw new DemoFailure(`PM2 said: ${started.stderr || started.stdout}`);
  await untilReady(ports);
  release(); // by now they listen; had we failed, our end gives the ports back
  return ports;
}

async function untilReady(ports: DemoPorts): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let asked = 0;
  let reasons = 'it never answered';
  while (performance.now() < deadline) {
    const answer = await ask(ports, '/readyz');
    if (answer?.status === 200) return;
    reasons = answer?.text ?? reasons;
    asked += 1;
    // Settings it refuses, a lock it cannot get, a crash at each start: no waiting helps.
    if (asked % 10 === 0) await assertNobodyGaveUp();
    await wait(ASK_AGAIN_AFTER_MS);
  }
  throw new DemoFailure(`not ready after ${READY_WITHIN_MS / 1000} s: ${reasons}`);
}

async function assertNobodyGaveUp(): Promise<void> {
  for (const { name, gaveUp, restarts, exitCode } of await listSupervised(home)) {
    if (gaveUp) throw new DemoFailure(`${name} gave up (exit code ${exitCode})`);
    if (restarts > RESTARTS_MAX) {
      throw new DemoFailure(`${name} crashed ${restarts} times (exit code ${exitCode})`);
    }
  }
}

type OrderSeen = {
  readonly clientOrderId: string;
  readonly state: string;
  readonly symbol: string;
};

/** The first order that was filled, `undefined` when the market gave none in time. */
async function findFirstFill(ports: DemoPorts): Promise<OrderSeen | undefined> {
  say('waiting for the first fill (up to 60 s)');
  const deadline = performance.now() + FILLED_WITHIN_MS;
  while (performance.now() < deadline) {
    const answer = await ask(ports, '/api/v1/orders?limit=200');
    if (answer?.status === 200) {
      const filled = parseOrders(answer.text).filter(({ state }) => state === 'FILLED');
      if (filled.length > 0) return filled.at(-1); // the list is newest first
    }
    await wait(ASK_AGAIN_AFTER_MS);
  }
  return undefined;
}

function parseOrders(text: string): readonly OrderSeen[] {
  const body: readonly OrderSeen[] | { readonly orders: readonly OrderSeen[] } = JSON.parse(text);
  return 'orders' in body ? body.orders : body;
}

/** The whole chain of one order, in the words of `overnight why`; without one, the last decisions. */
function explain(order: OrderSeen | undefined, ports: DemoPorts): void {
  if (order === undefined) {
    say('no fill yet: the strategies have not wanted one. Their last decisions:\n');
    overnight(['decisions', '--limit', '5'], ports);
    return;
  }
  say(`\nfirst fill, ${order.symbol}: overnight why ${order.clientOrderId}\n`);
  overnight(['why', order.clientOrderId], ports);
}

function overnight(args: readonly string[], ports: DemoPorts): void {
  const cli = join(ROOT, 'src', 'cli', 'main.ts');
  const ran = spawnSync(process.execPath, [...NODE_FLAGS, cli, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environmentOfPorts(ports) },
  });
  if (ran.status !== 0) throw new DemoFailure(`overnight ${args[0]} ended with ${ran.status}`);
}

function sayWhereToLook(ports: DemoPorts): void {
  const where = home.startsWith(ROOT) ? `PM2_HOME="$PWD/.pm2"` : `PM2_HOME=${home}`;
  const port = ports.http === USUAL_PORTS.http ? '' : `OVERNIGHT_HTTP_PORT=${ports.http} `;
  say('\nLook into it:');
  say(`  ${port}npx overnight status`);
  say(`  ${port}npx overnight decisions`);
  say(`  ${where} npx pm2 logs`);
  say(`  ${where} npx pm2 monit`);
  say('Stop it:');
  say('  npm run stop');
}

type Answer = { readonly status: number; readonly text: string };

/** One question to the daemon; `undefined` when nobody answers. */
async function ask(ports: DemoPorts, path: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${ports.http}${path}`, {
      signal: AbortSignal.timeout(3_000),
    });
    return { status: response.status, text: (await response.text()).trim() };
  } catch (error) {
    // Not there yet, or busy starting: the caller decides when that has taken too long.
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

function sayLastLogLines(): void {
  const folder = join(ROOT, 'logs', 'pm2');
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.log'))
    : [];
  for (const file of files) {
    const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
    if (lines.join('') === '') continue;
    say(`\n--- logs/pm2/${file}`);
    for (const line of lines.slice(-LOG_LINES_SHOWN)) say(line);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  if (!(error instanceof BadSettings)) sayLastLogLines();
  say(`\nthe demo did not come up: ${error.message}`);
  say('`npm run stop` takes away what runs; `npx overnight check` judges the settings.');
  process.exitCode = 1;
}
