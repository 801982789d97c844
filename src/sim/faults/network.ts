import type { Random } from '../../domain/random.ts';
import type { SimFault } from '../fault.ts';
import { isSigned } from '../request.ts';
import type { AnswerFate, RequestFate, Trouble } from '../trouble.ts';
import { lasting, numberOf, oneOf, shareOf } from './drawn.ts';
import { HTML_PAGE, MAINTENANCE_503, NOT_OUR_ADDRESS } from './venue-words.ts';

/** No frame, no ping, nothing we say comes through; what was said waits at either end. */
const DEAD_AIR: Trouble = { connect: () => 'hangs', blocks: () => true };

/** One outage in so many is a long one. */
const LONG_ONE_IN = 12;

export const networkDown: SimFault = {
  name: 'network.down',
  family: 'network',
  about: 'nothing goes out and nothing comes in',
  moments: ['orderLeft', 'orderTaken', 'filled', 'recovering'],
  draw: (random) => ({
    durationMs: random.chance(1 / LONG_ONE_IN)
      ? lasting(random, 300_000, 600_000)
      : lasting(random, 3_000, 60_000),
    parameters: { isKnown: random.chance(0.3) },
  }),
  begin: (_, plan) => {
    const isKnown = plan.parameters['isKnown'] === true;
    const request = (): RequestFate =>
      isKnown ? { type: 'notSent', text: 'getaddrinfo EAI_AGAIN' } : { type: 'lost' };
    return { trouble: { ...DEAD_AIR, request, answer: () => ({ type: 'lost' }) } };
  },
};

export const networkDeaf: SimFault = {
  name: 'network.deaf',
  family: 'network',
  about: 'what we send arrives, and nothing comes back',
  moments: ['orderLeft', 'orderTaken'],
  share: 1.5,
  draw: (random) => ({ durationMs: lasting(random, 4_000, 90_000), parameters: {} }),
  begin: () => ({
    trouble: {
      connect: () => 'hangs',
      blocks: (direction) => direction === 'toUs',
      answer: () => ({ type: 'lost' }),
    },
  }),
};

/** Loss as TCP shows it: everything behind a lost packet waits for its repetition. */
function heldUpMs(random: Random, share: number): number {
  let waitedMs = 0;
  for (let pauseMs = 200; random.chance(share) && pauseMs < 4_000; pauseMs *= 2)
    waitedMs += pauseMs;
  return waitedMs;
}

export const networkLossy: SimFault = {
  name: 'network.lossy',
  family: 'network',
  about: 'packets are lost: frames, requests and answers wait for their repetition',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { share: shareOf(random, 0.02, 0.4) },
  }),
  begin: ({ random }, plan) => {
    const share = numberOf(plan, 'share');
    const delay = (): Extract<AnswerFate & RequestFate, { type: 'delayed' }> | undefined => {
      const byMs = heldUpMs(random, share);
      return byMs === 0 ? undefined : { type: 'delayed', byMs };
    };
    return {
      trouble: { frameDelayMs: () => heldUpMs(random, share), request: delay, answer: delay },
    };
  },
};

export const networkSlow: SimFault = {
  name: 'network.slow',
  family: 'network',
  about: 'everything takes hundreds of milliseconds or seconds longer, in both directions',
  moments: ['orderLeft'],
  draw: (random) => ({
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { byMs: lasting(random, 100, 4_000) },
  }),
  begin: (_, plan) => {
    const byMs = numberOf(plan, 'byMs');
    return {
      trouble: {
        frameDelayMs: () => byMs,
        request: () => ({ type: 'delayed', byMs: byMs / 2 }),
        answer: () => ({ type: 'delayed', byMs: byMs / 2 }),
      },
    };
  },
};

export const restDown: SimFault = {
  name: 'rest.down',
  family: 'network',
  about: 'no request gets through while sockets live',
  moments: ['orderLeft', 'orderTaken', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 3_000, 120_000),
    parameters: { how: oneOf(random, ['lost', 'notSent']) },
  }),
  begin: (_, plan) => ({
    trouble: {
      request: () =>
        plan.parameters['how'] === 'lost'
          ? { type: 'lost' }
          : { type: 'notSent', text: 'connect ECONNREFUSED' },
    },
  }),
};

export const captivePortal: SimFault = {
  name: 'network.captive_portal',
  family: 'network',
  about: 'sockets end; everything else is answered 200 with a page that asks for a login',
  moments: ['orderLeft', 'recovering'],
  draw: (random) => ({ durationMs: lasting(random, 5_000, 90_000), parameters: {} }),
  begin: ({ lines }) => {
    lines?.drop('market');
    lines?.drop('account');
    return {
      trouble: {
        connect: () => 'refused',
        request: () => ({ type: 'answered', answer: HTML_PAGE }),
      },
    };
  },
};

/** Another address than the key is bound to: the public side of the venue answers as ever. */
export const addressRefused: SimFault = {
  name: 'network.address_changed',
  family: 'network',
  about: 'our address has changed: the venue refuses whatever is signed, open sockets live on',
  moments: ['orderLeft', 'recovering'],
  share: 0.7,
  draw: (random) => ({ durationMs: lasting(random, 5_000, 180_000), parameters: {} }),
  begin: () => ({
    trouble: {
      request: (request) =>
        isSigned(request) ? { type: 'answered', answer: NOT_OUR_ADDRESS } : undefined,
    },
  }),
};

export const keyRevoked: SimFault = {
  name: 'key.revoked',
  family: 'rest',
  about:
    'our key opens nothing any more, and the events of the account end; later it is given back',
  moments: ['orderLeft', 'filled', 'recovering'],
  share: 0.7,
  draw: (random) => ({ durationMs: lasting(random, 10_000, 900_000), parameters: {} }),
  begin: ({ lines, venue }) => {
    lines?.terminateAccount(venue.nowMs());
    return { end: venue.keyRefusals.hold('revoked') };
  },
};

export const venueMaintenance: SimFault = {
  name: 'venue.maintenance',
  family: 'rest',
  about: 'the venue is down: sockets end and are refused, every request is answered 503',
  moments: ['orderTaken', 'recovering'],
  share: 0.7,
  draw: (random) => ({
    durationMs: random.chance(1 / LONG_ONE_IN)
      ? lasting(random, 300_000, 600_000)
      : lasting(random, 10_000, 120_000),
    parameters: {},
  }),
  begin: ({ lines }) => {
    lines?.drop('market', 1_001);
    lines?.drop('account', 1_001);
    return {
      trouble: {
        connect: () => 'refused',
        request: () => ({ type: 'answered', answer: MAINTENANCE_503 }),
      },
    };
  },
};
