import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { summaryLines } from '../../scripts/test-summary.ts';
import { CHECKOUT, makeEmptySandbox, start } from './sandbox.ts';

test('a run ends with its skips and failures by name and reason, then the counts', () => {
  const skips = [{ name: 'recorded > replays', reason: 'no recording here' }];
  const failures = [{ name: 'night > kill', reason: 'expected 1 to be 2' }];
  expect(summaryLines({ passed: 3, failures, skips })).toEqual([
    '  skipped: recorded > replays (no recording here)',
    '  failed: night > kill (expected 1 to be 2)',
    '3 passed, 1 failed, 1 skipped',
  ]);
});

// A file that cannot be loaded holds no tests; counted by tests alone it would pass unseen.
test('one test passes, fails, is skipped each, and one file is broken: the last line counts them all', async () => {
  const { root, write, remove } = makeEmptySandbox();
  try {
    symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
    write(
      'test/three.test.ts',
      `import { expect, test } from 'vitest';
test('fine', () => expect(1).toBe(1));
test('wrong', () => expect(1).toBe(2));
test('later', ({ skip }) => skip(true, 'no recording here'));
`,
    );
    write('test/broken.test.ts', `import './nowhere.ts';\n`);
    const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
    const config = join(CHECKOUT, 'vitest.config.ts');
    const args = [vitest, 'run', '--root', root, '--config', config];
    const { code, stdout } = await start(process.execPath, args, { cwd: CHECKOUT }).ended;

    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n').slice(-4)).toEqual([
      '  skipped: test/three.test.ts > later (no recording here)',
      expect.stringMatching(/^ {2}failed: test\/broken\.test\.ts \(.*nowhere/),
      '  failed: test/three.test.ts > wrong (expected 1 to be 2 // Object.is equality)',
      '1 passed, 2 failed, 1 skipped',
    ]);
  } finally {
    remove();
  }
});
