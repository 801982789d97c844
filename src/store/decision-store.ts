import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { BoundedMap } from '../domain/bounded.ts';
import type { DecisionLine, LatencyUs } from '../observe/decision-line.ts';
import {
  DECISION_SCHEMA,
  INSERT_DECISION,
  type StoredLatency,
  toStoredDecision,
  UPSERT_LATENCY,
} from './decision-table.ts';

export interface DecisionStoreOptions {
  /** `data/decisions.db`. Its folder is made when it is not there. */
  readonly path: string;
  readonly ageMsMax: number;
  readonly bytesMax: number;
}

/** Records that wait for a flush that cannot be written are dropped beyond this, and counted. */
const BUFFERED_MAX = 20_000;
/** Rows deleted per pruning step: about a millisecond. */
const PRUNE_STEP_ROWS = 500;

/**
 * Decision records on disk: one writer, batches. `synchronous=NORMAL`: a killed process loses nothing
 * that was flushed, a power cut may lose the last batches, which the journal can complete. A failing
 * disk never stops trading here: it is counted, and `onTrouble` hears of it.
 */
export class DecisionStore {
  readonly #db: Database.Database;
  readonly #options: DecisionStoreOptions;
  readonly #insertAll: (lines: readonly DecisionLine[], times: Iterable<StoredLatency>) => void;
  readonly #onTrouble: (text: string) => void;
  #buffer: DecisionLine[] = [];
  /** The latest stage times per order. */
  readonly #times = new BoundedMap<string, StoredLatency>('latency.unwritten', 2000, 'dropOldest');
  #writtenCount = 0;
  #droppedCount = 0;
  #prunedCount = 0;

  constructor(options: DecisionStoreOptions, onTrouble: (text: string) => void) {
    mkdirSync(dirname(options.path), { recursive: true });
    this.#options = options;
    this.#onTrouble = onTrouble;
    this.#db = new Database(options.path, { timeout: 50 });
    // Before the first table: pruned pages go back to the disk in steps, without a VACUUM of the whole file.
    this.#db.pragma('auto_vacuum = INCREMENTAL');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(DECISION_SCHEMA);
    const insert = this.#db.prepare(INSERT_DECISION);
    const upsert = this.#db.prepare(UPSERT_LATENCY);
    this.#insertAll = this.#db.transaction(
      (lines: readonly DecisionLine[], times: Iterable<StoredLatency>) => {
        for (const line of lines) insert.run(toStoredDecision(line));
        for (const time of times) upsert.run(time);
      },
    );
  }

  /** Records on disk written by this process. */
  get writtenCount(): number {
    return this.#writtenCount;
  }
  get bufferedCount(): number {
    return this.#buffer.length;
  }
  /** Records lost because the disk refused for too long. */
  get droppedCount(): number {
    return this.#droppedCount;
  }
  get prunedCount(): number {
    return this.#prunedCount;
  }

  /** Keeps the record for the next `flush()`: call that each tick or 100 ms. */
  add(line: DecisionLine): void {
    if (this.#buffer.length >= BUFFERED_MAX) {
      this.#buffer.shift();
      this.#droppedCount += 1;
    }
    this.#buffer.push(line);
  }

  /** Keeps what is known of an order's stage times now; a later call for the same order replaces it. */
  addLatency(clientOrderId: string, atMs: number, latencyUs: LatencyUs): void {
    const stored = { clientOrderId, atMs, latencyUs: JSON.stringify(latencyUs) };
    this.#times.set(clientOrderId, stored);
  }

  /** Writes what waits in one transaction. What the disk refuses waits for the next flush. */
  flush(): void {
    if (this.#buffer.length === 0 && this.#times.size === 0) return;
    const lines = this.#buffer;
    try {
      this.#insertAll(lines, this.#times.values());
      this.#buffer = [];
      this.#times.clear();
      this.#writtenCount += lines.length;
    } catch (error) {
      this.#onTrouble(`${this.#options.path}: ${lines.length} records wait: ${String(error)}`);
    }
  }

  /**
   * Deletes a few of the oldest records when they are too old or the file is too large; returns how
   * many. Small steps, so that the loop never waits: call it each second while it returns more than 0.
   */
  prune(nowMs: number): number {
    try {
      const cutMs = this.#isTooLarge() ? Number.MAX_SAFE_INTEGER : nowMs - this.#options.ageMsMax;
      const removed = this.#db.prepare(DELETE_OLDEST).run(PRUNE_STEP_ROWS, cutMs).changes;
      this.#db.prepare(DELETE_OLD_LATENCY).run(PRUNE_STEP_ROWS);
      if (removed > 0) this.#db.pragma('incremental_vacuum(256)');
      this.#prunedCount += removed;
      return removed;
    } catch (error) {
      this.#onTrouble(`${this.#options.path}: pruning failed: ${String(error)}`);
      return 0;
    }
  }

  close(): void {
    this.flush();
    this.#db.close();
  }

  /** Pages in use, so that freed ones which are not yet given back do not count twice. */
  #isTooLarge(): boolean {
    const pages = Number(this.#db.pragma('page_count', { simple: true }));
    const free = Number(this.#db.pragma('freelist_count', { simple: true }));
    const pageBytes = Number(this.#db.pragma('page_size', { simple: true }));
    return (pages - free) * pageBytes > this.#options.bytesMax;
  }
}

// Stage times go with the records they belong to.
const DELETE_OLD_LATENCY = `
DELETE FROM order_latency WHERE client_order_id IN
  (SELECT client_order_id FROM order_latency ORDER BY at_ms LIMIT ?)
  AND at_ms < (SELECT at_ms FROM decision ORDER BY id LIMIT 1)`;

const DELETE_OLDEST = `
DELETE FROM decision WHERE id IN (SELECT id FROM decision ORDER BY id LIMIT ?) AND at_ms < ?`;
