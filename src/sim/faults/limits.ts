import type { Random } from '../../domain/random.ts';
import type { VenueAnswer } from '../../domain/venue.ts';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import type { PlannedFault, SimFault } from '../fault.ts';
import { isSigned } from '../request.ts';
import type { Stage } from '../stage.ts';
import { refusalAnswer } from '../venue-answer.ts';
import { lasting, numberOf, oneOf, shareOf, textOf } from './drawn.ts';
import { CLOCK_REFUSED, FIREWALL_403, SERVER_ERRORS } from './venue-words.ts';

/** A person who sees that nothing goes any more starts the daemon anew, in the middle of it. */
function drawRestart(random: Random, durationMs: number): number {
  return random.chance(0.4) ? lasting(random, 1, durationMs) : 0;
}

function restart({ clock, terminate }: Stage, plan: PlannedFault): void {
  const afterMs = plan.parameters['restartAfterMs'];
  if (typeof afterMs !== 'number' || afterMs === 0) return;
  clock.after(afterMs, () => terminate('a person starts it anew'));
}

/** Everything is answered so, up to the moment that the answer itself names. */
function refuseAll(
  name: string,
  about: string,
  bounds: readonly [msMin: number, msMax: number],
  answerUntil: (endMs: number, stage: Stage) => VenueAnswer,
): SimFault {
  return {
    name,
    family: 'rest',
    about,
    moments: ['orderLeft', 'recovering'],
    draw: (random) => {
      const durationMs = lasting(random, ...bounds);
      return { durationMs, parameters: { restartAfterMs: drawRestart(random, durationMs) } };
    },
    begin: (stage, plan) => {
      const endMs = stage.clock.nowMs + plan.durationMs;
      restart(stage, plan);
      return {
        trouble: { request: () => ({ type: 'answered', answer: answerUntil(endMs, stage) }) },
      };
    },
  };
}

function secondsUntil(endMs: number, { clock }: Stage): number {
  return Math.max(1, Math.ceil((endMs - clock.nowMs) / 1_000));
}

export const venueRateLimited: SimFault = refuseAll(
  'venue.rate_limited',
  'every request is answered 429 with the time to wait',
  [5_000, 60_000],
  (endMs, stage) => refusalAnswer(REFUSALS.tooMuchWeight(6_000, secondsUntil(endMs, stage))),
);

export const venueBanned: SimFault = {
  ...refuseAll(
    'venue.banned',
    'our address is banned: every request is answered 418 with the end of the ban',
    [30_000, 300_000],
    (endMs, stage) => refusalAnswer(REFUSALS.banned(endMs, secondsUntil(endMs, stage))),
  ),
  share: 0.5,
};

export const firewallRefused: SimFault = {
  ...refuseAll(
    'firewall.refused',
    'a firewall in front of the venue answers every request with a page and 403',
    [5_000, 120_000],
    () => FIREWALL_403,
  ),
  share: 0.5,
};

const TOO_MANY_S = 10;

export const ordersTooMany: SimFault = {
  name: 'orders.too_many',
  family: 'rest',
  about: 'orders are refused as too many of them; everything else is answered',
  moments: ['orderLeft'],
  draw: (random) => {
    const durationMs = lasting(random, 10_000, 120_000);
    return { durationMs, parameters: { restartAfterMs: drawRestart(random, TOO_MANY_S * 1_000) } };
  },
  begin: (stage, plan) => {
    let isMet = false;
    return {
      trouble: {
        request: ({ kind }) => {
          if (kind !== 'place') return undefined;
          if (!isMet) restart(stage, plan);
          isMet = true;
          const answer = refusalAnswer(REFUSALS.tooManyOrders(100, '10 SECOND', TOO_MANY_S));
          return { type: 'answered', answer };
        },
      },
    };
  },
};

export const timestampRefused: SimFault = {
  name: 'timestamp.refused',
  family: 'clock',
  about: 'the venue refuses what is signed, as too old, whatever our clock says',
  moments: ['orderLeft', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 3_000, 60_000),
    parameters: { share: shareOf(random, 0.3, 1) },
  }),
  begin: ({ random }, plan) => ({
    trouble: {
      request: (request) =>
        isSigned(request) && random.chance(numberOf(plan, 'share'))
          ? { type: 'answered', answer: CLOCK_REFUSED }
          : undefined,
    },
  }),
};

/** A part of everything fails, by chance. */
export const venueOverloaded: SimFault = {
  name: 'venue.overloaded',
  family: 'rest',
  about: 'a part of all requests is answered with errors, before or after the venue acted',
  moments: ['orderLeft', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { share: shareOf(random, 0.1, 0.9) },
  }),
  begin: ({ random }, plan) => {
    const isHit = (): boolean => random.chance(numberOf(plan, 'share') / 2);
    const answer = (): VenueAnswer => oneOf<VenueAnswer>(random, SERVER_ERRORS);
    return {
      trouble: {
        request: () => (isHit() ? { type: 'answered', answer: answer() } : undefined),
        answer: () => (isHit() ? { type: 'replaced', answer: answer() } : undefined),
      },
    };
  },
};

const WEIGHTS: Readonly<Record<string, (random: Random) => number | undefined>> = {
  unsaid: () => undefined,
  zero: () => 0,
  huge: () => 5_999,
  random: (random) => random.below(10_000),
};

export const weightMistold: SimFault = {
  name: 'weight.mistold',
  family: 'rest',
  about: 'the weight that the venue says we have used is missing or wrong',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 300_000),
    parameters: { how: oneOf(random, Object.keys(WEIGHTS)) },
  }),
  begin: ({ random }, plan) => ({
    trouble: {
      answer: (_, answer) => {
        if (answer.type !== 'http') return undefined;
        const usedWeight = WEIGHTS[textOf(plan, 'how')]?.(random);
        return { type: 'replaced', answer: { ...answer, usedWeight } };
      },
    },
  }),
};
