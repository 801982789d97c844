import type { JournalRow, JournalRowType } from '../domain/journal-row.ts';
import type { CrashScenario } from './crash-scenarios.ts';
import type { NightListener } from './listener.ts';
import type { SimNight } from './night.ts';

/** What a story has come to show until its faults were over: how it settles and starts once more is no part of it. */
export interface Shown {
  /** Rows in the file, by kind. */
  readonly rows: ReadonlyMap<JournalRowType, number>;
  /** Orders that left while something was wrong; in a story in which nothing is, all of them. */
  readonly ordersCount: number;
}

/** Counts what a story shows. */
export class SeenInStory {
  readonly #hasFaults: boolean;
  #ordersCount = 0;
  #endedAtMs = Number.POSITIVE_INFINITY;

  constructor(hasFaults: boolean) {
    this.#hasFaults = hasFaults;
  }

  watch(night: SimNight): NightListener {
    return {
      // Behind it the order leaves, or is found not to have left.
      onDurable: (rows) => {
        if (this.#hasFaults && night.faults.active.length === 0) return;
        this.#ordersCount += rows.filter(({ type }) => type === 'submitted').length;
      },
    };
  }

  /** The faults are over; what follows is of the end. By the daemon's clock. */
  end(atMs: number): void {
    this.#endedAtMs = atMs;
  }

  /** `rows`: all that are in the file. */
  tell(rows: readonly JournalRow[]): Shown {
    const counts = new Map<JournalRowType, number>();
    for (const { type, atMs } of rows) {
      if (atMs < this.#endedAtMs) counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return { rows: counts, ordersCount: this.#ordersCount };
  }
}

/** Where a story does not show what it is told for: a sentence each. */
export function findUnshown(
  { name, ordersMin, rows }: CrashScenario,
  shown: Shown,
): readonly string[] {
  const { ordersCount } = shown;
  const missing = Object.entries(rows).flatMap(([type, least]) => {
    const count = [...shown.rows].find(([kind]) => kind === type)?.[1] ?? 0;
    return count >= least
      ? []
      : [`"${name}" wrote ${count} rows ${type}, at least ${least} must be`];
  });
  return ordersCount >= ordersMin
    ? missing
    : [
        `"${name}" let ${ordersCount} orders meet its faults, at least ${ordersMin} must`,
        ...missing,
      ];
}
