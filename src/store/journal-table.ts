import type Database from 'better-sqlite3';
import type { JournalRow } from '../domain/journal-row.ts';
import type { UnixMs } from '../domain/units.ts';
import { chainHash } from '../journal/hash-chain.ts';

/** Columns that constraints look at. The whole row is in `body`. */
export interface JournalKeys {
  readonly clientOrderId: string | null;
  readonly sendAttempts: number | null;
  readonly venue: string | null;
  readonly symbol: string | null;
  readonly tradeId: string | null;
}

/** One row of the table `journal`, without its hash. */
export interface UnhashedRow extends JournalKeys {
  readonly id: number;
  readonly epoch: number;
  readonly type: string;
  readonly body: string;
  readonly buildId: string;
  readonly configHash: string;
  readonly wallMs: number;
  readonly monoNs: bigint;
  /** Our estimate of the venue clock, when there was one. */
  readonly serverMs: number | null;
  readonly prevHash: string;
}

export interface ChainedRow extends UnhashedRow {
  readonly hash: string;
}

const NO_KEYS: JournalKeys = {
  clientOrderId: null,
  sendAttempts: null,
  venue: null,
  symbol: null,
  tradeId: null,
};

/** What the table's constraints need to know of a row. */
export function keysOf(row: JournalRow): JournalKeys {
  switch (row.type) {
    case 'intent':
      return { ...NO_KEYS, clientOrderId: row.intent.clientOrderId };
    case 'submitted':
      return { ...NO_KEYS, clientOrderId: row.clientOrderId, sendAttempts: row.sendAttempts };
    case 'filled':
      return {
        clientOrderId: row.clientOrderId,
        sendAttempts: null,
        venue: row.fill.venue,
        symbol: row.fill.symbol,
        tradeId: row.fill.tradeId,
      };
    case 'voided':
    case 'reported':
    case 'rejected':
    case 'unknown':
    case 'absent':
    case 'dead':
    case 'cancelRequested':
    case 'regridded':
    case 'external':
      return { ...NO_KEYS, clientOrderId: row.clientOrderId };
    default:
      return NO_KEYS;
  }
}

/** What the hash of a row covers: all its columns but `prev_hash` and `hash` itself, in one fixed order. */
export function hashedTextOf(row: UnhashedRow): string {
  return JSON.stringify([
    row.id,
    row.epoch,
    row.type,
    row.clientOrderId,
    row.sendAttempts,
    row.venue,
    row.symbol,
    row.tradeId,
    row.body,
    row.buildId,
    row.configHash,
    row.wallMs,
    row.monoNs.toString(),
    row.serverMs,
  ]);
}

// mono_ns as text: nanoseconds leave the safe integers after 104 days of uptime.
const SELECT_ROWS = `
SELECT id, epoch, type, client_order_id AS clientOrderId, send_attempts AS sendAttempts, venue, symbol,
  trade_id AS tradeId, body, build_id AS buildId, config_hash AS configHash, wall_ms AS wallMs,
  CAST(mono_ns AS TEXT) AS monoNsText, server_ms AS serverMs, prev_hash AS prevHash, hash
FROM journal ORDER BY id`;

/** All rows of the table, oldest first, one at a time. */
export function* readChain(db: Database.Database): Generator<ChainedRow> {
  type Stored = Omit<ChainedRow, 'monoNs'> & { readonly monoNsText: string };
  for (const stored of db.prepare<[], Stored>(SELECT_ROWS).iterate()) {
    yield { ...stored, monoNs: BigInt(stored.monoNsText) };
  }
}

/** What is wrong with a row that should follow row `lastId`; `undefined` when the chain holds. */
export function findChainBreak(
  row: ChainedRow,
  lastId: number,
  lastHash: string,
): string | undefined {
  if (row.id !== lastId + 1) return `row ${lastId + 1} is missing, the next is ${row.id}`;
  if (row.prevHash !== lastHash) return `row ${row.id} does not follow row ${lastId}`;
  if (row.hash !== chainHash(lastHash, hashedTextOf(row))) return `row ${row.id} was changed`;
  return undefined;
}

/** `started` rows at or after a moment. */
export function countStartsSince(db: Database.Database, sinceMs: number): number {
  const count = db
    .prepare<[number], number>(
      "SELECT count(*) FROM journal WHERE type = 'started' AND wall_ms >= ?",
    )
    .pluck()
    .get(sinceMs);
  return Number(count);
}

export interface EpochStart {
  readonly wallMs: UnixMs;
  readonly pid: number;
  readonly buildId: string;
  readonly configHash: string;
  /** Number of the first start of a new journal. */
  readonly firstEpoch: number;
}

/** Takes the next epoch, durably: two starts can never share one. */
export function insertEpoch(db: Database.Database, start: EpochStart): number {
  const result = db
    .prepare(
      `INSERT INTO epoch (epoch, wall_ms, pid, build_id, config_hash)
       VALUES (coalesce((SELECT max(epoch) FROM epoch) + 1, @firstEpoch), @wallMs, @pid, @buildId, @configHash)`,
    )
    .run(start);
  return Number(result.lastInsertRowid);
}
