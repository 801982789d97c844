import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findDifference } from '../../../scripts/nights/run-nights.ts';
import { CRASHED, HUNG, type NightPlan } from '../../../scripts/nights/words.ts';
import { NightWorkers, type WorkersOptions } from '../../../scripts/nights/workers.ts';

// Processes start slowly where nothing is idle.
vi.setConfig({ testTimeout: 300_000 });

const BREAKING = { file: join(import.meta.dirname, 'breaking-process.ts') };

let workers: NightWorkers | undefined;
afterEach(() => workers?.close());

function start(options: Partial<WorkersOptions>): NightWorkers {
  workers = new NightWorkers({ jobs: 1, ...options });
  return workers;
}

function plan(seed: string, hours = 8): NightPlan {
  return { seed, hours, schedule: [] };
}

test('a night that ends its process is broken by that, with its last words, and the next one runs', async () => {
  const pool = start(BREAKING);
  const [crashed, next] = await Promise.all([pool.run(plan('crash')), pool.run(plan('fine'))]);
  expect(crashed.broken).toEqual({ [CRASHED]: 1 });
  expect(crashed.violations[0]?.text).toContain('the ground gave way');
  expect(crashed.violations[0]?.text).toContain('last seen 30 minutes into the night');
  expect(next.broken).toEqual({});
});

test('a night that says nothing any more is broken by that, and the next one runs', async () => {
  const pool = start({ ...BREAKING, silentMsMax: 10_000 });
  const [hung, next] = await Promise.all([pool.run(plan('hang')), pool.run(plan('fine'))]);
  expect(hung.broken).toEqual({ [HUNG]: 1 });
  expect(hung.violations[0]?.text).toContain('nothing heard for 10 s');
  expect(next.broken).toEqual({});
});

// Its clock goes on, and what it waits for never comes: that is no silence.
test('a night that goes on long after its end is broken by that', async () => {
  const outcome = await start(BREAKING).run(plan('endless', 1));
  expect(outcome.broken).toEqual({ [HUNG]: 1 });
  expect(outcome.violations[0]?.text).toContain('its end never came');
});

// The journal's chain holds every row with its times: whatever differs anywhere in a night ends up there.
test('one seed in two processes: the same journal, row by row', async () => {
  const pool = start({ jobs: 2 });
  const [first, second] = await Promise.all([
    pool.run(plan('twice', 0.2)),
    pool.run(plan('twice', 0.2)),
  ]);
  expect(first.journalHash).toMatch(/^[0-9a-f]{64}$/);
  expect(first.counts.orders).toBeGreaterThan(0);
  expect(findDifference({ first, second })).toBeUndefined();

  const other = await pool.run(plan('other', 0.2));
  expect(other.journalHash).not.toBe(first.journalHash);
});

test('nothing of a night is left on the disk', async () => {
  const pool = start({});
  await pool.run(plan('tidy', 0.1));
  expect(readdirSync(pool.folder)).toEqual([]);
  pool.close();
  expect(existsSync(pool.folder)).toBe(false);
});
