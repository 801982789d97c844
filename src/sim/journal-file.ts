import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type ChainedRow, readChain } from '../store/journal-table.ts';

/**
 * Every row that the journal of a night holds on the disk, oldest first. A daemon that still runs keeps
 * its file locked, so what is read is a copy of the bytes: what a crash would leave.
 */
export function readJournalFile(journalPath: string): readonly ChainedRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'overnight-journal-'));
  try {
    const copy = join(folder, 'journal.db');
    copyFileSync(journalPath, copy);
    if (existsSync(`${journalPath}-wal`)) copyFileSync(`${journalPath}-wal`, `${copy}-wal`);
    const db = new Database(copy, { timeout: 0 });
    try {
      return [...readChain(db)];
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
