import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { JournalRow } from '../domain/journal-row.ts';
import { CHAIN_START } from '../journal/hash-chain.ts';
import { decodeRow } from '../journal/row-codec.ts';
import { findChainBreak, readChain } from './journal-table.ts';

export type JournalRead =
  | {
      readonly type: 'read';
      readonly rows: readonly JournalRow[];
      /** The first place where the chain does not hold; `undefined` when it does. */
      readonly chainBreak: string | undefined;
    }
  | { readonly type: 'absent' }
  /** A daemon runs: ask it. */
  | { readonly type: 'held' };

/** The journal of a stopped daemon, read and verified without changing it. Throws what SQLite throws on a broken disk. */
export function readJournal(path: string): JournalRead {
  if (!existsSync(path)) return { type: 'absent' };
  try {
    const db = new Database(path, { readonly: true, timeout: 0 });
    try {
      return readRows(db);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      return { type: 'held' };
    }
    throw error;
  }
}

function readRows(db: Database.Database): JournalRead {
  const rows: JournalRow[] = [];
  let lastId = 0;
  let lastHash = CHAIN_START;
  for (const stored of readChain(db)) {
    const chainBreak = findChainBreak(stored, lastId, lastHash);
    if (chainBreak !== undefined) return { type: 'read', rows, chainBreak };
    rows.push(decodeRow(stored.body));
    lastId = stored.id;
    lastHash = stored.hash;
  }
  return { type: 'read', rows, chainBreak: undefined };
}
