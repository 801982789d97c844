import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { InvariantBroken } from '../../src/domain/assert.ts';
import { unixMs } from '../../src/domain/units.ts';
import { JournalFailed, JournalForeign, JournalLocked } from '../../src/store/journal-failure.ts';
import { readJournal } from '../../src/store/journal-reader.ts';
import { firstEpochAt, JournalStore } from '../../src/store/journal-store.ts';
import { NOON_MS } from '../support/trading.ts';
import { filledRow, intentRow, journalAt, submittedRow, voidedRow } from './journal-rows.ts';
import { tempFolder } from './temp-folder.ts';

const inTemp = (): string => join(tempFolder(), 'data', 'journal.db');

function typesOf(path: string): readonly string[] {
  const read = readJournal(path);
  if (read.type !== 'read') throw new Error(read.type);
  expect(read.chainBreak).toBeUndefined();
  return read.rows.map((row) => row.type);
}

describe('starting', () => {
  test('the first start is clean, has epoch 1 and finds no rows', () => {
    const store = JournalStore.open(journalAt(inTemp()));
    expect(store.epoch).toBe(1);
    expect(store.clean).toBe(true);
    expect(store.recentStartsCount).toBe(1);
    expect(store.rowsBeforeStart()).toEqual([]);
    store.close();
  });

  test('each start takes the next epoch, and finds the rows of all before it as they were written', () => {
    const path = inTemp();
    const first = JournalStore.open(journalAt(path));
    const rows = [intentRow('a'), submittedRow('a'), filledRow('a', '1')];
    first.append(rows, true);
    first.close('test');

    const second = JournalStore.open(journalAt(path));
    expect(second.epoch).toBe(2);
    expect(second.clean).toBe(true);
    expect(second.rowsBeforeStart().slice(1, -1)).toEqual(rows);
    second.close();
  });

  test('a run that did not say stopped was not clean', () => {
    const path = inTemp();
    JournalStore.open(journalAt(path)).close();
    expect(JournalStore.open(journalAt(path)).clean).toBe(false);
  });

  test('only starts of the last ten minutes count towards a crash loop', () => {
    const path = inTemp();
    const startAt = (minutes: number): number => {
      const nowMs = () => unixMs(NOON_MS + minutes * 60_000);
      const store = JournalStore.open(journalAt(path, { nowMs }));
      store.close();
      return store.recentStartsCount;
    };
    expect([startAt(0), startAt(5), startAt(9.9), startAt(10.1), startAt(30)]).toEqual([
      1, 2, 3, 3, 1,
    ]);
  });
});

// Two traders on one account would each send orders that the other does not know of.
test('a second opener is refused while the first lives, and not after it', () => {
  const path = inTemp();
  const first = JournalStore.open(journalAt(path));
  expect(() => JournalStore.open(journalAt(path))).toThrow(JournalLocked);
  expect(() => JournalStore.open(journalAt(path))).toThrow(/held by another process/);
  expect(readJournal(path).type).toBe('held');

  first.close();
  const second = JournalStore.open(journalAt(path));
  expect(second.epoch).toBe(2);
  second.close();
});

