import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { JournalRow } from '../domain/journal-row.ts';
import type { UnixMs } from '../domain/units.ts';
import { CHAIN_START, chainHash } from '../journal/hash-chain.ts';
import { decodeRow, encodeRow } from '../journal/row-codec.ts';
import { JournalFailed, JournalForeign, toJournalError } from './journal-failure.ts';
import { JournalPlace } from './journal-place.ts';
import {
  JOURNAL_APPLICATION_ID,
  JOURNAL_SCHEMA,
  JOURNAL_SCHEMA_VERSION,
} from './journal-schema.ts';
import {
  type ChainedRow,
  countStartsSince,
  findChainBreak,
  hashedTextOf,
  insertEpoch,
  keysOf,
  readChain,
} from './journal-table.ts';

/** Starts within this time count towards a crash loop. */
const RECENT_STARTS_MS = 600_000;
/** Group-committed rows wait for `flush()`, or for this many of them. */
const BUFFERED_ROWS_MAX = 256;

export interface JournalOptions {
  /** `data/journal.db`. Its folder is made when it is not there. */
  readonly path: string;
  readonly buildId: string;
  readonly configHash: string;
  readonly pid: number;
  readonly nowMs: () => UnixMs;
  readonly monotonicNs: () => bigint;
  /** Our estimate of the venue clock, once there is one. */
  readonly serverNowMs: () => number | undefined;
  /** Number of the first start of a new journal; default 1. See `firstEpochAt`. */
  readonly firstEpoch?: number;
}

/** 36^4 epochs of ten minutes each last for 31 years. */
const FIRST_EPOCHS_BEGIN_MS = 1_767_225_600_000;
const FIRST_EPOCH_MS = 600_000;

/**
 * Where a new journal begins to count: later than any lost journal of the same account stopped, unless that
 * one started more often than each ten minutes ever since 2026. So no client order id comes twice
 * after the data folder was lost.
 */
export function firstEpochAt(nowMs: UnixMs): number {
  return Math.max(1, Math.floor((nowMs - FIRST_EPOCHS_BEGIN_MS) / FIRST_EPOCH_MS));
}

/**
 * The journal on disk: one connection that locks the file against every other process, each row
 * chained to the one before. All that throws `JournalFailed` is final: the store refuses every later
 * call, because a disk that lost one write may not be trusted with the next.
 */
export class JournalStore {
  /** Number of this start; part of every client order id. */
  readonly epoch: number;
  /** Whether the last run ended with a `stopped` row. The very first start counts as clean. */
  readonly clean: boolean;
  /** Starts within the last ten minutes, this one included. */
  readonly recentStartsCount: number;

  readonly #db: Database.Database;
  readonly #options: JournalOptions;
  readonly #place: JournalPlace;
  readonly #insert: Database.Statement;
  readonly #insertAll: (rows: readonly ChainedRow[]) => void;
  #rows: readonly JournalRow[];
  #buffer: ChainedRow[] = [];
  #lastId: number;
  #lastHash: string;
  #configHash: string;
  #failure: Error | undefined;
  #commitsCount = 0;

  /**
   * Opens or makes the journal, takes its lock, verifies the whole chain and writes the `started` row.
   * Throws `JournalLocked` when another process holds it, `JournalForeign` when the file is not ours
   * or newer than this build, `JournalFailed` when the disk or the chain is broken.
   */
  static open(options: JournalOptions): JournalStore {
    try {
      mkdirSync(dirname(options.path), { recursive: true });
      const db = new Database(options.path, { timeout: 0 });
      try {
        return new JournalStore(db, options);
      } catch (error) {
        db.close();
        throw error;
      }
    } catch (error) {
      throw toJournalError(options.path, error);
    }
  }

