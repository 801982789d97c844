// A worker of `npm run nights`: runs the nights that it is told, one after the other, until nobody talks to it.
// A night hears nothing while it runs: that the runner is gone is seen by a thread beside it.

import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { runNight } from './run-night.ts';
import type { ToWorker, WorkerSays } from './words.ts';

new Worker(new URL('orphan-watch-process.ts', import.meta.url), {
  workerData: process.ppid,
}).unref();

function say(words: WorkerSays): void {
  process.send?.(words);
}

process.on('message', ({ plan, folder }: ToWorker) => {
  const outcome = runNight(plan, {
    folder,
    onReached: (atMs) => say({ type: 'reached', atMs }),
  });
  say({ type: 'done', outcome });
});
process.on('disconnect', () => process.exit());
