import type { JournalRow } from '../../src/domain/journal-row.ts';
import { decodeRow, encodeRow } from '../../src/journal/row-codec.ts';

/** The process is gone at this very line. Thrown through the core, caught by the night. */
export class ProcessKilled extends Error {}

/** The moment of a kill: at the n-th commit, before it reached the disk or right after. */
export interface KillPoint {
  readonly commit: number;
  readonly when: 'before' | 'after';
}

/** A journal in memory, as text. What was not committed when the process died is not in it any more. */
export class NightJournal {
  /** Commits so far, over all lives. */
  commits = 0;
  killAt: KillPoint | undefined;
  readonly #durable: string[] = [];
  #waiting: string[] = [];

  append(rows: readonly JournalRow[], now: boolean): void {
    this.#waiting.push(...rows.map(encodeRow));
    if (now) this.commit();
  }

  commit(): void {
    if (this.#waiting.length === 0) return;
    this.commits += 1;
    const dies = this.killAt?.commit === this.commits ? this.killAt.when : undefined;
    if (dies === 'before') throw new ProcessKilled('before the commit');
    this.#durable.push(...this.#waiting);
    this.#waiting = [];
    if (dies === 'after') throw new ProcessKilled('after the commit');
  }

  /** What a process leaves behind. */
  loseUncommitted(): void {
    this.#waiting = [];
  }

  /** All that a restart would find. */
  durable(): readonly JournalRow[] {
    return this.#durable.map(decodeRow);
  }

  /** The rows of one kind, durable or not. */
  rows<T extends JournalRow['type']>(type: T): readonly Extract<JournalRow, { type: T }>[] {
    const all = [...this.#durable, ...this.#waiting].map(decodeRow);
    return all.filter((row): row is Extract<JournalRow, { type: T }> => row.type === type);
  }
}
