import type { Random } from '../../domain/random.ts';
import { unixMs } from '../../domain/units.ts';
import type { VenueAnswer } from '../../domain/venue.ts';
import type { FaultDraw, PlannedFault, SimFault } from '../fault.ts';
import type { SimRequest } from '../request.ts';
import type { AnswerFate, RequestFate } from '../trouble.ts';
import { lasting, numberOf, oneOf, shareOf } from './drawn.ts';
import {
  DUPLICATE,
  GARBLES_COUNT,
  garble,
  NO_FUNDS,
  SERVER_ERRORS,
  TIMEOUT_TOLD,
} from './venue-words.ts';

/** Orders are rare: a window in which some of them are hit. */
function window(random: Random, parameters: FaultDraw['parameters'] = {}): FaultDraw {
  return {
    durationMs: lasting(random, 20_000, 240_000),
    parameters: { share: oneOf(random, [1, shareOf(random, 0.2, 0.9)]), ...parameters },
  };
}

/** What is the same for all faults that hit some of the orders. */
type About = Omit<SimFault, 'begin'>;

interface Met {
  readonly plan: PlannedFault;
  readonly random: Random;
}

const isHit = ({ plan, random }: Met, { kind }: SimRequest): boolean =>
  kind === 'place' && random.chance(numberOf(plan, 'share'));

/** A share of the orders meets this before the venue sees them. */
function onTheWayOut(about: About, fate: (met: Met) => RequestFate): SimFault {
  return {
    ...about,
    begin: ({ random }, plan) => {
      const met = { plan, random };
      return { trouble: { request: (request) => (isHit(met, request) ? fate(met) : undefined) } };
    },
  };
}

/** The answers to a share of the orders meet this after the venue has acted. */
function onTheWayBack(
  about: About,
  fate: (met: Met & { readonly answer: VenueAnswer }) => AnswerFate,
): SimFault {
  return {
    ...about,
    begin: ({ random }, plan) => {
      const met = { plan, random };
      return {
        trouble: {
          answer: (request, answer) => (isHit(met, request) ? fate({ ...met, answer }) : undefined),
        },
      };
    },
  };
}

export const orderAnswerLost = onTheWayBack(
  {
    name: 'order.answer_lost',
    family: 'rest',
    about: 'the venue takes orders and its answers never come',
    moments: ['orderLeft'],
    share: 2,
    draw: (random) => window(random),
  },
  () => ({ type: 'lost' }),
);

export const orderErrorAfter = onTheWayBack(
  {
    name: 'order.error_after',
    family: 'rest',
    about: 'the venue takes orders and answers with an error that proves nothing',
    moments: ['orderLeft'],
    share: 2,
    draw: (random) => window(random),
  },
  ({ random }) => ({ type: 'replaced', answer: oneOf(random, SERVER_ERRORS) }),
);

export const orderErrorBefore = onTheWayOut(
  {
    name: 'order.error_before',
    family: 'rest',
    about: 'the same errors, and the orders were never taken',
    moments: [],
    draw: (random) => window(random),
  },
  ({ random }) => ({ type: 'answered', answer: oneOf(random, SERVER_ERRORS) }),
);

export const orderLost = onTheWayOut(
  {
    name: 'order.lost',
    family: 'network',
    about: 'orders never arrive and nobody answers',
    moments: [],
    draw: (random) => window(random),
  },
  () => ({ type: 'lost' }),
);

export const orderNotSent = onTheWayOut(
  {
    name: 'order.not_sent',
    family: 'network',
    about: 'not one byte of an order leaves, and our own transport says so',
    moments: [],
    draw: (random) => window(random),
  },
  () => ({ type: 'notSent', text: 'connect ECONNREFUSED' }),
);

export const orderAppearsLate = onTheWayOut(
  {
    name: 'order.appears_late',
    family: 'rest',
    about: 'the venue says that it timed out, and acts seconds later',
    moments: [],
    draw: (random) => window(random, { byMs: lasting(random, 200, 9_000) }),
  },
  ({ plan }) => ({ type: 'parked', byMs: numberOf(plan, 'byMs'), answer: TIMEOUT_TOLD }),
);

