import type { SimFault } from '../fault.ts';
import { lasting, numberOf, shareOf } from './drawn.ts';

/** The venue does what we ask and does not say so. */
export const subscriptionUnanswered: SimFault = {
  name: 'subscription.unanswered',
  family: 'feed',
  about: 'market sockets end; what we ask on the new ones is done and never answered',
  moments: ['recovering'],
  draw: (random) => ({ durationMs: lasting(random, 6_000, 60_000), parameters: {} }),
  begin: ({ lines }) => {
    lines?.drop('market');
    return {
      trouble: {
        frame: ({ socket, stream }) => (socket === 'market' && stream === '' ? [] : undefined),
      },
    };
  },
};

export const subscriptionForgotten: SimFault = {
  name: 'subscription.forgotten',
  family: 'feed',
  about: 'market sockets end; on the new ones some streams are acknowledged and never sent',
  moments: ['recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 6_000, 90_000),
    parameters: { share: shareOf(random, 0.1, 1) },
  }),
  begin: ({ lines, random }, plan) => {
    lines?.drop('market');
    const share = numberOf(plan, 'share');
    return { trouble: { forgetsStream: () => random.chance(share) } };
  },
};
