// A worker of `npm run nights`: runs the nights that it is told, one after the other, until nobody talks to it.

import process from 'node:process';
import { runNight } from './run-night.ts';
import type { ToWorker, WorkerSays } from './words.ts';

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
