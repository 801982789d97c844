// npm run stop: ends what `npm run demo` started in this folder, its PM2 included. Records in data/ and logs/ stay.

import { rmSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './node-runtime.mjs';
import { findOrphans, findPm2Daemon, findPm2Home, listSupervised, runPm2 } from './supervisor.ts';

// Longer than the daemon's own kill_timeout (15 s), after which PM2 kills it.
const GONE_WITHIN_MS = 20_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const home = findPm2Home();

/** Ends everything under this folder's PM2 and then PM2 itself; returns the process ids that should now go. */
async function endSupervised(daemon: number): Promise<readonly number[]> {
  const supervised = await listSupervised(home);
  // Last started, first ended: the watcher before it could mail about a daemon that was told to stop, and the daemon
  // while it can still reach its exchange.
  const ids = supervised.map(({ id }) => id).sort((a, b) => b - a);
  for (const id of ids) await runPm2(home, ['delete', String(id)]);
  await runPm2(home, ['kill']);
  return [...supervised.map(({ pid }) => pid).filter((pid) => pid > 0), daemon];
}

/** Ends what lives on without its PM2. */
function endOrphans(): readonly number[] {
  const orphans = findOrphans(home);
  for (const pid of orphans) process.kill(pid, 'SIGINT');
  return orphans;
}

/** Waits until all are gone and returns those that are not. */
async function untilGone(pids: readonly number[]): Promise<readonly number[]> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  let left = pids.filter(isAlive);
  while (left.length > 0 && performance.now() < deadline) {
    await wait(100);
    left = left.filter(isAlive);
  }
  return left;
}

const daemon = findPm2Daemon(home);
const ours = daemon === undefined ? endOrphans() : await endSupervised(daemon);
const left = await untilGone(ours);
for (const pid of left) process.kill(pid, 'SIGKILL');
rmSync(home, { recursive: true, force: true });

if (left.length > 0) say(`did not end by themselves and were killed: ${left.join(', ')}`);
say(ours.length === 0 ? 'nothing was running' : 'stopped; data/ and logs/ are still there');
