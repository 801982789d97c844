import type { SimFault } from '../fault.ts';
import { lasting, numberOf, oneOf, shareOf } from './drawn.ts';
import { symbolOf } from './market-frame.ts';

export const feedLagging: SimFault = {
  name: 'feed.lagging',
  family: 'feed',
  about: 'market data fall behind, more and more, and catch up in one burst',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { lagMsMax: lasting(random, 500, 30_000) },
  }),
  begin: ({ clock }, plan) => {
    const beganAtMs = clock.nowMs;
    const growth = numberOf(plan, 'lagMsMax') / plan.durationMs;
    return {
      trouble: {
        frameDelayMs: ({ socket }) =>
          socket === 'market' ? (clock.nowMs - beganAtMs) * growth : 0,
      },
    };
  },
};

export const eventTimeAhead: SimFault = {
  name: 'event_time.ahead',
  family: 'feed',
  about: 'market events are stamped in the future, or jump about',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 90_000),
    parameters: {
      share: oneOf(random, [1, shareOf(random, 0.1, 0.9)]),
      aheadMs: lasting(random, 1_200, 7_200_000),
    },
  }),
  begin: ({ random }, plan) => {
    const share = numberOf(plan, 'share');
    const aheadMs = numberOf(plan, 'aheadMs');
    return {
      trouble: {
        frame: (frame) =>
          symbolOf(frame) !== undefined && random.chance(share)
            ? [frame.text.replace(/"E":(\d+)/, (_, at: string) => `"E":${Number(at) + aheadMs}`)]
            : undefined,
      },
    };
  },
};

export const eventTimeMicroseconds: SimFault = {
  name: 'event_time.microseconds',
  family: 'feed',
  about: 'market events are stamped in microseconds instead of milliseconds',
  moments: [],
  draw: (random) => ({ durationMs: lasting(random, 5_000, 90_000), parameters: {} }),
  begin: () => ({
    trouble: {
      frame: (frame) =>
        symbolOf(frame) === undefined
          ? undefined
          : [frame.text.replace(/"([ET])":(\d{13})/g, '"$1":$2000')],
    },
  }),
};
