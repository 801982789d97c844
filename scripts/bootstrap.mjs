// node scripts/bootstrap.mjs <script> [args]
//
// Runs a script of this project on a fresh machine: finds or installs a supported Node, installs the dependencies when
// the lock file changed, then runs the script with that Node. Arguments, exit code and signals pass through.

import process from 'node:process';
import {
  ensureModules,
  fail,
  findNode,
  installNode,
  ROOT,
  runAndExit,
  SetupError,
} from './node-runtime.mjs';

async function main([script, ...args]) {
  if (script === undefined)
    throw new SetupError('usage: node scripts/bootstrap.mjs <script> [args]');
  process.chdir(ROOT);
  const node = findNode() ?? (await installNode());
  await ensureModules(node);
  runAndExit(node, [script, ...args]);
}

main(process.argv.slice(2)).catch(fail);
