import type { JournalRow } from '../domain/journal-row.ts';
import type { Mode } from '../domain/mode.ts';
import type { UnixMs } from '../domain/units.ts';

/**
 * Each halt is a row of the journal and the file `data/HALT`, the file first. A halt in the journal
 * without its file therefore means that a person has removed the file, which is how a person says
 * "go on" to a daemon that is down: told here as the operator's row that it is. `undefined`: nobody did.
 */
export function findReleasedHalt(
  rows: readonly JournalRow[],
  isLatched: boolean,
  startMode: Mode,
  nowMs: UnixMs,
): Extract<JournalRow, { type: 'mode' }> | undefined {
  if (isLatched) return undefined;
  const last = rows.findLast((row) => row.type === 'mode');
  if (last?.type !== 'mode' || last.to !== 'HALTED') return undefined;
  return {
    type: 'mode',
    atMs: nowMs,
    from: 'HALTED',
    to: startMode,
    actor: 'operator',
    cause: 'data/HALT was removed',
  };
}
