import { invariant } from '../../domain/assert.ts';
import { e8, toWire } from '../../matching/scale.ts';
import { isOwnId } from '../checkers/own-orders.ts';
import type { SimFault } from '../fault.ts';
import type { SimRequest } from '../request.ts';
import type { Stage } from '../stage.ts';
import type { AnswerFate, RequestFate, Trouble } from '../trouble.ts';
import { OURS } from '../venue.ts';
import { lasting, numberOf, oneOf, shareOf } from './drawn.ts';
import { allowAgain } from './people.ts';
import { SERVER_ERRORS, UNKNOWN_ORDER } from './venue-words.ts';

type Place = Extract<SimRequest, { readonly kind: 'place' }>;

const LEVELS = 1_000;
/** Of the price: inside what the venue takes, and further than a market goes in minutes. */
const FAR_AWAY = 0.03;
const PERSON_TAKES_MS = 4_000;
const PERSON_SEES_MS = 2_500;
/** The cancels have left, and some are answered. */
const KILLED_MS = 50;

/**
 * Somebody is faster: what our order was aimed at is gone when it comes, but for `leaves` of what we
 * want. Only what our limit price would have reached.
 */
export function sweepBefore({ venue }: Stage, { fields }: Place, leaves: number): void {
  const book = venue.core.depth(fields.symbol, LEVELS);
  const rules = venue.core.symbol(fields.symbol);
  if (book === undefined || rules === undefined) return;
  const limit = e8(fields.price);
  const isBuy = fields.side === 'BUY';
  const reached = isBuy
    ? book.asks.filter(([price]) => price <= limit)
    : book.bids.filter(([price]) => price >= limit);
  const there = reached.reduce((sum, [, quantity]) => sum + quantity, 0);
  const left = Math.floor((e8(fields.quantity) * leaves) / rules.lot.step) * rules.lot.step;
  if (there - left < rules.lot.min) return;
  const { symbol, side, price } = fields;
  venue.takeAsStranger({ symbol, side, price, quantity: toWire(there - left) });
}

/**
 * Orders that find nothing and stay: the engine keeps what it could not fill at once. `far`: it reads a price
 * that nobody meets meanwhile; else somebody mostly comes within seconds, and there is nothing to cancel.
 */
function leaveResting(stage: Stage, share: number, far = false): Pick<Trouble, 'request'> {
  return {
    request: (request): RequestFate | undefined => {
      if (request.kind !== 'place' || !stage.random.chance(share)) return undefined;
      if (!far) sweepBefore(stage, request, oneOf(stage.random, [0, 0, 0.3, 0.7]));
      const price = far ? farPrice(stage, request) : request.fields.price;
      const fields = { ...request.fields, price, timeInForce: 'GTC' } as const;
      return { type: 'misread', as: { ...request, fields } };
    },
  };
}

function farPrice({ venue }: Stage, { fields }: Place): string {
  const rules = venue.core.symbol(fields.symbol);
  if (rules === undefined) return fields.price;
  const away = fields.side === 'BUY' ? 1 - FAR_AWAY : 1 + FAR_AWAY;
  return toWire(Math.round((e8(fields.price) * away) / rules.price.step) * rules.price.step);
}

/** Whatever of ours rests is canceled by the venue: nothing stays behind a fault. */
function clearBook({ venue }: Stage): void {
  for (const { clientOrderId, symbol } of venue.core.openOrders(OURS, undefined)) {
    venue.cancelByHand(symbol, clientOrderId);
  }
}

export const marketSwept: SimFault = {
  name: 'market.swept',
  family: 'rest',
  about: 'somebody else takes the other side of the book just before our orders come',
  moments: [],
  share: 1.5,
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 300_000),
    parameters: { share: shareOf(random, 0.5, 1), leaves: oneOf(random, [0, 0.3, 0.7]) },
  }),
  begin: (stage, plan) => ({
    trouble: {
      request: (request) => {
        const isHit = request.kind === 'place' && stage.random.chance(numberOf(plan, 'share'));
        if (isHit) sweepBefore(stage, request, numberOf(plan, 'leaves'));
        return undefined;
      },
    },
  }),
};

export const orderRests: SimFault = {
  name: 'order.rests',
  family: 'rest',
  about: 'the engine keeps on its book what an IOC order could not fill, and ends it minutes later',
  moments: [],
  share: 2.5,
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 180_000),
    parameters: { share: shareOf(random, 0.5, 1), isFar: random.chance(0.4) },
  }),
  begin: (stage, plan) => ({
    trouble: leaveResting(stage, numberOf(plan, 'share'), plan.parameters['isFar'] === true),
    end: () => clearBook(stage),
  }),
};

/** A person sees an order of ours on the venue's own page and takes it away. */
export const orderCanceledByHand: SimFault = {
  name: 'order.canceled_by_hand',
  family: 'operator',
  about: 'orders rest, and a person cancels them at the venue behind our back',
  moments: [],
  share: 1.5,
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 180_000),
    parameters: { share: shareOf(random, 0.5, 1) },
  }),
  begin: (stage, plan) => {
    let isOn = true;
    stage.clock.every(
      PERSON_TAKES_MS,
      () => clearBook(stage),
      () => isOn,
    );
    return {
      trouble: leaveResting(stage, numberOf(plan, 'share')),
      end: () => {
        isOn = false;
        clearBook(stage);
      },
    };
  },
};

