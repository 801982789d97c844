// A worker whose nights end as their seed says: for what the runner does when a night ends its process.

import process from 'node:process';
import type { ToWorker, WorkerSays } from '../../../scripts/nights/words.ts';
import { outcomeOf } from './made-up-outcome.ts';

function say(words: WorkerSays): void {
  process.send?.(words);
}

process.on('message', ({ plan }: ToWorker) => {
  say({ type: 'reached', atMs: 1_800_000 });
  if (plan.seed === 'crash') throw new Error('the ground gave way');
  if (plan.seed === 'endless') {
    for (let hour = 1; hour < 4; hour++) say({ type: 'reached', atMs: hour * 3_600_000 + 1 });
    return;
  }
  // Spins, as a loop without an end does: no timer, no message reaches it any more.
  while (plan.seed === 'hang');
  say({ type: 'done', outcome: outcomeOf({ plan }) });
});
process.on('disconnect', () => process.exit());
