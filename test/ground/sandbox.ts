// A copy of the project's ground (no rooms) in a temporary folder, where tests may install, start and break things.

import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

/** The checkout these tests belong to. */
export const CHECKOUT: string = resolve(import.meta.dirname, '..', '..');

const GROUND = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'scripts',
  'bin',
  'ecosystem.config.js',
  'vitest.config.ts',
];

/** A folder to break things in. */
export type Sandbox = {
  readonly root: string;
  readonly write: (path: string, text: string) => void;
  readonly remove: () => void;
};

/** Copies the ground; `modules` links the checkout's node_modules, else there are none. */
export function makeSandbox({ modules }: { readonly modules: boolean }): Sandbox {
  const sandbox = makeEmptySandbox();
  for (const name of GROUND) {
    cpSync(join(CHECKOUT, name), join(sandbox.root, name), { recursive: true });
  }
  if (modules) symlinkSync(join(CHECKOUT, 'node_modules'), join(sandbox.root, 'node_modules'));
  return sandbox;
}

/** A folder with nothing in it. */
export function makeEmptySandbox(): Sandbox {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'overnight-ground-')));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** How a program ended and what it said. */
export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A program still running: `heard(text)` resolves once it has printed that text. */
export type Running = {
  readonly pid: number;
  readonly heard: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
};

/** Starts a program in a sandbox, outside of any npm run this test itself lives in. */
export function start(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Running {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_(?!config_)|VITEST|NODE_OPTIONS$|TEST$|OVERNIGHT_)/.test(name),
  );
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    for (const listener of listeners) listener();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<Ended>((done, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => setImmediate(() => done({ code, signal, stdout, stderr })));
  });
  const heard = (text: string): Promise<void> =>
    new Promise((done, reject) => {
      const listen = (): void => {
        if (stdout.includes(text)) done();
      };
      listeners.add(listen);
      listen();
      ended.then(
        (how) => reject(new Error(`ended before "${text}": ${JSON.stringify(how)}`)),
        reject,
      );
    });
  return { pid: child.pid ?? 0, heard, ended };
}
