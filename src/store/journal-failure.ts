import Database from 'better-sqlite3';
import { InvariantBroken } from '../domain/assert.ts';
import { EXIT } from '../domain/exit-code.ts';
import { UnreadableRow } from '../journal/shape.ts';

/** The journal could not be read or written. Never retried: trading halts, `data/HALT` is written, exit 74. */
export class JournalFailed extends Error {
  override readonly name = 'JournalFailed';
}

/** Another process holds the journal: it is the trader, we must not be a second one. Exit 75. */
export class JournalLocked extends Error {
  override readonly name = 'JournalLocked';
}

/** The file was written by a newer version, or is no journal of ours. Exit 76. */
export class JournalForeign extends Error {
  override readonly name = 'JournalForeign';
}

/**
 * What an error of SQLite means for us. A broken constraint is our bug (the core asked for something
 * that must never be), a busy file is another trader, all else is the disk.
 */
export function toJournalError(path: string, error: unknown): Error {
  // The chain is verified before a row is read: what cannot be read then was written by a newer build.
  if (error instanceof UnreadableRow) {
    return new JournalForeign(`${path}: ${error.message}`, { cause: error });
  }
  if (!(error instanceof Database.SqliteError)) {
    if (error instanceof Error && isOurs(error)) return error;
    return new JournalFailed(`${path}: ${String(error)}`, { cause: error });
  }
  if (error.code.startsWith('SQLITE_CONSTRAINT')) {
    return new InvariantBroken(`the journal refused a row: ${error.message}`, { cause: error });
  }
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return new JournalLocked(`${path} is held by another process (${error.code})`, {
      cause: error,
    });
  }
  if (error.code === 'SQLITE_NOTADB') {
    return new JournalForeign(`${path} is not a journal: ${error.message}`, { cause: error });
  }
  return new JournalFailed(`${path}: ${error.code}: ${error.message}`, { cause: error });
}

/** With which code a process ends that this error ends. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof JournalLocked) return EXIT.locked;
  if (error instanceof JournalForeign) return EXIT.foreign;
  return error instanceof JournalFailed ? EXIT.journal : EXIT.panic;
}

function isOurs(error: Error): boolean {
  return (
    error instanceof JournalFailed ||
    error instanceof JournalLocked ||
    error instanceof JournalForeign ||
    error instanceof InvariantBroken
  );
}
