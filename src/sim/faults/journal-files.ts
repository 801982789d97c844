import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import type { BegunFault, PlannedFault, SimFault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import { lasting, numberOf } from './drawn.ts';

const PARTS = ['', '-wal'];
const KEPT = '.kept';
const PAGE_BYTES = 4_096;

/** Bytes of the journal are changed while nobody has it open; a person puts the right file back. */
export const journalDamaged: SimFault = {
  name: 'journal.damaged',
  family: 'disk',
  about:
    'the daemon is killed and a byte of its journal changes; a person puts the right file back',
  moments: ['filled'],
  share: 0.4,
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 40_000),
    parameters: { at: Math.round(random.float() * 1_000) / 1_000 },
  }),
  begin: (stage, plan) =>
    takeJournal(stage, plan, (path) => {
      const rowsCount = countRows(path) ?? 0;
      keepCopy(path);
      flipByte(path, numberOf(plan, 'at'));
      return () => {
        // Where a byte means nothing the daemon has gone on, and its new rows are the truth.
        const isUsed = stage.lines !== undefined || (countRows(path) ?? 0) > rowsCount;
        if (isUsed) dropCopy(path);
        else putBack(path);
      };
    }),
};

/** The machine's image of some time ago comes back. Lasting: what it forgot is at the venue for ever. */
export const journalRolledBack: SimFault = {
  name: 'journal.rolled_back',
  family: 'disk',
  about: 'the daemon is killed and finds its journal as it was minutes ago; lasting',
  moments: [],
  share: 0.15,
  isLasting: true,
  draw: (random) => ({ durationMs: lasting(random, 60_000, 300_000), parameters: {} }),
  begin: (stage, plan) =>
    takeJournal(stage, plan, (path) => {
      keepCopy(path);
      return () => {
        stage.kill('killed, and its journal rolled back');
        putBack(path);
      };
    }),
};

/** The file is nobody's for a moment: the daemon is killed, and nobody else does the same meanwhile. */
function takeJournal(
  { journalPath, kill, machine }: Stage,
  { name }: PlannedFault,
  act: (path: string) => () => void,
): BegunFault {
  if (!machine.journalTaken.isEmpty) return {};
  const release = machine.journalTaken.hold(name);
  kill(`killed for ${name}`);
  const end = act(journalPath);
  return {
    end: () => {
      end();
      release();
    },
  };
}

/** `undefined`: nobody can read it. */
function countRows(path: string): number | undefined {
  try {
    const db = new Database(path, { timeout: 0 });
    try {
      const row: unknown = db.prepare('SELECT count(*) AS rows FROM journal').get();
      return typeof row === 'object' && row !== null && 'rows' in row
        ? Number(row.rows)
        : undefined;
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return undefined;
    throw error;
  }
}

function keepCopy(path: string): void {
  for (const part of PARTS) {
    if (existsSync(path + part)) copyFileSync(path + part, path + part + KEPT);
  }
}

function putBack(path: string): void {
  for (const part of PARTS) {
    rmSync(path + part, { force: true });
    if (existsSync(path + part + KEPT)) copyFileSync(path + part + KEPT, path + part);
  }
  dropCopy(path);
}

function dropCopy(path: string): void {
  for (const part of PARTS) rmSync(path + part + KEPT, { force: true });
}

/** Somewhere behind the first page, whose loss would make the file nobody's. */
function flipByte(path: string, at: number): void {
  const { size } = statSync(path);
  const room = Math.max(1, size - PAGE_BYTES);
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  const offset = Math.min(size - 1, PAGE_BYTES + Math.floor(at * room));
  readSync(file, byte, 0, 1, offset);
  byte[0] = (byte[0] ?? 0) ^ 0xff;
  writeSync(file, byte, 0, 1, offset);
  closeSync(file);
}
