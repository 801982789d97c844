// The last words of a test run: every skipped test by name with its reason, then one line of counts.

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A test that did not run, and why. */
export type Skip = { readonly name: string; readonly reason: string };

/** What became of a run. A file that could not even be loaded counts as one failure. */
export type Tally = {
  readonly passed: number;
  readonly failed: number;
  readonly skips: readonly Skip[];
};

/** The lines that end a run: the skips, then `N passed, N failed, N skipped`. */
export function summaryLines({ passed, failed, skips }: Tally): readonly string[] {
  const listed = skips.map(({ name, reason }) => `  skipped: ${name} (${reason})`);
  return [...listed, `${passed} passed, ${failed} failed, ${skips.length} skipped`];
}

/** Prints the summary after vitest's own; `OVERNIGHT_TEST_SUMMARY` names a file that gets the same lines. */
export default class TestSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const lines = summaryLines(tallyOf(modules, errors.length));
    const file = process.env['OVERNIGHT_TEST_SUMMARY'];
    if (file !== undefined) writeFileSync(file, `${lines.join('\n')}\n`);
    // After the default reporter, which prints its own summary in the same hook.
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

function tallyOf(modules: readonly TestModule[], unhandledErrors: number): Tally {
  let passed = 0;
  let failed = unhandledErrors;
  const skips: Skip[] = [];
  for (const module of modules) {
    if (module.errors().length > 0) failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      else if (state === 'failed') failed += 1;
      else skips.push({ name: nameOf(module, test), reason: reasonOf(test) });
    }
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
  }
  return { passed, failed, skips };
}

function nameOf(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? (result.state === 'pending' ? 'it never ran' : 'no reason given');
}