  private constructor(db: Database.Database, options: JournalOptions) {
    this.#db = db;
    this.#options = options;
    this.#configHash = options.configHash;
    // EXCLUSIVE before WAL: then no shared-memory file exists and the lock is held until the process ends, by any death.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    takeLock(db);
    makeOrCheckSchema(db, options.path);
    checkPages(db, options.path);

    const loaded = loadChain(db, options.path);
    this.#rows = loaded.rows;
    this.#lastId = loaded.lastId;
    this.#lastHash = loaded.lastHash;
    this.clean = loaded.clean;
    this.#insert = db.prepare(INSERT_ROW);
    this.#insertAll = db.transaction((rows: readonly ChainedRow[]) => {
      for (const row of rows) this.#insert.run(row);
    });

    const now = options.nowMs();
    this.recentStartsCount = countStartsSince(db, now - RECENT_STARTS_MS) + 1;
    this.epoch = insertEpoch(db, {
      wallMs: now,
      pid: options.pid,
      buildId: options.buildId,
      configHash: options.configHash,
      firstEpoch: options.firstEpoch ?? 1,
    });
    this.#place = new JournalPlace(options.path);
    this.append(
      [
        {
          type: 'started',
          atMs: now,
          epoch: this.epoch,
          clean: this.clean,
          configHash: options.configHash,
          buildId: options.buildId,
        },
      ],
      true,
    );
  }

  /** All rows written before this start, oldest first. Version 1 keeps every row. */
  rowsBeforeStart(): readonly JournalRow[] {
    return this.#rows;
  }

  /** The projections are built: the rows need not stay in memory for the night. */
  releaseRows(): void {
    this.#rows = [];
  }

  /** Commits that reached the disk so far. */
  get commitsCount(): number {
    return this.#commitsCount;
  }
  /** Rows appended and not yet committed. */
  get bufferedCount(): number {
    return this.#buffer.length;
  }
  /** Number of the last row, buffered ones included. */
  get lastRowId(): number {
    return this.#lastId;
  }

  /** Rows from here on carry this hash of the settings. */
  useConfigHash(hash: string): void {
    this.#configHash = hash;
  }

  /**
   * Adds rows in order. With `now` it returns once they, and all before them, would survive a crash of
   * the machine. Without, they wait for the next `flush()`: call that at least every 50 ms.
   */
  append(rows: readonly JournalRow[], now: boolean): void {
    if (this.#failure !== undefined) throw this.#failed();
    for (const row of rows) this.#chain(row);
    if (now || this.#buffer.length >= BUFFERED_ROWS_MAX) this.flush();
  }

  /** Commits what waits. Nothing happens when nothing waits. */
  flush(): void {
    if (this.#failure !== undefined) throw this.#failed();
    if (this.#buffer.length === 0) return;
    const rows = this.#buffer;
    this.#buffer = [];
    try {
      this.#place.check();
      this.#insertAll(rows);
      this.#commitsCount += 1;
    } catch (error) {
      this.#failure = toJournalError(this.#options.path, error);
      throw this.#failure;
    }
  }

  /** Commits what waits and lets the lock go. With a cause, the last row says that this was a clean stop. */
  close(stoppedBecause?: string): void {
    if (this.#failure === undefined) {
      if (stoppedBecause !== undefined) {
        this.append(
          [{ type: 'stopped', atMs: this.#options.nowMs(), cause: stoppedBecause }],
          true,
        );
      }
      this.flush();
    }
    try {
      this.#db.close();
    } catch (error) {
      throw toJournalError(this.#options.path, error);
    }
  }

  /** Lets the lock go and writes nothing: what waits is lost, as a killed process loses it. */
  abandon(): void {
    this.#buffer = [];
    this.#failure ??= new JournalFailed('the journal was abandoned');
    this.#db.close();
  }

  #chain(row: JournalRow): void {
    const serverMs = this.#options.serverNowMs();
    const unhashed = {
      id: this.#lastId + 1,
      epoch: this.epoch,
      type: row.type,
      ...keysOf(row),
      body: encodeRow(row),
      buildId: this.#options.buildId,
      configHash: this.#configHash,
      wallMs: this.#options.nowMs(),
      monoNs: this.#options.monotonicNs(),
      serverMs: serverMs ?? null,
      prevHash: this.#lastHash,
    };
    const hash = chainHash(this.#lastHash, hashedTextOf(unhashed));
    this.#buffer.push({ ...unhashed, hash });
    this.#lastId = unhashed.id;
    this.#lastHash = hash;
  }

  #failed(): Error {
    return new JournalFailed('the journal failed before and takes no more rows', {
      cause: this.#failure,
    });
  }
}

const INSERT_ROW = `
INSERT INTO journal (id, epoch, type, client_order_id, send_attempts, venue, symbol, trade_id, body,
  build_id, config_hash, wall_ms, mono_ns, server_ms, prev_hash, hash)
VALUES (@id, @epoch, @type, @clientOrderId, @sendAttempts, @venue, @symbol, @tradeId, @body,
  @buildId, @configHash, @wallMs, @monoNs, @serverMs, @prevHash, @hash)`;

/** In EXCLUSIVE mode the lock is taken by the first write and kept. */
function takeLock(db: Database.Database): void {
  db.exec('BEGIN IMMEDIATE; COMMIT;');
}

function makeOrCheckSchema(db: Database.Database, path: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  const application = Number(db.pragma('application_id', { simple: true }));
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (tables === 0) {
    db.transaction(() => db.exec(JOURNAL_SCHEMA))();
    return;
  }
  if (application !== JOURNAL_APPLICATION_ID) {
    throw new JournalForeign(`${path} is a SQLite file of another program`);
  }
  if (version !== JOURNAL_SCHEMA_VERSION) {
    throw new JournalForeign(
      `${path} has version ${version}, this build knows ${JOURNAL_SCHEMA_VERSION}`,
    );
  }
}

/** The chain vouches for the rows; the pages between them, the indexes' above all, are looked at here. */
function checkPages(db: Database.Database, path: string): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new JournalFailed(`${path} is damaged: ${String(verdict)}`);
}

interface LoadedChain {
  readonly rows: readonly JournalRow[];
  readonly lastId: number;
  readonly lastHash: string;
  readonly clean: boolean;
}

function loadChain(db: Database.Database, path: string): LoadedChain {
  const rows: JournalRow[] = [];
  let lastHash = CHAIN_START;
  let lastId = 0;
  for (const stored of readChain(db)) {
    const problem = findChainBreak(stored, lastId, lastHash);
    if (problem !== undefined) throw new JournalFailed(`${path}: ${problem}`);
    rows.push(decodeRow(stored.body));
    lastId = stored.id;
    lastHash = stored.hash;
  }
  const lastMark = rows.findLast((row) => row.type === 'started' || row.type === 'stopped');
  return { rows, lastId, lastHash, clean: lastMark?.type !== 'started' };
}
