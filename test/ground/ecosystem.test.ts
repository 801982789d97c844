import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { supports } from '../../scripts/node-runtime.mjs';
import { boundLog } from '../../scripts/pm2-logs.mjs';
import { readVenueSetup } from '../../scripts/venue-setup.mjs';
import { makeSandbox, type Sandbox, start } from './sandbox.ts';

type App = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
};

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = makeSandbox({ modules: false });
});
afterAll(() => sandbox.remove());

const settings = (setup: string): string =>
  `# the night's settings\nvenue:\n  # which world\n  name: binance\n\n  setup: ${setup} # one of three\nother:\n  setup: nonsense\n`;

/** The apps as PM2 would read them, in a process of its own with this environment. */
async function load(env: Readonly<Record<string, string>> = {}): Promise<readonly App[]> {
  const print = `import('./ecosystem.config.js').then((it) => console.log(JSON.stringify(it.apps)))`;
  const { stdout, stderr } = await start(process.execPath, ['-e', print], {
    cwd: sandbox.root,
    env,
  }).ended;
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

function find(apps: readonly App[], name: string): App {
  const app = apps.find((candidate) => candidate.name === name);
  if (app === undefined) throw new Error(`no ${name} in ${apps.map((each) => each.name)}`);
  return app;
}

test('the rehearsal set-up: exchange, daemon and watcher, each supervised so that it survives a night', async () => {
  sandbox.write('config/overnight.yaml', settings('rehearsal'));
  const apps = await load();
  expect(apps.map(({ name }) => name)).toEqual([
    'overnight-exchange',
    'overnight',
    'overnight-watcher',
  ]);

  for (const app of apps) {
    expect(app).toMatchObject({
      namespace: 'overnight',
      cwd: sandbox.root,
      interpreter: process.execPath,
      exec_mode: 'fork',
      instances: 1,
      pmx: false,
      automation: false,
      vizion: false,
      watch: false,
      autorestart: true,
      exp_backoff_restart_delay: 200,
      max_restarts: 1000,
      min_uptime: 10_000,
      stop_exit_codes: [75, 76, 78],
      merge_logs: true,
    });
    expect(app['filter_env']).toEqual(['']);
    expect(app['node_args']).toContainEqual(expect.stringMatching(/^--import=file:.*pm2-logs/));
    expect(app['out_file']).toMatch(/\/logs\/pm2\/\w+\.out\.log$/);
    expect(app['error_file']).toMatch(/\/logs\/pm2\/\w+\.err\.log$/);
  }

  expect(find(apps, 'overnight')).toMatchObject({
    script: 'src/main.ts',
    wait_ready: true,
    listen_timeout: 20_000,
    kill_timeout: 15_000,
    max_memory_restart: '600M',
  });
  expect(find(apps, 'overnight')['node_args']).toContain('--max-old-space-size=512');
  for (const name of ['overnight', 'overnight-watcher']) {
    const { env, node_args: flags } = find(apps, name);
    expect(flags).toContainEqual(expect.stringMatching(/^--import=file:.*warm-start/));
    expect(env['MALLOC_TRIM_THRESHOLD_']).toBe('131072');
  }
  expect(find(apps, 'overnight-exchange')).toMatchObject({
    script: 'src/cli/main.ts',
    args: ['exchange', '--state', join(sandbox.root, 'data', 'exchange.db')],
  });
  expect(find(apps, 'overnight-watcher')).toMatchObject({ script: 'src/watcher.ts' });
});

test.each(['paper', 'live', '"live"'])('the %s set-up: no simulated exchange', async (setup) => {
  sandbox.write('config/overnight.yaml', settings(setup));
  expect((await load()).map(({ name }) => name)).toEqual(['overnight', 'overnight-watcher']);
});

test.each([
  ['venue:\n  setup: live\n', 'live'],
  ['venue: { name: binance, setup: paper }\n', 'paper'],
  ["venue:\r\n    name: x # setup: live\r\n    setup: 'live'\r\n", 'live'],
  ['risk:\n  setup: live\nvenue:\n  name: x\nother:\n  setup: live\n', 'rehearsal'],
  ['# venue:\n#   setup: live\n', 'rehearsal'],
])('the settings %j: the set-up is %s', (text, setup) => {
  sandbox.write('config/mine.yaml', text);
  expect(readVenueSetup('config/mine.yaml', sandbox.root)).toBe(setup);
});

test('settings elsewhere, another instance, other ports: all are heard', async () => {
  sandbox.write('config/overnight.yaml', settings('live'));
  sandbox.write('config/mine.yaml', 'venue:\n  name: binance\n');
  const apps = await load({
    OVERNIGHT_CONFIG: 'config/mine.yaml',
    OVERNIGHT_INSTANCE: 'blue',
    OVERNIGHT_EXCHANGE_PORT: '9600',
    OVERNIGHT_EXCHANGE_CONTROL_PORT: '9601',
  });
  expect(apps.map(({ name, namespace }) => ({ name, namespace }))).toEqual([
    { name: 'overnight-exchange-blue', namespace: 'overnight-blue' },
    { name: 'overnight-blue', namespace: 'overnight-blue' },
    { name: 'overnight-watcher-blue', namespace: 'overnight-blue' },
  ]);
  expect(apps[0]?.['args']).toEqual([
    'exchange',
    '--port',
    '9600',
    '--control-port',
    '9601',
    '--state',
    join(sandbox.root, 'data', 'exchange.db'),
  ]);
});

// The daemon's journal and the exchange it trades on are remembered in one folder, or one of them wakes up in a world the other does not know.
test.each([
  ['data:\n  dir: here\n', 'here'],
  ['data: { dir: "over there" }\n', 'over there'],
  ["data:\n  # which disk\n  dir: '/mnt/night' # the fast one\n", '/mnt/night'],
  ['other:\n  dir: nonsense\n', 'data'],
])('the settings %j: the exchange remembers in %s', async (text, folder) => {
  sandbox.write('config/mine.yaml', text);
  const env = { OVERNIGHT_CONFIG: 'config/mine.yaml' };
  const file = resolve(sandbox.root, folder, 'exchange.db');
  expect(find(await load(env), 'overnight-exchange')['args']).toContain(file);
  const moved = await load({ ...env, OVERNIGHT_DATA_DIR: 'elsewhere' });
  const there = resolve(sandbox.root, 'elsewhere', 'exchange.db');
  expect(find(moved, 'overnight-exchange')['args']).toContain(there);
});

test('no settings file: no exchange; the daemon is the one to say so', async () => {
  const apps = await load({ OVERNIGHT_CONFIG: 'config/absent.yaml' });
  expect(apps.map(({ name }) => name)).toEqual(['overnight', 'overnight-watcher']);
});

// `pm2 save` writes the environment of each app into a file that others may read.
test('the shell full of secrets: only what a night needs is passed on', async () => {
  const [app] = await load({
    AWS_SECRET_ACCESS_KEY: 'x',
    GITHUB_TOKEN: 'x',
    OVERNIGHT_API_SECRET: 'x',
    OVERNIGHT_SMTP_PASSWORD: 'x',
    HTTPS_PROXY: 'http://me:word@proxy',
    SOMETHING_ELSE: 'x',
    OVERNIGHT_HTTP_PORT: '9470',
    TZ: 'UTC',
  });
  expect(app?.env).toMatchObject({ OVERNIGHT_HTTP_PORT: '9470', TZ: 'UTC' });
  expect(Object.values(app?.env ?? {})).not.toContain('x');
  expect(app?.env).not.toHaveProperty('HTTPS_PROXY');
});

test('PM2 read by an old Node and none installed yet: the message says what to run', async ({
  skip,
}) => {
  const version = await start('/usr/bin/node', ['-p', 'process.version'], {
    cwd: sandbox.root,
  }).ended.then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  skip(version === undefined || supports(version), '/usr/bin/node is no unsupported Node');
  const { code, stderr } = await start('/usr/bin/node', ['ecosystem.config.js'], {
    cwd: sandbox.root,
  }).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('npm run demo');
});

// PM2 never shortens what it writes: a chatty night would fill the disk.
test('a log past its limit starts again empty and keeps its last part beside it; a short one is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'overnight-logs-'));
  try {
    const log = join(folder, 'out.log');
    writeFileSync(log, 'x'.repeat(100));
    expect(boundLog(log, 100)).toBe(false);
    expect(statSync(log).size).toBe(100);

    writeFileSync(log, 'y'.repeat(101));
    expect(boundLog(log, 100)).toBe(true);
    expect(statSync(log).size).toBe(0);
    expect(readFileSync(`${log}.1`, 'utf8')).toBe('y'.repeat(101));
    expect(boundLog(join(folder, 'absent.log'), 100)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
