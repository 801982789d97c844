import type { JournalRow } from '../../domain/journal-row.ts';
import type { SimFault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import { lasting, numberOf, oneOf } from './drawn.ts';

const SUDDEN = ['orderLeft', 'orderTaken', 'filled', 'recovering'] as const;
const ONCE_MS = 1_000;

export const processKilled: SimFault = {
  name: 'process.killed',
  family: 'process',
  about: 'kill -9',
  moments: SUDDEN,
  share: 3,
  draw: () => ({ durationMs: ONCE_MS, parameters: {} }),
  begin: (stage) => {
    stage.kill('killed');
    return {};
  },
};

const WRITTEN: readonly JournalRow['type'][] = ['intent', 'submitted', 'reported', 'filled'];

/** Between two durable steps of one order: the worst place to die, and only an instant long. */
export const processKilledWriting: SimFault = {
  name: 'process.killed_writing',
  family: 'process',
  about: 'kill -9 right before or right after the next step of an order is on the disk',
  moments: ['orderLeft', 'filled'],
  share: 1.5,
  draw: (random) => ({
    durationMs: lasting(random, 20_000, 120_000),
    parameters: { row: oneOf(random, WRITTEN), isAfter: random.chance(0.6) },
  }),
  begin: (_, plan) => {
    const when = plan.parameters['isAfter'] === true ? 'after' : 'before';
    let isOver = false;
    return {
      trouble: {
        commit: (rows) => {
          if (isOver || !rows.some(({ type }) => type === plan.parameters['row'])) return undefined;
          isOver = true;
          return { type: 'lastOne', when };
        },
      },
    };
  },
};

export const processTerminated: SimFault = {
  name: 'process.terminated',
  family: 'process',
  about: 'SIGTERM: the daemon stops in good order and starts again',
  moments: SUDDEN,
  draw: () => ({ durationMs: ONCE_MS, parameters: {} }),
  begin: (stage) => {
    stage.terminate('SIGTERM');
    return {};
  },
};

/** Asked to go and killed before it is done. */
export const processCutShort: SimFault = {
  name: 'process.cut_short',
  family: 'process',
  about: 'SIGTERM, and kill -9 while the daemon is still stopping',
  moments: SUDDEN,
  draw: (random) => ({ durationMs: lasting(random, 1, 3_000), parameters: {} }),
  begin: (stage) => {
    stage.terminate('SIGTERM');
    return { end: () => stage.kill('killed while stopping') };
  },
};

export const processPanicked: SimFault = {
  name: 'process.panicked',
  family: 'process',
  about: 'an invariant of our own breaks: the process ends itself',
  moments: SUDDEN,
  draw: () => ({ durationMs: ONCE_MS, parameters: {} }),
  begin: (stage) => {
    stage.panic('a fault of the night breaks an invariant');
    return {};
  },
};

export const processCrashLoop: SimFault = {
  name: 'process.crash_loop',
  family: 'process',
  about: 'start after start is killed within seconds',
  moments: ['orderLeft'],
  share: 0.5,
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 40_000),
    parameters: { everyMs: lasting(random, 300, 5_000) },
  }),
  begin: (stage, plan) => {
    let isOn = true;
    stage.clock.every(
      numberOf(plan, 'everyMs'),
      () => stage.kill('killed again'),
      () => isOn,
    );
    return {
      end: () => {
        isOn = false;
      },
    };
  },
};

export const loopBlocked: SimFault = {
  name: 'loop.blocked',
  family: 'process',
  about: 'our own program does nothing for seconds: a long calculation, SIGSTOP',
  moments: SUDDEN,
  draw: (random) => ({ durationMs: lasting(random, 300, 60_000), parameters: {} }),
  begin: (stage, plan) => {
    stage.stall(plan.durationMs);
    return {};
  },
};

/** What watches the loop from another thread waits so long. */
const WATCHDOG_MS = 30_000;

export const loopEndless: SimFault = {
  name: 'loop.endless',
  family: 'process',
  about: 'our own program never comes back, and what watches it ends it',
  moments: ['orderLeft', 'filled'],
  share: 0.5,
  draw: () => ({ durationMs: WATCHDOG_MS, parameters: {} }),
  begin: (stage, plan) => {
    const { lines } = stage;
    stage.stall(plan.durationMs + ONCE_MS);
    return {
      end: () => {
        // Another start meanwhile has nothing to do with it.
        if (stage.lines === lines) stage.kill('the watchdog saw no beat');
      },
    };
  },
};

/** The world goes on without us; the venue has long hung up when we wake. */
const HANGS_UP_MS = 60_000;

export const machineSuspended: SimFault = {
  name: 'machine.suspended',
  family: 'process',
  about: 'the machine sleeps for minutes and wakes with sockets that the venue has closed',
  moments: ['orderLeft', 'orderTaken'],
  share: 0.5,
  draw: (random) => ({ durationMs: lasting(random, 30_000, 300_000), parameters: {} }),
  begin: (stage, plan) => {
    const { clock, lines } = stage;
    stage.stall(plan.durationMs);
    if (plan.durationMs > HANGS_UP_MS) clock.after(HANGS_UP_MS, () => hangUp(lines));
    return {};
  },
};

function hangUp(lines: Stage['lines']): void {
  lines?.drop('market');
  lines?.drop('account');
}

const MEGABYTE = 1_000_000;

/** Memory grows; at its end the process is killed for it, or restarted in good order. */
export const memoryLeaking: SimFault = {
  name: 'memory.leaking',
  family: 'process',
  about: 'memory grows minute by minute until the process is killed or restarted for it',
  moments: [],
  share: 0.5,
  draw: (random) => ({
    durationMs: lasting(random, 60_000, 600_000),
    parameters: { megabytes: 100 + random.below(400), isKilled: random.chance(0.5) },
  }),
  begin: (stage, plan) => {
    const { clock, machine } = stage;
    const stepMs = 1_000;
    const step = Math.floor((numberOf(plan, 'megabytes') * MEGABYTE * stepMs) / plan.durationMs);
    let grown = 0;
    let isOn = true;
    const grow = (): void => {
      grown += step;
      machine.rssBytes += step;
    };
    clock.every(stepMs, grow, () => isOn);
    return {
      end: () => {
        isOn = false;
        machine.rssBytes -= grown;
        if (plan.parameters['isKilled'] === true) stage.kill('out of memory');
        else stage.terminate('restarted for its memory');
      },
    };
  },
};
