import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { BadArgument } from '../../../scripts/nights/command-line.ts';
import { findUntried, parseCrashAsk } from '../../../scripts/nights/crash-ask.ts';
import type { CrashReport } from '../../../src/sim/crash-points.ts';

const SCRIPTS = join(import.meta.dirname, '..', '..', '..', 'scripts');
const STORIES = ['nothing wrong', 'answers are lost'];

function run(script: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(SCRIPTS, `${script}.ts`), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

// Somebody types these at night. A stack of Node tells them that the program is broken, and it is not.
describe.each(['nights', 'crash-points', 'mutants', 'memory-night'])('%s', (script) => {
  test('tells its options when asked, and runs nothing', () => {
    const { status, stdout, stderr } = run(script, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^(npm run|node scripts\/)[\s\S]+\n {2}--\w+/);
  });

  test('refuses what it does not know in one line, without a stack', () => {
    const { status, stdout, stderr } = run(script, '--bogus');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`${script}: Unknown option '--bogus' (--help tells what there is)\n`);
  });
});

test.each([
  [
    'nights',
    ['--schedule', 'nosuch.json'],
    /^nights: found no file nosuch\.json, expected a night/,
  ],
  ['nights', ['--seed', '4', '--seeds', '3'], /--seed is one night: --seeds cannot be said of it/],
  ['nights', ['--seed='], /--seed is empty/],
  ['nights', ['--faults', ','], /--faults is ",", expected a name on each side of a comma/],
  ['nights', ['--jobs', '99999999'], /--jobs is 99999999, at most 256/],
  ['crash-points', ['--recovery', 'x'], /--recovery is x, expected a whole number, 0 or more/],
  ['crash-points', ['--torn', 'x'], /--torn is x, expected a whole number, 0 or more/],
  ['crash-points', ['--only', 'x'], /no story is called x; there are nothing wrong,/],
  ['mutants', ['no-such-mutant'], /no mutant is called no-such-mutant; there are /],
  ['mutants', ['--jobs', '99999999'], /--jobs is 99999999, at most 256/],
  ['mutants', ['--jobs', '0'], /--jobs is 0, expected a whole number, 1 or more/],
])('%s %j is refused in one line', (script, args, told) => {
  const { status, stdout, stderr } = run(script, ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(told);
  expect(stderr.trimEnd()).not.toContain('\n');
});

describe('crash points', () => {
  test('a number of them is a whole one, and 0 asks for none', () => {
    expect(parseCrashAsk([], STORIES)).toEqual({
      stories: STORIES,
      recoveryWritesCount: 6,
      tornStride: 1,
    });
    expect(parseCrashAsk(['--recovery', '0', '--torn', '0'], STORIES)).toMatchObject({
      recoveryWritesCount: 0,
      tornStride: 0,
    });
    for (const text of ['x', '', '1.5', '-1', '1e3', 'Infinity']) {
      expect(() => parseCrashAsk([`--torn=${text}`], STORIES), text).toThrow(BadArgument);
      expect(() => parseCrashAsk([`--recovery=${text}`], STORIES), text).toThrow(BadArgument);
    }
  });

  // "0 torn writes, 0 violations" reads as a proof and is none.
  test('a kind that was asked for and never tried is told', () => {
    const killed: CrashReport = {
      writesCount: 10,
      triedCount: 60,
      recoveriesCount: 40,
      checksCount: 900,
      broken: [],
    };
    const torn: CrashReport = { ...killed, triedCount: 30, recoveriesCount: 0 };
    const ask = { stories: STORIES, recoveryWritesCount: 1, tornStride: 1 };
    expect(findUntried(ask, { killed, torn })).toEqual([]);
    expect(findUntried(ask, { killed, torn: { ...torn, triedCount: 0 } })).toEqual(['torn writes']);
    expect(
      findUntried(ask, { killed: { ...killed, triedCount: 20, recoveriesCount: 0 }, torn }),
    ).toEqual(['crashes of a recovery']);
    expect(findUntried(ask, { killed: { ...killed, triedCount: 40 }, torn })).toEqual([
      'crash points',
    ]);
    expect(
      findUntried(
        { ...ask, recoveryWritesCount: 0, tornStride: 0 },
        { killed: { ...killed, triedCount: 20, recoveriesCount: 0 }, torn: undefined },
      ),
    ).toEqual([]);
  });
});
