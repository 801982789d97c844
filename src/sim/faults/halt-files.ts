import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SimFault } from '../fault.ts';
import { lasting } from './drawn.ts';

/** How a person says "go on" to a daemon that is down: they take its halt file away. */
export const haltFileRemoved: SimFault = {
  name: 'halt.file_removed',
  family: 'operator',
  about: 'a person says halt, ends the daemon, removes the halt file, and it starts again',
  moments: ['orderLeft', 'orderTaken', 'filled'],
  share: 0.4,
  draw: (random) => ({ durationMs: lasting(random, 5_000, 120_000), parameters: {} }),
  begin: ({ journalPath, kill, speak }) => {
    speak('halt', 'person');
    return {
      end: () => {
        kill('ended by a person');
        rmSync(join(dirname(journalPath), 'HALT'), { force: true });
      },
    };
  },
};