describe('what the table itself refuses', () => {
  const refused: readonly (readonly [string, () => ReturnType<typeof intentRow>[]])[] = [
    ['an intent twice', () => [intentRow('a'), intentRow('a')]],
    ['a send twice', () => [intentRow('a'), submittedRow('a'), submittedRow('a')]],
    ['a send without an intent', () => [submittedRow('a')]],
    [
      'a send after the order was voided',
      () => [intentRow('a'), voidedRow('a'), submittedRow('a')],
    ],
    ['a fill twice', () => [intentRow('a'), filledRow('a', '9'), filledRow('a', '9')]],
  ];
  test.each(refused)(
    '%s is a broken invariant, and nothing of the batch is kept',
    (_name, rows) => {
      const path = inTemp();
      const store = JournalStore.open(journalAt(path));
      expect(() => store.append(rows(), true)).toThrow(InvariantBroken);
      store.close();
      expect(typesOf(path)).toEqual(['started']);
    },
  );

  test('after a refusal the store takes no more rows: its own chain would not fit', () => {
    const store = JournalStore.open(journalAt(inTemp()));
    expect(() => store.append([submittedRow('a')], true)).toThrow(InvariantBroken);
    expect(() => store.append([intentRow('b')], true)).toThrow(JournalFailed);
    store.close();
  });

  test.each(['UPDATE journal SET body = body', 'DELETE FROM journal', 'DELETE FROM epoch'])(
    '%s is refused: rows are only ever appended',
    (sql) => {
      const path = inTemp();
      JournalStore.open(journalAt(path)).close('test');
      const db = new Database(path);
      expect(() => db.exec(sql)).toThrow(/append-only/);
      db.close();
    },
  );

  test('a send that claims a second attempt is refused', () => {
    const path = inTemp();
    const store = JournalStore.open(journalAt(path));
    store.append([intentRow('a')], true);
    store.close('test');
    const db = new Database(path);
    const sql = `INSERT INTO journal SELECT id + 1, epoch, 'submitted', 'a', 2, venue, symbol, trade_id,
      body, build_id, config_hash, wall_ms, mono_ns, server_ms, hash, 'x' FROM journal ORDER BY id DESC LIMIT 1`;
    expect(() => db.exec(sql)).toThrow(/CHECK constraint/);
    db.close();
  });
});

test('rows without now wait for a flush, and a row with now takes them along in order', () => {
  const path = inTemp();
  const store = JournalStore.open(journalAt(path));
  store.append([intentRow('a')], false);
  expect(store.bufferedCount).toBe(1);
  store.append([submittedRow('a')], true);
  expect(store.bufferedCount).toBe(0);
  store.append([filledRow('a', '1')], false);
  store.flush();
  store.close();
  expect(typesOf(path)).toEqual(['started', 'intent', 'submitted', 'filled']);
});

describe('a journal that was touched', () => {
  function damaged(sql: string): string {
    const path = inTemp();
    const store = JournalStore.open(journalAt(path));
    store.append([intentRow('a'), submittedRow('a'), filledRow('a', '1')], true);
    store.close('test');
    const db = new Database(path);
    db.exec(`DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete; ${sql}`);
    db.close();
    return path;
  }
  test.each([
    ["UPDATE journal SET body = replace(body, 'abc', 'abd') WHERE id = 3", /row 3 was changed/],
    ['UPDATE journal SET wall_ms = wall_ms + 1 WHERE id = 2', /row 2 was changed/],
    ['DELETE FROM journal WHERE id = 3', /row 3 is missing/],
    ["UPDATE journal SET prev_hash = 'x' WHERE id = 2", /row 2 does not follow row 1/],
  ])('%s: the start is refused and names the row', (sql, said) => {
    const path = damaged(sql);
    expect(() => JournalStore.open(journalAt(path))).toThrow(JournalFailed);
    expect(() => JournalStore.open(journalAt(path))).toThrow(said);
  });
});

describe('a file that is no journal of this build', () => {
  test('another SQLite file', () => {
    const path = join(tempFolder(), 'other.db');
    const db = new Database(path);
    db.exec('CREATE TABLE t (a)');
    db.close();
    expect(() => JournalStore.open(journalAt(path))).toThrow(JournalForeign);
  });

  test('a newer journal', () => {
    const path = inTemp();
    JournalStore.open(journalAt(path)).close();
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    expect(() => JournalStore.open(journalAt(path))).toThrow(/version 99, this build knows 1/);
  });

  test('a text file', () => {
    const path = join(tempFolder(), 'text.db');
    writeFileSync(path, 'not a database at all, but long enough to look like one'.repeat(40));
    expect(() => JournalStore.open(journalAt(path))).toThrow(JournalForeign);
  });
});

