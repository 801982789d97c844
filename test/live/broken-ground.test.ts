import { existsSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { SocketNight } from '../support/socket-night.ts';

// What the daemon stands on gives way: its supervisor, its files, its port.

const statusShape = z.object({ mode: z.string() });

async function startNight(): Promise<SocketNight> {
  const night = await SocketNight.start();
  onTestFinished(() => night.close());
  return night;
}

const haltFile = (night: SocketNight): string => path.join(night.dataDir, 'HALT');

// PM2's own daemon was killed: its ends of our pipes are gone in the moment in which we are to stop.
test('nobody reads what it prints: it trades on, and stops in order', {
  timeout: 240_000,
}, async () => {
  const night = await startNight();
  const daemon = night.startDaemon();
  await daemon.waitReady();
  daemon.closePipes();
  const logFile = path.join(night.logDir, 'overnight.jsonl');
  // A warning is printed as well: the exchange closes every stream.
  night.exchange.armFault({ fault: 'close', target: { channel: 'market' } });
  await daemon.waitFor('a warning', () => readFileSync(logFile, 'utf8').includes('"level":"warn"'));
  night.exchange.clearFaults();
  await daemon.waitReady();
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expect(night.readJournal().rows.at(-1)?.type).toBe('stopped');
});

// SQLite goes on writing into a file without a name. The next start would know of no order at all.
test('the data folder is taken away under it: exit 74, and the next start is HALTED', {
  timeout: 120_000,
}, async () => {
  const night = await startNight();
  const daemon = night.startDaemon();
  await daemon.waitReady();
  renameSync(night.dataDir, `${night.dataDir}-moved`);
  expect(await daemon.waitEnd()).toEqual({ code: 74, signal: null });
  expect(daemon.output).toContain('journal.db is gone');
  expect(existsSync(haltFile(night))).toBe(true);

  const next = night.startDaemon();
  await next.waitFor('mode HALTED', async () => {
    return (await next.ask('/api/v1/status', statusShape)).mode === 'HALTED';
  });
  expect(await next.stop()).toEqual({ code: 0, signal: null });
});

test('a journal cut short: exit 74 at the start, and a file that keeps every later start HALTED', {
  timeout: 120_000,
}, async () => {
  const night = await startNight();
  const first = night.startDaemon();
  await first.waitReady();
  await first.stop();
  const journal = path.join(night.dataDir, 'journal.db');
  truncateSync(journal, 4 * 4_096);

  const second = night.startDaemon();
  expect(await second.waitEnd()).toEqual({ code: 74, signal: null });
  expect(existsSync(haltFile(night))).toBe(true);

  rmSync(journal); // somebody "repairs" it
  const third = night.startDaemon();
  await third.waitFor('mode HALTED', async () => {
    return (await third.ask('/api/v1/status', statusShape)).mode === 'HALTED';
  });
  expect(await third.stop()).toEqual({ code: 0, signal: null });
});

test('its port is taken: it says which, does not start, and has asked the venue for nothing', {
  timeout: 240_000,
}, async () => {
  const night = await startNight();
  const other = createServer();
  onTestFinished(() => void other.close());
  await new Promise<void>((resolve) => other.listen(night.httpPort, '127.0.0.1', () => resolve()));
  const daemon = night.startDaemon();
  expect(await daemon.waitEnd()).toEqual({ code: 70, signal: null });
  expect(daemon.output).toContain(`http.port: 127.0.0.1:${night.httpPort} is taken`);
  expect(night.truth().wireLog).toEqual([]);
});
