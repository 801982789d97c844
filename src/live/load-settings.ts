import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Environment } from '../config/environment.ts';
import { parseSettings } from '../config/parse-settings.ts';
import { type Problem, showValue } from '../config/problem.ts';
import type { Settings } from '../config/settings.ts';
import { Secret } from '../domain/secret.ts';

export const DEFAULT_SETTINGS_FILE = 'config/overnight.yaml';

/** No settings file of ours is larger; a larger one is a mistake in the path. */
const FILE_BYTES_MAX = 1_000_000;

/** The key of the account. Only the signer reveals it. */
export interface AccountKey {
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
}

export type LoadedSettings =
  | {
      readonly type: 'valid';
      readonly file: string;
      readonly settings: Settings;
      readonly configHash: string;
      /** What `settings` were parsed from, the environment included: the same text gives the same settings. */
      readonly source: string;
      /** `undefined` in paper: nothing is signed there. */
      readonly accountKey: AccountKey | undefined;
    }
  | { readonly type: 'invalid'; readonly file: string; readonly problems: readonly Problem[] };

/**
 * Reads the settings file (`file`, else `OVERNIGHT_CONFIG`, else the default), what the environment
 * changes in it, and the key of the account. Reports every problem at once and throws nothing.
 */
export function loadSettings(
  environment: Environment = process.env,
  file: string | undefined = environment['OVERNIGHT_CONFIG'],
): LoadedSettings {
  const name = file === undefined || file === '' ? DEFAULT_SETTINGS_FILE : file;
  const read = readTextFile(name);
  if (read.type === 'unreadable') {
    return { type: 'invalid', file: name, problems: [problem('', `'${name}'`, read.text)] };
  }
  const parsed = parseSettings(read.text, environment);
  if (parsed.type === 'invalid') return { ...parsed, file: name };
  const { settings, configHash, source } = parsed;
  const problems = [...findPlaceholders(settings)];
  const key = loadAccountKey(settings);
  if (key.type === 'invalid') problems.push(...key.problems);
  if (problems.length > 0 || key.type === 'invalid') {
    return { type: 'invalid', file: name, problems };
  }
  return { type: 'valid', file: name, settings, configHash, source, accountKey: key.accountKey };
}

type LoadedKey =
  | { readonly type: 'valid'; readonly accountKey: AccountKey | undefined }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

function loadAccountKey({ venue }: Settings): LoadedKey {
  if (venue.setup === 'rehearsal') {
    // Public: the simulated exchange's default account. It opens nothing.
    const accountKey = { apiKey: new Secret('demo'), apiSecret: new Secret('demo') };
    return { type: 'valid', accountKey };
  }
  if (venue.keyFile === undefined) return { type: 'valid', accountKey: undefined };
  return readKeyFile(venue.keyFile);
}

/** Two lines of YAML, `apiKey` and `apiSecret`, that nobody but their owner can read. */
export function readKeyFile(file: string): LoadedKey {
  const refuse = (expected: string): LoadedKey => ({
    type: 'invalid',
    // Shown with care: somebody may have pasted the key itself where its file belongs.
    problems: [problem('venue.keyFile', showValue(['venue', 'keyFile'], file), expected)],
  });
  const read = readTextFile(file);
  if (read.type === 'unreadable') return refuse(read.text);
  if ((read.mode & 0o077) !== 0) {
    const mode = (read.mode & 0o777).toString(8);
    return refuse(
      `a file that only its owner can read; its mode is ${mode}: run chmod 600 ${file}`,
    );
  }
  if (process.getuid !== undefined && read.ownerId !== process.getuid()) {
    return refuse(`a file of the user who runs overnight: run chown ${process.getuid()} ${file}`);
  }
  const fields = parseKeyFields(read.text);
  if (fields === undefined) return refuse('the two keys apiKey and apiSecret, each with a text');
  const { apiKey, apiSecret } = fields;
  return {
    type: 'valid',
    accountKey: { apiKey: new Secret(apiKey), apiSecret: new Secret(apiSecret) },
  };
}

function parseKeyFields(text: string): { apiKey: string; apiSecret: string } | undefined {
  let content: unknown;
  try {
    content = parse(text, { logLevel: 'silent', prettyErrors: false });
  } catch {
    // Not told on: the parser's message may quote the secret.
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  if (Object.keys(content).sort().join() !== 'apiKey,apiSecret') return undefined;
  const apiKey = 'apiKey' in content ? content.apiKey : undefined;
  const apiSecret = 'apiSecret' in content ? content.apiSecret : undefined;
  if (typeof apiKey !== 'string' || typeof apiSecret !== 'string') return undefined;
  return apiKey.trim() === '' || apiSecret.trim() === '' ? undefined : { apiKey, apiSecret };
}

/** What the example for live leaves to its reader. */
function findPlaceholders({ venue, mail }: Settings): readonly Problem[] {
  if (venue.setup !== 'live' || !/@example\.(?:org|com|net)$/.test(mail.recipient ?? '')) return [];
  return [problem('mail.recipient', `'${mail.recipient}'`, 'the address of a person')];
}

type ReadFile =
  | {
      readonly type: 'read';
      readonly text: string;
      readonly mode: number;
      readonly ownerId: number;
    }
  | { readonly type: 'unreadable'; readonly text: string };

/** Looks at and reads the same open file, so that nobody can swap it in between. */
function readTextFile(file: string): ReadFile {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const status = fstatSync(handle);
    const { size, mode, uid } = status;
    if (!status.isFile()) return { type: 'unreadable', text: 'a file' };
    if (size > FILE_BYTES_MAX) {
      const text = `a file of at most ${FILE_BYTES_MAX} bytes; it has ${size}`;
      return { type: 'unreadable', text };
    }
    return { type: 'read', text: readFileSync(handle, 'utf8'), mode, ownerId: uid };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { type: 'unreadable', text: `a file that can be read; the system says ${code}` };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function problem(path: string, value: string, expected: string): Problem {
  return { path, value, expected, nearest: undefined, where: undefined };
}
