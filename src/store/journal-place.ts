import { type Stats, statSync } from 'node:fs';
import { JournalFailed } from './journal-failure.ts';

/**
 * Where the journal lies, held on to. A file that was removed or replaced while we run still takes
 * every write and loses it all at the end: the next start would know of no order. So each commit is
 * preceded by a look at the place: some microseconds against the hundreds of the commit.
 */
export class JournalPlace {
  readonly #files: readonly { readonly path: string; readonly found: Stats | undefined }[];

  /** Call when both files exist: after the first write. */
  constructor(path: string) {
    this.#files = [path, `${path}-wal`].map((file) => ({ path: file, found: look(file) }));
    this.check();
  }

  /** Throws `JournalFailed` when a file at this place is not the one that we write to. */
  check(): void {
    for (const { path, found } of this.#files) {
      const now = look(path);
      if (now === undefined || found === undefined) throw new JournalFailed(`${path} is gone`);
      if (now.ino !== found.ino || now.dev !== found.dev) {
        throw new JournalFailed(`${path} was replaced by another file`);
      }
    }
  }
}

function look(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