/** Nothing is in the way of the cancels: whatever rests must go. */
export const operatorHaltsResting: SimFault = {
  name: 'operator.halt_resting',
  family: 'operator',
  about: 'orders rest, and a person halts: nothing is in the way of the cancels',
  moments: [],
  share: 0.8,
  draw: (random) => ({ durationMs: lasting(random, 60_000, 240_000), parameters: {} }),
  begin: (stage) => {
    const { clock } = stage;
    const resting = leaveResting(stage, 1, true);
    let isHalted = false;
    let isOn = true;
    // Said again for as long as something rests: a daemon that is down hears nobody.
    const halt = (): void => {
      if (!stage.venue.core.openOrders(OURS, undefined).some(isOurs)) return;
      isHalted = true;
      stage.speak('halt', 'person');
    };
    clock.every(PERSON_SEES_MS, halt, () => isOn);
    return {
      // What leaves after the halt is none of it.
      trouble: { request: (asked) => (isHalted ? undefined : resting.request?.(asked)) },
      end: () => {
        isOn = false;
        clearBook(stage);
        allowAgain(stage);
      },
    };
  },
};

function isOurs({ clientOrderId }: { readonly clientOrderId: string }): boolean {
  return isOwnId(clientOrderId);
}

/** What becomes of our cancels: none of these proves that an order has ended. */
const CANCEL_FATES = [
  'answer lost',
  'error',
  'never arrives',
  'refused',
  'filled first',
  'unknown order',
];

/** Only an operator's halt makes the daemon cancel: somebody halts while orders rest. */
export const cancelTroubled: SimFault = {
  name: 'cancel.troubled',
  family: 'rest',
  about:
    'orders rest, a person halts, and the cancels are lost, refused, too late, or cut off by a kill',
  moments: [],
  share: 1.5,
  draw: (random) => ({
    durationMs: lasting(random, 60_000, 180_000),
    parameters: {
      fate: oneOf(random, CANCEL_FATES),
      forMs: lasting(random, 5_000, 60_000),
      isKilled: random.chance(0.3),
    },
  }),
  begin: (stage, plan) => {
    const { clock } = stage;
    const fate = plan.parameters['fate'];
    const resting = leaveResting(stage, 1, fate === 'never arrives' || fate === 'refused');
    let isTroubled = true;
    let isHalted = false;
    const halt = (): void => {
      if (isHalted || stage.venue.core.openOrders(OURS, undefined).length === 0) return;
      isHalted = true;
      stage.speak('halt', 'person');
      if (plan.parameters['isKilled'] === true) clock.after(KILLED_MS, () => stage.kill('killed'));
      clock.after(numberOf(plan, 'forMs'), () => {
        isTroubled = false;
      });
    };
    let isOn = true;
    clock.every(2_500, halt, () => isOn);
    const request = (asked: SimRequest): RequestFate | undefined => {
      if (asked.kind !== 'cancel' || !isTroubled) return resting.request?.(asked);
      if (fate === 'never arrives') return { type: 'lost' };
      if (fate === 'refused')
        return { type: 'answered', answer: oneOf(stage.random, SERVER_ERRORS) };
      if (fate === 'filled first') fill(stage, asked.clientOrderId);
      return undefined;
    };
    const answer = (asked: SimRequest): AnswerFate | undefined => {
      if (asked.kind !== 'cancel' || !isTroubled) return undefined;
      if (fate === 'answer lost') return { type: 'lost' };
      if (fate === 'error') return { type: 'replaced', answer: oneOf(stage.random, SERVER_ERRORS) };
      return fate === 'unknown order' ? { type: 'replaced', answer: UNKNOWN_ORDER } : undefined;
    };
    return {
      trouble: { request, answer },
      end: () => {
        isOn = false;
        clearBook(stage);
        stage.speak('resume', 'person');
      },
    };
  },
};

/** Somebody takes our resting order before our cancel comes. */
function fill({ venue }: Stage, clientOrderId: string): void {
  const order = venue.core
    .openOrders(OURS, undefined)
    .find((each) => each.clientOrderId === clientOrderId);
  if (order === undefined) return;
  const book = venue.core.depth(order.symbol, LEVELS);
  invariant(book !== undefined, `${order.symbol} has a book`);
  const isBid = order.side === 'BUY';
  const ahead = (isBid ? book.bids : book.asks)
    .filter(([price]) => (isBid ? price >= order.price : price <= order.price))
    .reduce((sum, [, quantity]) => sum + quantity, 0);
  venue.takeAsStranger({
    symbol: order.symbol,
    side: isBid ? 'SELL' : 'BUY',
    price: toWire(order.price),
    quantity: toWire(ahead),
  });
}
