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

/** Ids of everything that belongs to this folder's demo. */
async function findOurs(): Promise<readonly number[]> {
  const daemon = findPm2Daemon(home);
  if (daemon === undefined) return findOrphans(home);
  const supervised = (await listSupervised(home)).map(({ pid }) => pid).filter((pid) => pid > 0);
  return [...supervised, daemon];
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

const ours = await findOurs();
if (findPm2Daemon(home) !== undefined) {
  await runPm2(home, ['delete', 'all']); // each gets its signal and its time to end well
  await runPm2(home, ['kill']);
} else {
  for (const pid of ours) process.kill(pid, 'SIGINT');
}

const left = await untilGone(ours);
for (const pid of left) process.kill(pid, 'SIGKILL');
rmSync(home, { recursive: true, force: true });

if (left.length > 0) say(`did not end by themselves and were killed: ${left.join(', ')}`);
say(ours.length === 0 ? 'nothing was running' : 'stopped; data/ and logs/ are still there');
