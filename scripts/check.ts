// npm run check: everything that can be said about the code without running it, side by side, in seconds.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './node-runtime.mjs';

type Check = { readonly name: string; readonly args: readonly string[]; readonly cure?: string };

type Outcome = { readonly check: Check; readonly problem: string | undefined; readonly ms: number };

const bin = (path: string): string => join(ROOT, 'node_modules', path);

const CHECKS: readonly Check[] = [
  { name: 'types', args: [bin('typescript/bin/tsc'), '--noEmit'] },
  {
    name: 'format and lint',
    args: [
      bin('@biomejs/biome/bin/biome'),
      'check',
      '--error-on-warnings',
      '--max-diagnostics=20',
      '.',
    ],
    cure: 'npm run fix',
  },
  { name: 'floors', args: [join(ROOT, 'scripts', 'floors.ts')] },
  { name: 'unused code', args: [bin('knip/bin/knip.js'), '--no-progress'] },
  { name: 'tidy', args: [bin('vitest/vitest.mjs'), 'run', '--reporter=dot', 'test/tidy.test.ts'] },
];

/** Runs one check; a problem is everything it printed. */
function run(check: Check): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, [...process.execArgv, ...check.args], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('close', (code) => {
      const problem = code === 0 ? undefined : Buffer.concat(said).toString('utf8').trimEnd();
      done({ check, problem, ms: performance.now() - startedAt });
    });
  });
}

const outcomes = await Promise.all(CHECKS.map(run));

for (const { check, problem } of outcomes) {
  if (problem === undefined) continue;
  const cure = check.cure === undefined ? '' : ` (much of it is cured by \`${check.cure}\`)`;
  process.stdout.write(`\n--- ${check.name} failed${cure}\n${problem}\n`);
}
process.stdout.write('\n');
for (const { check, problem, ms } of outcomes) {
  const seconds = (ms / 1000).toFixed(1);
  process.stdout.write(
    `${problem === undefined ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)\n`,
  );
}
process.exitCode = outcomes.some(({ problem }) => problem !== undefined) ? 1 : 0;
