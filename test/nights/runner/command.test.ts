import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { ROOT } from '../../../scripts/node-runtime.mjs';

vi.setConfig({ testTimeout: 300_000 });

function nights(...args: readonly string[]) {
  const script = join(ROOT, 'scripts', 'nights.ts');
  return spawnSync(process.execPath, [script, ...args], { cwd: ROOT, encoding: 'utf8' });
}

test('one night from the command line: exit 0, a report for programs, lines for people beside it', () => {
  const args = ['--seed', 'command', '--hours', '0.1', '--faults', 'none', '--json', '--hash'];
  const { status, stdout, stderr } = nights(...args);
  expect(stderr).toContain('every invariant held');
  expect(stderr).toMatch(/^command .* ok, [0-9a-f]{64}$/m);
  expect(JSON.parse(stdout)).toMatchObject({
    failures: [],
    survival: { nights: 1, twins: 1, counts: { lives: 1 } },
  });
  expect(status).toBe(0);
});

test('an argument that nobody can mean: exit 2, one line that says how it is meant', () => {
  const { status, stderr } = nights('--seed', '1', '--hours', 'all');
  expect(status).toBe(2);
  expect(stderr).toBe(
    'nights: --hours is all, expected a number above 0 (--help tells what there is)\n',
  );
});
