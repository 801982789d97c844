import { readFileSync } from 'node:fs';
import type { Environment } from '../../src/config/environment.ts';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { Settings } from '../../src/config/settings.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');

export const DEFAULT_TEXT = read('overnight.yaml');
export const PAPER_TEXT = read('examples/binance-paper.yaml');
export const LIVE_TEXT = read('examples/binance-live.yaml');

/** `text` with the first occurrence of each old part replaced. Fails when one is not there. */
export function replaced(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`not in the file: ${from}`);
    return changed.replace(from, () => to);
  }, text);
}

/** Every problem as one line, without the line number unless it is about the YAML itself. */
export function problemsOf(text: string, environment: Environment = {}): readonly string[] {
  const parsed = parseSettings(text, environment);
  if (parsed.type === 'valid') return [];
  return parsed.problems.map((problem) =>
    formatProblem(problem.path === '' ? problem : { ...problem, where: undefined }),
  );
}

export function settingsOf(text: string, environment: Environment = {}): Settings {
  const parsed = parseSettings(text, environment);
  if (parsed.type === 'invalid') throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.settings;
}
