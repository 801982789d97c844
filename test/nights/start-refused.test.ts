import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../src/cli/rehearse/free-port.ts';
import { SocketNight } from '../support/socket-night.ts';

const statusShape = z.object({ mode: z.string(), modeCause: z.string() });

// Somebody edits the settings in a hurry. Every mistake is told at once, and nothing starts.
test('wrong settings: every problem at once, exit 78, nothing written', {
  timeout: 240_000,
}, async () => {
  const night = await SocketNight.start();
  onTestFinished(() => night.close());
  const good = readFileSync(night.settingsFile, 'utf8');
  const bad = good
    .replace(/cooldownMs: \d+/, 'cooldownMs: soon')
    .replace('priceCollarBps:', 'priceColarBps:')
    .replace(/leaseWaitMs: \d+/, 'leaseWaitMs: -1');
  expect(bad).not.toBe(good);
  writeFileSync(night.settingsFile, bad);

  const daemon = night.startDaemon();

  expect(await daemon.waitEnd()).toEqual({ code: 78, signal: null });
  for (const told of ['cooldownMs', 'priceColarBps', 'priceCollarBps', 'recovery.leaseWaitMs']) {
    expect(daemon.output).toContain(told);
  }
  expect(existsSync(night.dataDir)).toBe(false);
  expect(night.truth().wireLog).toEqual([]);
});

// The supervisor was killed and started a second trader beside the first.
test('a second daemon on the same data: exit 75, the first trades on', {
  timeout: 240_000,
}, async () => {
  const night = await SocketNight.start();
  onTestFinished(() => night.close());
  const first = night.startDaemon();
  await first.waitReady();

  const second = night.startDaemon({ httpPort: await freePort() });

  expect(await second.waitEnd()).toEqual({ code: 75, signal: null });
  expect(second.output).toContain('held by another process');
  expect(first.hasEnded).toBe(false);
  await first.waitReady();
  expect(await first.stop()).toEqual({ code: 0, signal: null });
});

// The disk takes no more. What cannot be written down must not be sent: trading halts, a file says so,
// and the next start, with room again, stays halted until a person has looked.
test('the journal cannot grow any more: exit 74, data/HALT, and the next start is HALTED', {
  timeout: 180_000,
}, async () => {
  const night = await SocketNight.start();
  onTestFinished(() => night.close());

  const daemon = night.startDaemon({ fileKilobytesMax: 512 });
  const ended = await daemon.waitEnd(120_000);

  expect(ended, daemon.output.slice(-4_000)).toEqual({ code: 74, signal: null });
  const latch = path.join(night.dataDir, 'HALT');
  expect(existsSync(latch)).toBe(true);
  const placed = night.truth().wireLog.length;

  const next = night.startDaemon();
  await next.waitFor('mode HALTED', async () => {
    return (await next.ask('/api/v1/status', statusShape)).mode === 'HALTED';
  });
  expect(await next.stop()).toEqual({ code: 0, signal: null });
  expect(night.truth().wireLog).toHaveLength(placed);
  const { clientIdCounts } = night.truth();
  expect(Object.values(clientIdCounts).filter((count) => count > 1)).toEqual([]);
  expect(night.readJournal().chainBreak).toBeUndefined();
});
