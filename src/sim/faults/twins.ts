import type { SimFault } from '../fault.ts';
import { lasting } from './drawn.ts';

/** A person, or a second supervisor, starts what already runs. Nothing may come of it. */
export const daemonStartedTwice: SimFault = {
  name: 'daemon.started_twice',
  family: 'process',
  about: 'the daemon is started a second time while it runs, on the same journal',
  moments: ['orderLeft', 'filled', 'recovering'],
  share: 0.5,
  draw: (random) => ({ durationMs: lasting(random, 5_000, 60_000), parameters: {} }),
  begin: (stage) => {
    if (stage.lines === undefined) return {};
    const twin = stage.startBeside();
    return { end: () => twin.kill('ended by a person') };
  },
};

/** Only the account itself shows it. Lasting: what the copy bought is in nobody's journal but its own. */
export const daemonCopied: SimFault = {
  name: 'daemon.copied',
  family: 'process',
  about: 'an image of the machine is started beside it: another daemon trades on the same account',
  moments: [],
  share: 0.1,
  isLasting: true,
  draw: (random) => ({ durationMs: lasting(random, 60_000, 300_000), parameters: {} }),
  begin: (stage) => {
    const twin = stage.startCopy();
    return { end: () => twin.kill('somebody found the copy') };
  },
};
