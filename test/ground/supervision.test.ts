import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../../scripts/node-runtime.mjs';
import { findPm2Home, listSupervised } from '../../scripts/supervisor.ts';
import { type Ended, makeSandbox, type Sandbox, start } from './sandbox.ts';

// The real PM2 over stand-in programs: what is tried here is the scripts and the PM2 file, not the night itself.

const ENDS_WELL = `process.on('SIGINT', () => process.exit(0));\n`;
const DAEMON = `import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
${ENDS_WELL}
writeFileSync('environment.json', JSON.stringify(process.env));
const orders = ['young', 'old'].map((clientOrderId) => ({ clientOrderId, state: 'FILLED', symbol: 'BTC/USDT' }));
const answer = (url) => (url.startsWith('/api') ? JSON.stringify(orders) : '{}');
createServer((question, it) => it.end(answer(question.url ?? '')))
  .listen(Number(process.env['OVERNIGHT_HTTP_PORT']), '127.0.0.1', () => process.send?.('ready'));
`;
const CLI = `${ENDS_WELL}
if (process.argv[2] === 'exchange') setInterval(() => {}, 1000);
else console.log('said:', ...process.argv.slice(2), process.env['OVERNIGHT_HTTP_PORT']);
`;

let sandbox: Sandbox;
let home: string;

beforeEach(() => {
  sandbox = makeSandbox({ modules: true });
  home = findPm2Home(sandbox.root);
  sandbox.write('config/overnight.yaml', 'venue:\n  setup: rehearsal\n');
  sandbox.write('src/main.ts', DAEMON);
  sandbox.write('src/cli/main.ts', CLI);
  sandbox.write('src/watcher.ts', `${ENDS_WELL}setInterval(() => {}, 1000);\n`);
});

afterEach(async () => {
  await run('stop.ts');
  sandbox.remove();
});

function run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const args = [join('scripts', 'bootstrap.mjs'), join('scripts', script)];
  return start(process.execPath, args, { cwd: sandbox.root, env }).ended;
}

const urlIn = (said: string): string => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0] ?? said;
const pidsOf = async (): Promise<readonly number[]> =>
  (await listSupervised(home)).map(({ pid }) => pid);

test('demo, demo again, stop: it comes up, is left alone, and leaves no process behind', async () => {
  const first = await run('demo.ts', { GITHUB_TOKEN: 'do-not-tell' });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const port = new URL(urlIn(first.stdout)).port;
  expect(first.stdout).toContain(`said: why old ${port}`);
  expect(first.stdout).toContain('npm run stop');
  expect(readFileSync(join(sandbox.root, 'environment.json'), 'utf8')).not.toContain('do-not-tell');
  const supervised = await listSupervised(home);
  expect(supervised.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
    'overnight online',
    'overnight-exchange online',
    'overnight-watcher online',
  ]);

  const second = await run('demo.ts');
  expect(second).toMatchObject({ code: 0 });
  expect(second.stdout).toContain('already running');
  expect(urlIn(second.stdout)).toBe(urlIn(first.stdout));
  expect(await pidsOf()).toEqual(supervised.map(({ pid }) => pid));

  expect((await run('stop.ts')).stdout).toContain('stopped');
  expect(supervised.filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect(existsSync(home)).toBe(false);
  expect((await run('stop.ts')).stdout).toContain('nothing was running');
});

test('the usual port is taken by somebody else: the demo takes the next and says so', async () => {
  const holder = await holdPort(9464);
  try {
    const { code, stdout } = await run('demo.ts');
    expect(code).toBe(0);
    const port = Number(new URL(urlIn(stdout)).port);
    expect(port).toBeGreaterThan(9464);
    expect(stdout).toContain(`OVERNIGHT_HTTP_PORT=${port} npx overnight status`);
  } finally {
    holder?.close();
  }
});

// 78 is bad configuration: no restart cures it, so PM2 leaves it down and the demo must not wait its whole minute.
test('a daemon that refuses its settings: down it stays, and the demo ends with 1 and its words', async () => {
  sandbox.write('src/main.ts', `console.error('risk.maxPosition is missing'); process.exit(78);\n`);
  const { code, stdout } = await run('demo.ts');
  expect(code).toBe(1);
  expect(stdout).toContain('risk.maxPosition is missing');
  expect(stdout).toContain('exit code 78');
  const daemon = (await listSupervised(home)).find(({ name }) => name === 'overnight');
  expect(daemon).toMatchObject({ gaveUp: true, exitCode: 78, restarts: 0 });
});

test('the settings say live: the demo refuses, and nothing was started', async () => {
  sandbox.write('config/overnight.yaml', 'venue:\n  setup: live\n');
  const { code, stdout } = await run('demo.ts');
  expect(code).toBe(1);
  expect(stdout).toContain('a demo never sends a real order');
  expect(existsSync(home)).toBe(false);
});

test('an unhandled rejection ends the process, and PM2 starts it again', async () => {
  sandbox.write(
    'src/main.ts',
    `import { existsSync, writeFileSync } from 'node:fs';
if (existsSync('was-here')) { await import('./second-life.ts'); }
else { writeFileSync('was-here', ''); setInterval(() => {}, 1000); Promise.reject(new Error('lost')); }
`,
  );
  sandbox.write('src/second-life.ts', DAEMON);
  expect(await run('demo.ts')).toMatchObject({ code: 0 });
  const daemon = (await listSupervised(home)).find(({ name }) => name === 'overnight');
  expect(daemon).toMatchObject({ status: 'online', restarts: 1 });
});

test('PM2 itself was killed: stop still finds what it left', async () => {
  expect(await run('demo.ts')).toMatchObject({ code: 0 });
  const pids = await pidsOf();
  process.kill(Number(readFileSync(join(home, 'pm2.pid'), 'utf8')), 'SIGKILL');

  expect((await run('stop.ts')).stdout).toContain('stopped');
  expect(pids.filter(isAlive)).toEqual([]);
});

test('a folder with a very long name: PM2 gets a home its sockets fit into', () => {
  expect(findPm2Home('/home/me/overnight')).toBe('/home/me/overnight/.pm2');
  const long = `/home/me/${'deep/'.repeat(30)}overnight`;
  expect(findPm2Home(long).length).toBeLessThan(85);
  expect(findPm2Home(long)).not.toBe(findPm2Home(`${long}2`));
});

/** Holds a port while somebody looks for it; `undefined` when it is taken already, which serves as well. */
function holdPort(port: number): Promise<Server | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen(port, '127.0.0.1', () => done(server));
  });
}
