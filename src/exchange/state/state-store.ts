/**
 * What the exchange remembers beyond its process. A change is in the file before anybody hears of
 * it, so a killed exchange has forgotten nothing it has answered. The file is SQLite: a transaction
 * is whole or not there, and two exchanges cannot hold one file. Not synced to the platter with each
 * change: a power cut may take the last of them, together with the machine the clients run on.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import {
  type AccountingState,
  type ExchangeState,
  type IdState,
  inOrderOfId,
  inOrderOfTrade,
  STATE_VERSION,
  type StateChange,
} from '../../matching/exchange-state.ts';
import { accountRow, encodeRow, fillRow, idsRow, listRow, netRow, orderRow } from './state-rows.ts';

/** 'ovex': what `file` and SQLite's own tools show. */
const APPLICATION_ID = 0x6f_76_65_78;
const SCHEMA = `
  CREATE TABLE part (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID, STRICT`;
/** Ids go to everybody on the market at every moment; so many at a time are written down as given. */
const IDS_AHEAD = 1_000;
/** What has ended stays in the file until so many rows were added; then the file is written anew. */
const ROWS_BEFORE_REWRITE = 20_000;
/** A checkpoint waits for the disk, some 5 ms: once in about 500 orders instead of SQLite's 130, for 16 MB of log. */
const PAGES_BEFORE_CHECKPOINT = 4_000;
/** A predecessor that is still ending gives the file free. */
const LOCK_WAIT_MS = 5_000;

type Kind = 'ids' | 'net' | 'account' | 'order' | 'fill' | 'list';

/** The file cannot be this exchange's state, or another process holds it; the message says which. */
export class StateRefused extends Error {
  override readonly name = 'StateRefused';
  readonly code = 'STATE_REFUSED';

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`${path} is no state to go on from: ${why}`, options);
  }
}

export class StateStore {
  /** As found when opened; `undefined` in a new file. */
  readonly found: ExchangeState | undefined;
  readonly #db: Database.Database;
  readonly #put: Database.Statement;
  /** Up to here ids are written down as given. */
  #ahead: IdState | undefined;
  #rowsAdded = 0;

  /** Takes the file for this process alone; makes it, and its folder, when it is not there. Throws `StateRefused`. */
  static open(path: string): StateStore {
    mkdirSync(dirname(path), { recursive: true });
    const db = new Database(path, { timeout: LOCK_WAIT_MS });
    try {
      return new StateStore(db);
    } catch (error) {
      db.close();
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      throw new StateRefused(path, why, { cause: error });
    }
  }

  private constructor(db: Database.Database) {
    this.#db = db;
    // EXCLUSIVE before WAL: the lock is then held until the process ends, by any death.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma(`wal_autocheckpoint = ${PAGES_BEFORE_CHECKPOINT}`);
    db.exec('BEGIN IMMEDIATE; COMMIT');
    makeOrCheckSchema(db);
    this.found = readState(db);
    this.#put = db.prepare('INSERT OR REPLACE INTO part (kind, id, body) VALUES (?, ?, ?)');
  }

  /** Enough was added since the last `rewrite` that the old should be dropped. */
  get isDueForRewrite(): boolean {
    return this.#rowsAdded >= ROWS_BEFORE_REWRITE;
  }

