// The last words of a test run: every test that failed or was skipped by name with its reason, then one line of counts.

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A test that failed or did not run, and why. */
export type NotPassed = { readonly name: string; readonly reason: string };

/** What became of a run. A file that could not even be loaded counts as one failure. */
export type Tally = {
  readonly passed: number;
  readonly failures: readonly NotPassed[];
  readonly skips: readonly NotPassed[];
};

/** Of an error's first line: the rest stands above, in the report. */
const REASON_CHARACTERS = 200;

/** The lines that end a run: the skips, the failures, then `N passed, N failed, N skipped`. */
export function summaryLines({ passed, failures, skips }: Tally): readonly string[] {
  const counts = `${passed} passed, ${failures.length} failed, ${skips.length} skipped`;
  const listed = (kind: string, list: readonly NotPassed[]): readonly string[] =>
    list.map(({ name, reason }) => `  ${kind}: ${name} (${reason})`);
  return [...listed('skipped', skips), ...listed('failed', failures), counts];
}

/** Prints the summary after vitest's own; `OVERNIGHT_TEST_SUMMARY` names a file that gets the same lines. */
export default class TestSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    // Files end in any order.
    const inOrder = modules.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
    const lines = summaryLines(tallyOf(inOrder, errors));
    const file = process.env['OVERNIGHT_TEST_SUMMARY'];
    if (file !== undefined) writeFileSync(file, `${lines.join('\n')}\n`);
    // After the default reporter, which prints its own summary in the same hook.
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

function tallyOf(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): Tally {
  let passed = 0;
  const failures = unhandledErrors.map((error) => failure('outside of every test', [error]));
  const skips: NotPassed[] = [];
  for (const module of modules) {
    const file = module.relativeModuleId;
    if (module.errors().length > 0) failures.push(failure(file, module.errors()));
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'failed')
        failures.push(failure(nameOf(module, test), result.errors));
      else skips.push({ name: nameOf(module, test), reason: reasonOf(test) });
    }
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) {
        failures.push(failure(`${file} > ${suite.fullName}`, suite.errors()));
      }
    }
  }
  return { passed, failures, skips };
}

function failure(name: string, [error]: readonly unknown[]): NotPassed {
  const text = isError(error) ? error.message : String(error);
  const [line = ''] = stripVTControlCharacters(text).split('\n', 1);
  return { name, reason: line.slice(0, REASON_CHARACTERS) };
}

function isError(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'message' in value;
}

function nameOf(module: TestModule, test: TestCase): string {
  return `${module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? (result.state === 'pending' ? 'it never ran' : 'no reason given');
}
