import type { VenueAnswer, VenueQuestion } from '../../domain/venue.ts';
import { amountE8, toWire } from '../../matching/scale.ts';
import type { SimFault } from '../fault.ts';
import { nameOf, type SimRequest } from '../request.ts';
import { rawHttp } from '../venue-answer.ts';
import { lasting, listOf, numberOf, oneOf, shareOf, someOf, textOf } from './drawn.ts';
import { GARBLES_COUNT, garble, NO_SUCH_ORDER, SERVER_ERRORS } from './venue-words.ts';

const QUESTIONS: readonly VenueQuestion['type'][] = [
  'serverTime',
  'instruments',
  'depth',
  'account',
  'openOrders',
  'orderByClientId',
  'ordersSince',
  'fillsFrom',
];
const HOW = ['error', 'mute', 'garbled', 'late', 'unreachable'];

export const questionsFail: SimFault = {
  name: 'questions.fail',
  family: 'rest',
  about: 'some kinds of question get errors, garbage, late answers, or none; orders go through',
  moments: ['orderTaken', 'recovering'],
  share: 2,
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 120_000),
    parameters: {
      kinds: someOf(random, QUESTIONS),
      how: oneOf(random, HOW),
      share: oneOf(random, [1, shareOf(random, 0.2, 0.9)]),
    },
  }),
  begin: ({ random }, plan) => {
    const kinds = listOf(plan, 'kinds');
    const how = textOf(plan, 'how');
    const share = numberOf(plan, 'share');
    const isHit = (request: SimRequest): boolean =>
      kinds.includes(nameOf(request)) && random.chance(share);
    return {
      trouble: {
        request: (request) => {
          if (how === 'garbled' || how === 'late' || !isHit(request)) return undefined;
          if (how === 'mute') return { type: 'lost' };
          if (how === 'unreachable') return { type: 'notSent', text: 'getaddrinfo ENOTFOUND' };
          return { type: 'answered', answer: oneOf<VenueAnswer>(random, SERVER_ERRORS) };
        },
        answer: (request, answer) => {
          if ((how !== 'garbled' && how !== 'late') || !isHit(request)) return undefined;
          if (how === 'late') return { type: 'delayed', byMs: 500 + random.below(12_000) };
          return { type: 'replaced', answer: garble(answer, random.below(GARBLES_COUNT)) };
        },
      },
    };
  },
};

/** A copy of the venue's books that is behind: what is younger than `behindMs` is not in it. */
export const queriesBehind: SimFault = {
  name: 'queries.behind',
  family: 'rest',
  about: 'answers to orders are lost, and what the venue says of its last seconds lacks the orders',
  moments: ['orderTaken', 'recovering'],
  share: 1.5,
  draw: (random) => ({
    durationMs: lasting(random, 20_000, 180_000),
    parameters: { behindMs: lasting(random, 1_000, 15_000) },
  }),
  begin: ({ random, venue }, plan) => ({
    trouble: {
      answer: (request, answer) => {
        if (request.kind === 'place' && random.chance(0.5)) return { type: 'lost' };
        if (request.kind !== 'ask' || answer.type !== 'http' || answer.status !== 200) {
          return undefined;
        }
        const knownAtMs = venue.nowMs() - numberOf(plan, 'behindMs');
        const isKnown = (row: { readonly time: number }): boolean => row.time <= knownAtMs;
        switch (request.question.type) {
          case 'openOrders':
          case 'ordersSince':
          case 'fillsFrom': {
            const rows: readonly { readonly time: number }[] = JSON.parse(answer.body);
            const body = JSON.stringify(rows.filter(isKnown));
            return { type: 'replaced', answer: { ...answer, body } };
          }
          case 'orderByClientId':
            return isKnown(JSON.parse(answer.body))
              ? undefined
              : { type: 'replaced', answer: NO_SUCH_ORDER };
          default:
            return undefined;
        }
      },
    },
  }),
};

/** The venue's own sums do not fit its own list of trades. */
export const balancesMistold: SimFault = {
  name: 'balances.mistold',
  family: 'rest',
  about: 'the account answers with a balance that no trade, deposit or fee explains',
  moments: [],
  share: 0.5,
  draw: (random) => ({
    durationMs: lasting(random, 20_000, 240_000),
    parameters: {
      asset: oneOf(random, ['BTC', 'USDT', 'ETH']),
      amount: oneOf(random, ['0.25', '0.00000001']),
      isMore: random.chance(0.5),
    },
  }),
  begin: ({ lines }, plan) => {
    // A gap in the account's events makes the daemon ask.
    lines?.drop('account');
    const asset = textOf(plan, 'asset');
    const amount = amountE8(textOf(plan, 'amount'));
    const delta = plan.parameters['isMore'] === true ? amount : -amount;
    const mistell = (body: string): string => {
      const account: {
        readonly balances: readonly { readonly asset: string; readonly free: string }[];
      } = JSON.parse(body);
      const balances = account.balances.map((each) =>
        each.asset === asset ? { ...each, free: toWire(amountE8(each.free) + delta) } : each,
      );
      return JSON.stringify({ ...account, balances });
    };
    return {
      trouble: {
        answer: (request, answer) => {
          if (request.kind !== 'ask' || request.question.type !== 'account') return undefined;
          if (answer.type !== 'http' || answer.status !== 200) return undefined;
          const { status, body } = answer;
          return { type: 'replaced', answer: rawHttp(status, mistell(body)) };
        },
      },
    };
  },
};

/** Longer than an unproven order is looked for before it is parked, and long enough for the impatient. */
const PARKED_MS = [640_000, 840_000] as const;
const UNPROVEN_MS = [100_000, 240_000] as const;
const PARKED_SHARE = 0.25;
/** Every question whose answer would tell what became of an order. */
const TELLING = ['orderByClientId', 'ordersSince', 'openOrders', 'fillsFrom'];

export const orderUnresolved: SimFault = {
  name: 'order.unresolved',
  family: 'rest',
  about: 'answers to some orders are lost, and for minutes nobody can say what became of them',
  moments: ['orderLeft'],
  draw: (random) => {
    const [msMin, msMax] = random.chance(PARKED_SHARE) ? PARKED_MS : UNPROVEN_MS;
    return {
      durationMs: lasting(random, msMin, msMax),
      parameters: { lossMs: lasting(random, 20_000, 120_000), isLost: random.chance(0.5) },
    };
  },
  begin: ({ clock }, plan) => {
    const losesUntilMs = clock.nowMs + numberOf(plan, 'lossMs');
    const isHit = ({ kind }: SimRequest): boolean => kind === 'place' && clock.nowMs < losesUntilMs;
    return {
      trouble: {
        request: (request) => {
          const name = nameOf(request);
          if (TELLING.includes(name)) return { type: 'lost' };
          return isHit(request) && plan.parameters['isLost'] === true
            ? { type: 'lost' }
            : undefined;
        },
        answer: (request) => (isHit(request) ? { type: 'lost' } : undefined),
        // The account's events would tell.
        frame: ({ stream }) => (stream === 'executionReport' ? [] : undefined),
      },
    };
  },
};