  /** From now on the file says exactly `state`. */
  rewrite(state: ExchangeState): void {
    this.#transaction(() => {
      this.#db.exec('DELETE FROM part');
      this.#putIds(lookAhead(state));
      this.#putAccounting(state);
    });
    this.#rowsAdded = 0;
  }

  /** Returns once the change would survive the death of this process; throws if it cannot. */
  keep({ ids, accounting }: StateChange): void {
    if (accounting === undefined && this.#ahead !== undefined && isWithin(ids, this.#ahead)) return;
    this.#transaction(() => {
      this.#putIds(lookAhead(ids));
      if (accounting !== undefined) this.#putAccounting(accounting);
    });
  }

  /** With the very last ids, so that an exchange stopped in order goes on without a gap. */
  close(last: IdState): void {
    this.#transaction(() => this.#putIds(last));
    this.#db.close();
  }

  get isOpen(): boolean {
    return this.#db.open;
  }

  #transaction(write: () => void): void {
    this.#db.transaction(write).immediate();
  }

  #putIds({ openings, orderId, orderListId, symbols }: IdState): void {
    const ids = { openings, orderId, orderListId, symbols };
    this.#write('ids', '', ids);
    this.#ahead = ids;
  }

  #putAccounting(state: AccountingState): void {
    this.#write('net', 'market', state.market);
    this.#write('net', 'fees', state.fees);
    this.#write('net', 'deposited', state.deposited);
    for (const account of state.accounts) this.#write('account', account.accountKey, account);
    for (const order of state.orders) this.#write('order', `${order.view.orderId}`, order);
    for (const fill of state.fills) {
      this.#write('fill', `${fill.symbol}/${fill.tradeId}/${fill.orderId}`, fill);
    }
    for (const list of state.lists) this.#write('list', `${list.orderListId}`, list);
    this.#rowsAdded += state.orders.length + state.fills.length + state.lists.length;
  }

  #write(kind: Kind, id: string, row: object): void {
    this.#put.run(kind, id, encodeRow(row));
  }
}

function makeOrCheckSchema(db: Database.Database): void {
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (tables === 0) {
    db.transaction(() => {
      db.exec(SCHEMA);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${STATE_VERSION}`);
    })();
    return;
  }
  const application = Number(db.pragma('application_id', { simple: true }));
  if (application !== APPLICATION_ID) throw new Error('a SQLite file of another program');
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version !== STATE_VERSION) {
    throw new Error(`its version is ${version}, this exchange knows ${STATE_VERSION}`);
  }
}

function readState(db: Database.Database): ExchangeState | undefined {
  const rowsOf = db.prepare('SELECT body FROM part WHERE kind = ?').pluck();
  const oneOf = db.prepare('SELECT body FROM part WHERE kind = ? AND id = ?').pluck();
  const all = <T>(kind: Kind, shape: z.ZodType<T>): T[] =>
    rowsOf.all(kind).map((body) => shape.parse(JSON.parse(String(body))));
  const one = <T>(kind: Kind, id: string, shape: z.ZodType<T>): T =>
    shape.parse(JSON.parse(String(oneOf.get(kind, id))));

  const [ids] = all('ids', idsRow);
  if (ids === undefined) return undefined;
  return {
    version: STATE_VERSION,
    ...ids,
    accounts: all('account', accountRow),
    market: one('net', 'market', netRow),
    fees: one('net', 'fees', netRow),
    deposited: one('net', 'deposited', netRow),
    orders: all('order', orderRow).sort(inOrderOfId),
    fills: all('fill', fillRow).sort(inOrderOfTrade),
    lists: all('list', listRow).sort((a, b) => a.orderListId - b.orderListId),
  };
}

function lookAhead(ids: IdState): IdState {
  return {
    ...ids,
    orderId: ids.orderId + IDS_AHEAD,
    symbols: ids.symbols.map((symbol) => ({
      ...symbol,
      tradeId: symbol.tradeId + IDS_AHEAD,
      aggregateId: symbol.aggregateId + IDS_AHEAD,
      updateId: symbol.updateId + IDS_AHEAD,
    })),
  };
}

/** Nothing given so far comes after what is written down as given. */
function isWithin(ids: IdState, ahead: IdState): boolean {
  return (
    ids.orderId <= ahead.orderId &&
    ids.symbols.every((symbol, index) => {
      const bound = ahead.symbols[index];
      return (
        bound !== undefined &&
        symbol.tradeId <= bound.tradeId &&
        symbol.aggregateId <= bound.aggregateId &&
        symbol.updateId <= bound.updateId
      );
    })
  );
}
