import type { ListWindow } from '../../matching/exchange-core.ts';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import { describeFill, describeQueried } from '../../matching/wire/wire-shapes.ts';
import {
  type Call,
  type Operation,
  orRefuse,
  readSymbol,
  signedOperation,
  type Venue,
} from './operation.ts';
import { readOrderRef } from './order-parameters.ts';

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1_000;

/** `GET order`, `order.status`. */
export const queryOrder: Operation = signedOperation(
  4,
  (venue, { params, account }) => {
    const ref = readOrderRef(params);
    params.refuseUnread();
    return describeQueried(orRefuse(venue.core.order(account, ref)));
  },
  ['symbol'],
);

/** `GET openOrders`, `openOrders.status`: of one symbol, or (dear) of all. */
export const openOrders: Operation = signedOperation(
  (params) => (params.text('symbol') === undefined ? 80 : 6),
  (venue, { params, account }) => {
    const symbol = params.text('symbol') === undefined ? undefined : readSymbol(venue, params);
    params.refuseUnread();
    return venue.core.openOrders(account, symbol).map(describeQueried);
  },
);

/** `GET allOrders`, `allOrders`: oldest first. */
export const allOrders: Operation = signedOperation(
  20,
  (venue, call) =>
    venue.core.allOrders(call.account, readWindow(venue, call, 'orderId')).map(describeQueried),
  ['symbol'],
);

/** `GET myTrades`, `myTrades`: oldest first. */
export const myTrades: Operation = signedOperation(
  (params) => (params.text('orderId') === undefined ? 20 : 5),
  (venue, call) => {
    const orderId = call.params.integer('orderId');
    const window = readWindow(venue, call, 'fromId');
    return venue.core.myTrades(call.account, { ...window, orderId }).map(describeFill);
  },
  ['symbol'],
);

function readWindow(venue: Venue, { params }: Call, fromName: string): ListWindow {
  const window = {
    symbol: readSymbol(venue, params),
    fromId: params.integer(fromName),
    startAtMs: params.integer('startTime'),
    endAtMs: params.integer('endTime'),
    limit: readLimit(params.integer('limit'), LIMIT_DEFAULT, LIMIT_MAX),
  };
  params.refuseUnread();
  return window;
}

/** A `limit` as the venue takes it: absent means the default, too much means the maximum, zero is refused. */
export function readLimit(asked: number | undefined, otherwise: number, max: number): number {
  if (asked === 0) throw REFUSALS.badData('limit');
  return Math.min(asked ?? otherwise, max);
}
