import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Which code this is: the first 12 digits of a hash over every file of `src/` and the lock file, so
 * that two checkouts with the same code agree and a changed file shows, committed or not; behind it
 * the commit, where there is one.
 */
export function readBuildId(root: string): string {
  const hash = createHash('sha256');
  for (const file of listFiles(path.join(root, 'src'))) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  }
  hash.update(readFileSync(path.join(root, 'package-lock.json')));
  const code = hash.digest('hex').slice(0, 12);
  const commit = readCommit(root);
  return commit === undefined ? code : `${code}-${commit}`;
}

/** By kind of strategy: the first 12 digits of a hash of its file in `src/signal/`; kinds without one are left out. */
export function readStrategyHashes(
  root: string,
  kinds: readonly string[],
): Readonly<Record<string, string>> {
  const files = kinds.map((kind) => ({ kind, file: path.join(root, 'src/signal', `${kind}.ts`) }));
  return Object.fromEntries(
    files
      .filter(({ file }) => existsSync(file))
      .map(({ kind, file }) => {
        const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
        return [kind, hash.slice(0, 12)];
      }),
  );
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const full = path.join(folder, entry.name);
      return entry.isDirectory() ? listFiles(full) : [full];
    })
    .sort();
}

function readCommit(root: string): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    // No git or no repository: the hash of the code alone names the build.
    return undefined;
  }
}
