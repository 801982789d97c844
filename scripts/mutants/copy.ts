import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** What a night needs of the checkout. Nights that were kept have nothing to do with a mutant. */
const NEEDED = ['src', 'scripts', 'config', 'package.json', 'tsconfig.json'];
const EXPECTED = join('test', 'nights', 'expected.json');

/** A copy of the checkout in a temporary folder, to be changed at will. */
export class Copy {
  readonly folder: string;

  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'overnight-mutant-'));
    for (const name of NEEDED)
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    mkdirSync(join(this.folder, dirname(EXPECTED), 'regress'), { recursive: true });
    cpSync(join(root, EXPECTED), join(this.folder, EXPECTED));
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Why the patch does not fit any more; `undefined`: it would be applied. */
  try(patch: string): string | undefined {
    return this.#git(patch, ['--check']);
  }

  /** The same, and it is applied. */
  apply(patch: string): string | undefined {
    return this.#git(patch, []);
  }

  #git(patch: string, more: readonly string[]): string | undefined {
    const ran = spawnSync('git', ['apply', '--recount', '-C1', ...more, patch], {
      cwd: this.folder,
      encoding: 'utf8',
      // Above the copy there may be a repository: it is none of ours.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(this.folder) },
    });
    return ran.status === 0 ? undefined : ran.stderr.trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
