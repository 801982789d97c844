import { spawnSync } from 'node:child_process';
import { ROOT } from '../node-runtime.mjs';

/** What is being tried. */
export interface Commit {
  /** Twelve digits, or `unknown` outside of a git checkout. */
  readonly id: string;
  /** Whether files differ from what the commit holds. */
  readonly isChanged: boolean;
}

export function findCommit(): Commit {
  const id = git('rev-parse', '--short=12', 'HEAD');
  if (id === undefined) return { id: 'unknown', isChanged: false };
  return { id, isChanged: git('status', '--porcelain') !== '' };
}

function git(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
