import type { JournalRow } from '../domain/journal-row.ts';
import type { HaltLatch } from '../store/halt-latch.ts';
import { JournalFailed } from '../store/journal-failure.ts';
import type { JournalStore } from '../store/journal-store.ts';
import { appendLatched } from '../store/latched-journal.ts';
import { type KillPoint, ProcessKilled } from './process-killed.ts';
import { TornJournal, walBytes } from './torn-journal.ts';
import type { Troubles } from './trouble.ts';

/** Commits of a night, over all lives, and which of them are the last thing a process does. */
export interface CommitCount {
  count: number;
  readonly killAt: readonly KillPoint[];
  /** Whoever wants to know sets it: by how many bytes each commit made the write-ahead log longer. */
  walGrowth?: Map<number, number> | undefined;
}

export interface SimJournalParts {
  readonly store: JournalStore;
  readonly path: string;
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
  #torn: TornJournal | undefined;

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

  /** The process is gone and its files are closed: from now on they are what the power cut has left of them. */
  leaveTorn(): void {
    this.#torn?.leave();
  }

  #commit(write: () => void): void {
    const { troubles, commits, store, path } = this.#parts;
    commits.count += 1;
    const fate = troubles.find(({ commit }) => commit?.(this.#waiting));
    const kill = commits.killAt.find(({ commit }) => commit === commits.count);
    const dies = fate?.type === 'lastOne' ? fate.when : kill?.when;
    if (dies === 'before') throw new ProcessKilled('before the commit');
    if (fate?.type === 'fails') {
      // As SQLite says it. What waits is rolled back with it, and the store takes nothing more.
      store.abandon();
      throw new JournalFailed(`journal.db: ${fate.code}: the disk refused`);
    }
    const isMeasured = commits.walGrowth !== undefined || kill?.tornBytes !== undefined;
    const before = isMeasured ? walBytes(path) : 0;
    write();
    if (isMeasured) commits.walGrowth?.set(commits.count, walBytes(path) - before);
    if (kill?.tornBytes !== undefined) {
      const isWhole = before + kill.tornBytes >= walBytes(path);
      this.#torn = new TornJournal(path, before + kill.tornBytes);
      if (isWhole) this.#told();
      throw new ProcessKilled(`${kill.tornBytes} bytes into the commit`);
    }
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
