// A copy of the project's ground (no rooms) in a temporary folder, where tests may install, start and break things.

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

/** The checkout these tests belong to. */
export const CHECKOUT: string = resolve(import.meta.dirname, '..', '..');

const GROUND = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'scripts',
  'bin',
  'ecosystem.config.js',
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
