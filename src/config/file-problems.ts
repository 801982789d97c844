import type { z } from 'zod';
import { keysOfExpectation } from './fields.ts';
import { findNearest } from './nearest-key.ts';
import { formatPath, type Problem, type SettingPath, showValue } from './problem.ts';
import { isRecord } from './source.ts';

/** A longer list of keys is no help; the nearest one is. */
const KEYS_SHOWN_MAX = 12;

/** Collects what is wrong, each with its place. */
export class ProblemList {
  readonly #found = new Map<string, Problem>();
  readonly #locate: (path: SettingPath) => string | undefined;

  constructor(locate: (path: SettingPath) => string | undefined) {
    this.#locate = locate;
  }

  get found(): readonly Problem[] {
    return [...this.#found.values()];
  }

  add(path: SettingPath, value: unknown, expected: string, nearest?: string): void {
    this.#keep(path, { value: showValue(path, value), expected, nearest });
  }

  addUnknownKey(path: SettingPath, value: unknown, known: readonly string[]): void {
    this.#keep(path, {
      value: `unknown key with the value ${showValue(path, value)}`,
      expected: known.length <= KEYS_SHOWN_MAX ? `only ${known.join(', ')}` : 'a known key',
      nearest: findNearest(String(path.at(-1)), known),
    });
  }

  /** One problem per place and expectation: a text too long and of the wrong form is one mistake. */
  #keep(at: SettingPath, told: Pick<Problem, 'value' | 'expected' | 'nearest'>): void {
    const path = formatPath(at);
    const key = `${path}\n${told.expected}`;
    if (!this.#found.has(key)) this.#found.set(key, { path, ...told, where: this.#locate(at) });
  }
}

/** Problems that zod found in one block, in our words. `raw` is the block as written, `at` its place. */
export function addIssues(
  problems: ProblemList,
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
  at: SettingPath,
): void {
  for (const issue of issues) {
    const inside = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const path = [...at, ...inside];
    const value = findValue(raw, inside);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const known = keysOfExpectation(issue.message);
        problems.addUnknownKey([...path, key], findValue(value, [key]), known);
      }
    } else if (issue.code === 'invalid_union') {
      const kinds = 'options' in issue && issue.options ? issue.options.map(String) : [];
      problems.add(path, value, `one of ${kinds.join(', ')}`, nearestWord(value, kinds));
    } else if (issue.code === 'invalid_value') {
      problems.add(path, value, issue.message, nearestWord(value, issue.values.map(String)));
    } else if (issue.code === 'invalid_key') {
      const expected = issue.issues[0]?.message ?? issue.message;
      problems.add(path, inside.at(-1), expected);
    } else {
      problems.add(path, value, issue.message);
    }
  }
}

function nearestWord(value: unknown, words: readonly string[]): string | undefined {
  return typeof value === 'string' ? findNearest(value, words) : undefined;
}

function findValue(raw: unknown, path: SettingPath): unknown {
  let value = raw;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part];
    else if (isRecord(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}
