import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findDiskSpace } from '../../src/store/disk-space.ts';
import { HaltLatch } from '../../src/store/halt-latch.ts';
import { type Heartbeat, readHeartbeat, writeHeartbeat } from '../../src/store/heartbeat.ts';
import { formatMail, writeMailFile } from '../../src/store/mail-file.ts';
import { pruneFolder } from '../../src/store/prune.ts';
import { NOON_MS } from '../support/trading.ts';
import { tempFolder } from './temp-folder.ts';

const HEARTBEAT: Heartbeat = {
  atMs: NOON_MS,
  pid: 7,
  epoch: 2,
  buildId: 'b',
  httpPort: 9464,
  mode: 'ACTIVE',
  modeCause: 'proven',
  progress: { feed: 12 },
  positions: [{ venue: 'binance', symbol: 'BTC/USDT', quantity: '0.1' }],
  openOrders: [],
};

test('a heartbeat is read back whole; a missing or broken file is told apart and never throws', () => {
  const path = join(tempFolder(), 'data', 'heartbeat.json');
  expect(readHeartbeat(path)).toEqual({ type: 'absent' });
  writeHeartbeat(path, HEARTBEAT);
  expect(readHeartbeat(path)).toEqual({ type: 'read', heartbeat: HEARTBEAT });
  writeFileSync(path, '{"atMs":1');
  expect(readHeartbeat(path).type).toBe('unreadable');
  writeFileSync(path, '[]');
  expect(readHeartbeat(path).type).toBe('unreadable');
});

test('the halt latch holds across lives until it is cleared, and keeps every cause', () => {
  const path = join(tempFolder(), 'data', 'HALT');
  const latch = new HaltLatch(path);
  expect(latch.isSet()).toBe(false);
  latch.set('journal failed', '2026-11-20');
  latch.set('again', '2026-11-21');
  expect(new HaltLatch(path).readCause()).toBe('2026-11-20 journal failed\n2026-11-21 again');
  new HaltLatch(path).clear();
  expect(latch.isSet()).toBe(false);
  expect(latch.readCause()).toBeUndefined();
});

test('pruning keeps the newest file whatever its size, and never touches a foreign name', async () => {
  const folder = tempFolder();
  for (const [name, age] of [
    ['log.1', 400],
    ['log.2', 300],
    ['log.3', 200],
    ['log.4', 100],
    ['mine.txt', 900],
  ] as const) {
    writeFileSync(join(folder, name), 'x'.repeat(100));
    utimesSync(join(folder, name), NOON_MS / 1000 - age, NOON_MS / 1000 - age);
  }
  const prune = (ageMsMax: number, bytesMax: number): Promise<number> =>
    pruneFolder({ folder, name: /^log\.\d+$/, nowMs: NOON_MS, ageMsMax, bytesMax });

  expect(await prune(350_000, 1e9)).toBe(1);
  expect(await prune(1e12, 250)).toBe(1);
  expect(readdirSync(folder).sort()).toEqual(['log.3', 'log.4', 'mine.txt']);
  expect(await prune(0, 0)).toBe(1);
  expect(readdirSync(folder).sort()).toEqual(['log.4', 'mine.txt']);
});

test('free space of a real folder is known, of none it is not', async () => {
  const space = await findDiskSpace(tempFolder());
  expect(space?.freeBytes).toBeGreaterThan(0);
  expect(space?.totalBytes).toBeGreaterThanOrEqual(space?.freeBytes ?? Number.POSITIVE_INFINITY);
  expect(await findDiskSpace('/nowhere/at/all')).toBeUndefined();
});

test('a mail is one file that a mail program opens; a newline cannot smuggle a header into it', () => {
  const folder = join(tempFolder(), 'mail');
  const mail = {
    from: 'overnight@host',
    to: 'me@host',
    subject: 'gone\r\nBcc: evil@host',
    atMs: NOON_MS,
    messageId: 'daemon.gone.1@overnight',
    text: 'first\nsecond',
  };
  const path = writeMailFile(folder, mail);
  expect(existsSync(path)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(formatMail(mail).split('\r\n')).toEqual([
    'Date: Fri, 20 Nov 2026 12:00:00 +0000',
    'From: overnight@host',
    'To: me@host',
    'Subject: =?utf-8?B?Z29uZQ0KQmNjOiBldmlsQGhvc3Q=?=',
    'Message-ID: <daemon.gone.1@overnight>',
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'first',
    'second',
    '',
  ]);
});

test('a draft that a crash left behind is not taken for a heartbeat', () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'data'));
  const path = join(folder, 'data', 'heartbeat.json');
  writeHeartbeat(path, HEARTBEAT);
  writeFileSync(`${path}.draft`, '{"atMs"');
  expect(readHeartbeat(path)).toEqual({ type: 'read', heartbeat: HEARTBEAT });
});