export const orderAnswerGarbled = onTheWayBack(
  {
    name: 'order.answer_garbled',
    family: 'rest',
    about:
      'the venue takes orders and answers 200 with half a body, HTML, nothing, or wrong fields',
    moments: ['orderLeft'],
    draw: (random) => window(random),
  },
  ({ random, answer }) => ({
    type: 'replaced',
    answer: garble(answer, random.below(GARBLES_COUNT)),
  }),
);

export const orderReset: SimFault = {
  name: 'order.reset',
  family: 'network',
  about:
    'the connection is reset while an order is on its way: some were taken, some never arrived',
  moments: ['orderLeft'],
  draw: (random) => window(random, { arrives: shareOf(random, 0, 1) }),
  begin: ({ clock, random }, plan) => {
    const share = numberOf(plan, 'share');
    const reset = (): VenueAnswer => ({
      type: 'transportFailed',
      bytesSent: 'maybe',
      text: 'read ECONNRESET',
      sentAtMs: unixMs(clock.nowMs),
    });
    return {
      trouble: {
        request: (request) =>
          request.kind === 'place' && random.chance(share * (1 - numberOf(plan, 'arrives')))
            ? { type: 'answered', answer: reset() }
            : undefined,
        answer: (request) =>
          isHit({ plan, random }, request) ? { type: 'replaced', answer: reset() } : undefined,
      },
    };
  },
};

/** The gateway and the engine disagree: a word that proves a refusal, and an order that is there. */
export const orderRefusedTaken = onTheWayBack(
  {
    name: 'order.refused_taken',
    family: 'rest',
    about: 'the venue has taken orders and answers that it has not, in words that prove it',
    moments: ['orderLeft'],
    share: 0.5,
    draw: (random) => ({
      durationMs: lasting(random, 10_000, 60_000),
      parameters: { share: shareOf(random, 0.3, 1) },
    }),
  },
  () => ({ type: 'replaced', answer: NO_FUNDS }),
);

/** Not a fault of the venue: it is told twice and, when the first has ended, does it twice. */
export const orderRepeated = onTheWayOut(
  {
    name: 'order.repeated',
    family: 'network',
    about: 'a box in the middle repeats orders byte for byte',
    moments: [],
    share: 0.3,
    draw: (random) => ({
      durationMs: lasting(random, 10_000, 60_000),
      parameters: { share: shareOf(random, 0.3, 1), afterMs: lasting(random, 1, 2_500) },
    }),
  },
  ({ plan }) => ({ type: 'repeated', afterMs: numberOf(plan, 'afterMs') }),
);

/** From a little late, so that the account hears of the fill first, to later than anybody waits. */
export const answerLate = onTheWayBack(
  {
    name: 'answer.late',
    family: 'rest',
    about:
      'orders are answered late: events of the account come first, or we have given up waiting',
    moments: [],
    share: 1.5,
    draw: (random) => window(random, { byMs: lasting(random, 100, 16_000) }),
  },
  ({ plan }) => ({ type: 'delayed', byMs: numberOf(plan, 'byMs') }),
);

/** On the way to the venue: the price moves on, or the request is too old when it comes. */
export const orderSlow = onTheWayOut(
  {
    name: 'order.slow',
    family: 'network',
    about: 'orders arrive late: at another price, or too late to be taken at all',
    moments: [],
    draw: (random) => window(random, { byMs: lasting(random, 100, 6_000) }),
  },
  ({ plan }) => ({ type: 'delayed', byMs: numberOf(plan, 'byMs') }),
);

export const orderCalledDuplicate = onTheWayBack(
  {
    name: 'order.called_duplicate',
    family: 'rest',
    about: 'the venue takes an order and says that it already had it',
    moments: ['orderLeft'],
    share: 0.6,
    draw: (random) => window(random),
  },
  () => ({ type: 'replaced', answer: DUPLICATE }),
);

export const orderRefusedFunds = onTheWayOut(
  {
    name: 'order.refused_funds',
    family: 'rest',
    about: 'orders are refused for want of funds that the account seems to have',
    moments: [],
    draw: (random) => window(random),
  },
  () => ({ type: 'answered', answer: NO_FUNDS }),
);
