import { InvariantBroken } from '../domain/assert.ts';
import type { VenueOrderId } from '../domain/ids.ts';
import type {
  OrderReport,
  OrderState,
  OrderStateName,
  UnknownCause,
  VenueRefusal,
} from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { Lots, UnixMs } from '../domain/units.ts';

/** States that only a venue can put an order into. */
export type VenueState = Extract<
  OrderStateName,
  'ACCEPTED' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED'
>;

/** Everything that can happen to an order. */
export type OrderEvent =
  /** The journal has it and it leaves. */
  | { readonly type: 'submitted'; readonly sentAtMs: UnixMs; readonly leaseEndMs: UnixMs }
  /** Decided before anything was written down about sending it. */
  | { readonly type: 'voided'; readonly reason: Reason }
  /** Our own transport attests that no byte left. */
  | { readonly type: 'notSent'; readonly reason: Reason }
  /** The venue proves that it did not take it. */
  | { readonly type: 'refused'; readonly proof: VenueRefusal }
  /** No proof either way. */
  | { readonly type: 'lost'; readonly sinceMs: UnixMs; readonly cause: UnknownCause }
  | { readonly type: 'provenAbsent'; readonly proof: string }
  | { readonly type: 'parked' }
  /** The venue has it: after merging with what was known. */
  | {
      readonly type: 'reported';
      readonly to: VenueState;
      readonly venueOrderId: VenueOrderId;
      readonly text: string;
    }
  /** The venue has an order that was proven never to have been taken. */
  | {
      readonly type: 'appeared';
      readonly to: VenueState;
      readonly venueOrderId: VenueOrderId;
      readonly text: string;
    };

export type OrderEventType = OrderEvent['type'];

/** From which states an event may come. Everything not listed is a bug of ours. */
const LEGAL_FROM: { readonly [K in OrderEventType]: readonly OrderStateName[] } = {
  submitted: ['INITIALIZED'],
  voided: ['INITIALIZED'],
  notSent: ['SUBMITTED', 'UNKNOWN', 'DEAD'],
  refused: ['SUBMITTED', 'UNKNOWN', 'DEAD'],
  lost: ['SUBMITTED'],
  provenAbsent: ['UNKNOWN', 'DEAD'],
  parked: ['UNKNOWN'],
  // CANCELED and EXPIRED only to FILLED: a late fill completed the order, and quantity is the truth.
  reported: ['SUBMITTED', 'UNKNOWN', 'DEAD', 'ACCEPTED', 'PARTIALLY_FILLED', 'CANCELED', 'EXPIRED'],
  appeared: ['REJECTED', 'ABSENT', 'VOID'],
};

/** Whether an event may happen to an order in this state, `to` aside. */
export function isLegal(from: OrderStateName, event: OrderEventType): boolean {
  return LEGAL_FROM[event].includes(from);
}

/** The next state. Throws `InvariantBroken` for every pair that the protocol does not know. */
export function transition(state: OrderState, event: OrderEvent): OrderState {
  if (!isLegal(state.type, event.type)) throw illegal(state.type, event.type);
  switch (event.type) {
    case 'submitted':
      return { type: 'SUBMITTED', sentAtMs: event.sentAtMs, leaseEndMs: event.leaseEndMs };
    case 'voided':
    case 'notSent':
      return { type: 'VOID', reason: event.reason };
    case 'refused':
      return { type: 'REJECTED', proof: event.proof };
    case 'lost':
      if (state.type !== 'SUBMITTED') throw illegal(state.type, event.type);
      return {
        type: 'UNKNOWN',
        sinceMs: event.sinceMs,
        leaseEndMs: state.leaseEndMs,
        cause: event.cause,
      };
    case 'provenAbsent':
      return { type: 'ABSENT', proof: event.proof };
    case 'parked':
      if (state.type !== 'UNKNOWN') throw illegal(state.type, event.type);
      return { type: 'DEAD', sinceMs: state.sinceMs, leaseEndMs: state.leaseEndMs };
    case 'reported':
      if (rankOf(event.to) <= rankOf(state.type)) throw illegal(state.type, event.type, event.to);
      return venueState(event.to, event.venueOrderId, event.text);
    case 'appeared':
      return venueState(event.to, event.venueOrderId, event.text);
  }
}

/** Ended, as far as we know: it cannot fill any more. */
export function isEnded(state: OrderStateName): boolean {
  switch (state) {
    case 'INITIALIZED':
    case 'SUBMITTED':
    case 'UNKNOWN':
    case 'ACCEPTED':
    case 'PARTIALLY_FILLED':
    case 'DEAD':
      return false;
    case 'FILLED':
    case 'CANCELED':
    case 'EXPIRED':
    case 'REJECTED':
    case 'ABSENT':
    case 'VOID':
      return true;
  }
}

/** The venue may or may not have it. */
export function isUnproven(state: OrderStateName): boolean {
  return state === 'UNKNOWN' || state === 'DEAD';
}

/**
 * What an order is after one more report, whatever the order in which reports come: the larger
 * filled quantity and the higher rank win, each for itself. `undefined`: nothing new.
 */
export function mergeStatus(
  current: OrderStateName,
  status: OrderReport['status'],
  filledQuantity: Lots,
  quantity: Lots,
): VenueState | undefined {
  const to = venueStateOf(status, filledQuantity, quantity);
  return rankOf(to) > rankOf(current) ? to : undefined;
}

function venueStateOf(
  status: OrderReport['status'],
  filledQuantity: Lots,
  quantity: Lots,
): VenueState {
  if (filledQuantity >= quantity) return 'FILLED';
  switch (status) {
    case 'NEW':
      return filledQuantity > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED';
    // Refused only after it was taken (a stop that triggered): it worked and ended.
    case 'REJECTED':
      return 'EXPIRED';
    default:
      return status;
  }
}

function rankOf(state: OrderStateName): number {
  switch (state) {
    case 'ACCEPTED':
      return 1;
    case 'PARTIALLY_FILLED':
      return 2;
    case 'CANCELED':
    case 'EXPIRED':
      return 3;
    case 'FILLED':
      return 4;
    default:
      return 0;
  }
}

function venueState(to: VenueState, venueOrderId: VenueOrderId, text: string): OrderState {
  return to === 'EXPIRED' ? { type: to, venueOrderId, text } : { type: to, venueOrderId };
}

function illegal(from: OrderStateName, event: OrderEventType, to?: VenueState): InvariantBroken {
  return new InvariantBroken(`an order in ${from} cannot be ${event}${to ? ` to ${to}` : ''}`);
}
