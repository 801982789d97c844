import { createHash } from 'node:crypto';
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

/**
 * What a night left, in 64 hexadecimal digits: the same seed must give the same, on every machine and
 * every Node that we run on. Over every column of every row, clocks included: the made-up world has no
 * other clock than its own.
 */
export function journalHash(journalPath: string): string {
  const rows = readJournalFile(journalPath);
  const hash = createHash('sha256');
  for (const row of rows) hash.update(row.hash).update(row.body).update('\n');
  return hash.digest('hex');
}
