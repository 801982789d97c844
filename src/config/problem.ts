import { SECRET_MASK } from '../domain/secret.ts';

/** Place in the settings: keys and list positions, outermost first. */
export type SettingPath = readonly (string | number)[];

/** One thing wrong with the settings. All of them are told together. */
export interface Problem {
  /** `strategies[0].parameters.fastCandlesCount`; empty for the file as a whole. */
  readonly path: string;
  /** As written, shortened; `missing` when there is none; secrets masked. */
  readonly value: string;
  readonly expected: string;
  /** The known key nearest to an unknown one. */
  readonly nearest: string | undefined;
  /** Where: `line 12`, or the environment variable that said so. `undefined` when it is nowhere. */
  readonly where: string | undefined;
}

export const MISSING = 'missing';

/** The keys where a secret might be written by mistake. `keyFile` only says where one is. */
const SECRET_KEY =
  /secret|password|passphrase|token|api_?key|private|credential|mnemonic|seedphrase/i;
/** What keys and signatures look like: long, without a blank. */
const SECRET_LOOK = /^[A-Za-z0-9+/=_-]{32,}$/;
const SHOWN_LENGTH_MAX = 60;

export function formatPath(path: SettingPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** A value as a person may see it: short, and never a secret. */
export function showValue(path: SettingPath, value: unknown): string {
  if (value === undefined) return MISSING;
  if (path.some((part) => typeof part === 'string' && SECRET_KEY.test(part))) return SECRET_MASK;
  if (typeof value === 'string' && (SECRET_LOOK.test(value) || value.includes('PRIVATE KEY'))) {
    return SECRET_MASK;
  }
  // What is inside an unknown mapping was not looked at: it may hold anything.
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  return shown.length <= SHOWN_LENGTH_MAX ? shown : `${shown.slice(0, SHOWN_LENGTH_MAX)}…`;
}

/** One line: `line 12: risk.spreadBpsMx: unknown key (did you mean spreadBpsMax?)`. */
export function formatProblem(problem: Problem): string {
  const place = problem.where === undefined ? '' : `${problem.where}: `;
  const subject = problem.path === '' ? '' : `${problem.path}: `;
  const hint = problem.nearest === undefined ? '' : ` (did you mean ${problem.nearest}?)`;
  return `${place}${subject}${problem.value}; expected ${problem.expected}${hint}`;
}
