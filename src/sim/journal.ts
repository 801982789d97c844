import type { JournalRow } from '../domain/journal-row.ts';
import type { HaltLatch } from '../store/halt-latch.ts';
import { JournalFailed } from '../store/journal-failure.ts';
import type { JournalStore } from '../store/journal-store.ts';
import { appendLatched } from '../store/latched-journal.ts';
import { type KillPoint, ProcessKilled } from './process-killed.ts';
import type { Troubles } from './trouble.ts';

/** Commits of a night, over all lives, and which of them are the last thing a process does. */
export interface CommitCount {
  count: number;
  readonly killAt: readonly KillPoint[];
}

export interface SimJournalParts {
  readonly store: JournalStore;
  readonly haltLatch: HaltLatch;
  readonly troubles: Troubles;
  readonly commits: CommitCount;
  /** The disk takes so long: time passes and nothing else happens. */
  readonly sleep: (ms: number) => void;
  readonly onDurable: (rows: readonly JournalRow[]) => void;
}

/** The real journal in a real file, on a disk that may refuse, be slow, or be the last thing the process sees. */
export class SimJournal {
  readonly #parts: SimJournalParts;
  #waiting: JournalRow[] = [];

  constructor(parts: SimJournalParts) {
    this.#parts = parts;
  }

  append(rows: readonly JournalRow[], now: boolean): void {
    this.#waiting.push(...rows);
    if (!now) {
      const { store } = this.#parts;
      appendLatched({ journal: store, haltLatch: this.#parts.haltLatch }, rows, false);
      if (store.bufferedCount === 0) this.#told();
      return;
    }
    this.#commit(() =>
      appendLatched({ journal: this.#parts.store, haltLatch: this.#parts.haltLatch }, rows, true),
    );
  }

  /** What group commits do every 50 ms. */
  flush(): void {
    if (this.#waiting.length > 0) this.#commit(() => this.#parts.store.flush());
  }

  #commit(write: () => void): void {
    const { troubles, commits, store } = this.#parts;
    commits.count += 1;
    const fate = troubles.find(({ commit }) => commit?.(this.#waiting));
    const dies =
      fate?.type === 'lastOne'
        ? fate.when
        : commits.killAt.find(({ commit }) => commit === commits.count)?.when;
    if (dies === 'before') throw new ProcessKilled('before the commit');
    if (fate?.type === 'fails') {
      // As SQLite says it. What waits is rolled back with it, and the store takes nothing more.
      store.abandon();
      throw new JournalFailed(`journal.db: ${fate.code}: the disk refused`);
    }
    write();
    if (fate?.type === 'slow') this.#parts.sleep(fate.byMs);
    this.#told();
    if (dies === 'after') throw new ProcessKilled('after the commit');
  }

  #told(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    this.#parts.onDurable(rows);
  }
}
