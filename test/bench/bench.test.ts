import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { benchSymbols, encodeText, makeTape } from '../../scripts/bench/tape.ts';
import { tempFolder } from '../store/temp-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

// A benchmark nobody runs rots. Times are not looked at: this machine may be doing anything.
test('the quick benchmark: every contestant handles every message, and JSON tells it', async () => {
  const file = join(tempFolder(), 'bench.json');
  const args = ['scripts/bench.ts', 'feed', 'order', '--quick', '--json', file];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT });

  expect(stdout).toMatch(/settings [0-9a-f]{64}, seed overnight/);
  const { about, feed, order } = JSON.parse(readFileSync(file, 'utf8'));
  expect(about).toMatchObject({ node: process.version, seed: 'overnight' });
  const names = ['overnight', 'overnight, capture off', 'ccxt.pro', 'ws + JSON.parse', 'ws'];
  expect(feed.rows.map(({ name }: { name: string }) => name)).toEqual(names);
  for (const { name, cpuUsPerMessage, notes } of feed.rows) {
    expect(cpuUsPerMessage, name).toBeGreaterThan(0);
    if (notes.messages !== undefined) expect(notes.messages, name).toBe(5_000);
  }
  // A daemon that refused its input, or watched without a book, would be cheap and prove nothing.
  expect(feed.rows[0].notes).toMatchObject({
    rejections: '{}',
    bookGaps: 0,
    booksSynced: 5,
  });
  expect(feed.rows[0].notes.evaluations).toBeGreaterThan(1_000);
  expect(feed.budgets).toHaveLength(3);
  for (const { name, p50Us, p99Us } of order.rows) {
    expect(p50Us, name).toBeGreaterThan(0);
    expect(p99Us, name).toBeGreaterThanOrEqual(p50Us);
  }
  expect(order.rows).toHaveLength(2);
});

test('the tape: one seed, the same bytes; each frame whole and with its times where it says', () => {
  const symbols = benchSymbols(2);
  const tape = makeTape('seed', symbols, 500);
  expect(makeTape('seed', symbols, 500).bytes.equals(tape.bytes)).toBe(true);
  expect(makeTape('other', symbols, 500).bytes.equals(tape.bytes)).toBe(false);

  expect(Object.values(tape.counts).reduce((sum, count) => sum + count, 0)).toBe(500);
  for (let i = 0; i < 500; i++) {
    const frame = tape.bytes.subarray(tape.starts[i], tape.starts[i + 1]);
    const text = frame.subarray(frame[1] === 126 ? 4 : 2).toString();
    expect(encodeText(text).equals(frame)).toBe(true);
    expect(() => JSON.parse(text)).not.toThrow();
  }
  for (const at of tape.times) {
    expect(tape.bytes.toString('latin1', at - 4, at)).toMatch(/^"[ET]":$/);
    expect(tape.bytes.toString('latin1', at, at + 14)).toMatch(/^\d{13},$/);
  }
});
