import type { JournalRow } from '../domain/journal-row.ts';
import { formatIso } from '../observe/iso-time.ts';
import type { HaltLatch } from './halt-latch.ts';
import type { JournalStore } from './journal-store.ts';

/**
 * Appends to the journal and keeps `data/HALT` in step with the modes in it. The file before the row:
 * a halt in the journal without its file means that a person removed it.
 */
export function appendLatched(
  { journal, haltLatch }: { readonly journal: JournalStore; readonly haltLatch: HaltLatch },
  rows: readonly JournalRow[],
  now: boolean,
): void {
  for (const row of rows) {
    if (row.type === 'mode' && row.to === 'HALTED') haltLatch.set(row.cause, formatIso(row.atMs));
  }
  journal.append(rows, now);
  for (const row of rows) if (row.type === 'mode' && row.from === 'HALTED') haltLatch.clear();
}