// What a power cut leaves: a write-ahead log that ends anywhere. Each prefix must be a whole number of commits.
test('a torn write-ahead log leaves every committed prefix readable and its chain whole', () => {
  const folder = tempFolder();
  const path = join(folder, 'journal.db');
  const store = JournalStore.open(journalAt(path));
  for (let n = 0; n < 6; n++) store.append([intentRow(`o${n}`), submittedRow(`o${n}`)], true);
  const database = readFileSync(path);
  const log = readFileSync(`${path}-wal`);
  store.close();

  let seen = 0;
  for (let cut = log.length; cut >= 0; cut -= 1536) {
    const copy = join(folder, `cut-${cut}.db`);
    writeFileSync(copy, database);
    writeFileSync(`${copy}-wal`, log.subarray(0, cut));
    const db = new Database(copy);
    const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
    db.close();
    if (tables === 0) continue;
    const read = readJournal(copy);
    if (read.type !== 'read') throw new Error(read.type);
    expect(read.chainBreak).toBeUndefined();
    const sent = read.rows.filter((row) => row.type === 'submitted').length;
    const intended = read.rows.filter((row) => row.type === 'intent').length;
    expect(sent).toBe(intended);
    seen += 1;
  }
  expect(seen).toBeGreaterThan(5);
});

test('a copy of a live journal can be read, its owner is not disturbed', () => {
  const folder = tempFolder();
  const path = join(folder, 'journal.db');
  const store = JournalStore.open(journalAt(path));
  store.append([intentRow('a')], true);
  copyFileSync(path, join(folder, 'copy.db'));
  copyFileSync(`${path}-wal`, join(folder, 'copy.db-wal'));
  expect(typesOf(join(folder, 'copy.db'))).toEqual(['started', 'intent']);
  store.append([submittedRow('a')], true);
  store.close();
});

// A clean-up script, a restored backup, a hand that slipped. SQLite writes on into a file without a
// name, and the next start would begin with nothing: no order, no position, ids from the beginning.
describe('the file is taken away under a running journal', () => {
  test.each([
    ['removed', (path: string) => rmSync(path)],
    ['its log removed', (path: string) => rmSync(`${path}-wal`)],
    ['its folder renamed', (path: string) => renameSync(dirname(path), `${dirname(path)}-old`)],
    [
      'replaced by a copy',
      (path: string) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])('%s: the next row is refused, and every one after it', (_name, take) => {
    const path = inTemp();
    const store = JournalStore.open(journalAt(path));
    store.append([intentRow('a')], true);
    take(path);
    expect(() => store.append([submittedRow('a')], true)).toThrow(JournalFailed);
    expect(() => store.append([submittedRow('a')], true)).toThrow(JournalFailed);
    store.close();
  });
});

test('a page of an index that a disk spoiled stops the start, though every row reads well', () => {
  const path = inTemp();
  const store = JournalStore.open(journalAt(path));
  store.append([intentRow('a'), submittedRow('a')], true);
  store.close('test');
  const db = new Database(path);
  const page = Number(
    db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'submitted_once'").pluck().get(),
  );
  const size = Number(db.pragma('page_size', { simple: true }));
  db.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, (page - 1) * size, (page - 1) * size + 16);
  writeFileSync(path, bytes);
  expect(() => JournalStore.open(journalAt(path))).toThrow(JournalFailed);
});

// Somebody removes the data folder: ids of the old journal are still at the venue, and must not come again.
test('a new journal counts its starts from the date on, an old one from its own last', () => {
  const december = unixMs(Date.UTC(2026, 11, 1));
  const first = firstEpochAt(december);
  expect(first).toBeGreaterThan(firstEpochAt(unixMs(december - 600_000)));
  expect(first).toBeLessThan(36 ** 4);
  const path = inTemp();
  const epochOf = (firstEpoch: number): number => {
    const store = JournalStore.open({ ...journalAt(path), firstEpoch });
    store.close('story');
    return store.epoch;
  };
  expect(epochOf(first)).toBe(first);
  expect(epochOf(first + 500)).toBe(first + 1);
});
