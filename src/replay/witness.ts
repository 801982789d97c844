import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { JournalRow } from '../domain/journal-row.ts';
import { type DecisionNumber, DecisionReader } from '../store/decision-reader.ts';
import { readJournal } from '../store/journal-reader.ts';

/**
 * What the daemon wrote down beside its capture, asked only how much there was: nothing is decided by it,
 * and nothing that was decided is compared with it.
 */
export interface Witness {
  /** Of records at or after the moment, oldest first. */
  readonly decisionsSince: (sinceMs: number) => Iterable<DecisionNumber>;
  /** All rows, oldest first. */
  readonly rows: readonly JournalRow[];
  /** A daemon still writes there: its last moments have not reached the capture yet. */
  readonly isRunning: boolean;
  /** What could not be asked, and why. */
  readonly notes: readonly string[];
}

/** The journal and the decision log of the data folder in which the folder of captures lies. */
export function findWitness(captureFolder: string): Witness {
  const dataDir = dirname(captureFolder);
  const notes: string[] = [];
  const decisionsPath = join(dataDir, 'decisions.db');
  const decisionsSince = (sinceMs: number): Iterable<DecisionNumber> =>
    tryAsk(notes, decisionsPath, () => readNumbers(decisionsPath, sinceMs)) ?? [];
  const journalPath = join(dataDir, 'journal.db');
  const journal = tryAsk(notes, journalPath, () => readJournal(journalPath));
  if (journal?.type === 'read' && journal.chainBreak !== undefined) {
    notes.push(`${journalPath}: ${journal.chainBreak}; asked up to there`);
  }
  return {
    decisionsSince,
    rows: journal?.type === 'read' ? journal.rows : [],
    isRunning: journal?.type === 'held',
    notes,
  };
}

function readNumbers(path: string, sinceMs: number): readonly DecisionNumber[] {
  if (!existsSync(path)) return [];
  const reader = DecisionReader.open(path);
  try {
    return reader?.numbersSince(sinceMs) ?? [];
  } finally {
    reader?.close();
  }
}

/** A file that cannot be read is no reason to leave the capture unread. */
function tryAsk<T>(notes: string[], path: string, ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof Database.SqliteError || error instanceof SyntaxError)) throw error;
    notes.push(`${path} cannot be asked how much there was: ${error.message}`);
    return undefined;
  }
}
