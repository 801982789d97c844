#!/usr/bin/env node
// The `overnight` command. Plain JavaScript, so that it starts under an old Node too and hands over to the right one.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import {
  ensureModules,
  fail,
  findNode,
  installNode,
  ROOT,
  runAndExit,
} from '../scripts/node-runtime.mjs';

const CLI = join(ROOT, 'src', 'cli', 'main.ts');

async function main() {
  const node = findNode() ?? (await installNode());
  // Only when nothing is there at all: `overnight halt` must not stop to reinstall under a running daemon.
  if (!existsSync(join(ROOT, 'node_modules'))) await ensureModules(node);

  // The usual case needs no second process. Node 22 would announce type stripping on stderr, so it gets one.
  if (node === process.execPath && !process.versions.node.startsWith('22.')) {
    process.argv[1] = CLI;
    await import(pathToFileURL(CLI).href);
    return;
  }
  runAndExit(node, [CLI, ...process.argv.slice(2)]);
}

main().catch(fail);
