import type { ClientOrderId } from '../domain/ids.ts';
import { formatPrice, formatQuantity, type Instrument } from '../domain/instrument.ts';
import type { SendableOrder } from '../domain/order.ts';
import type { VenueQuestion } from '../domain/venue.ts';

/** The fields of a new order as they stand in the request; numbers as decimal text. */
export interface OrderFields {
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly type: 'LIMIT';
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK';
  readonly price: string;
  readonly quantity: string;
  readonly newClientOrderId: ClientOrderId;
}

/** A request of the daemon, by REST unless it says otherwise. Signed ones carry the moment of signing, venue clock, and their window. */
export type SimRequest = {
  /** Rises with every request of a night, over all lives. */
  readonly number: number;
  /** Which start of the daemon sent it. */
  readonly life: number;
  /** True time at which its first byte left. */
  readonly sentAtMs: number;
  readonly timestampMs: number;
  readonly recvWindowMs: number;
} & (
  | { readonly kind: 'place'; readonly order: SendableOrder; readonly fields: OrderFields }
  | {
      readonly kind: 'cancel';
      readonly instrument: Instrument;
      readonly clientOrderId: ClientOrderId;
    }
  | { readonly kind: 'ask'; readonly question: VenueQuestion }
  /** To the events of our account, on a socket. */
  | { readonly kind: 'subscribe' }
);

/** What the request says of the order, as text. */
export function toOrderFields(order: SendableOrder): OrderFields {
  const { instrument } = order;
  return {
    symbol: instrument.venueSymbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    price: formatPrice(instrument, order.price),
    quantity: formatQuantity(instrument, order.quantity),
    newClientOrderId: order.clientOrderId,
  };
}

/** `place`, `cancel`, `subscribe`, or the kind of question. */
export function nameOf(request: SimRequest): string {
  return request.kind === 'ask' ? request.question.type : request.kind;
}

/** Symbols that it is about, in the venue's spelling. */
export function symbolsOf(request: SimRequest): readonly string[] {
  if (request.kind === 'place') return [request.fields.symbol];
  if (request.kind === 'cancel') return [request.instrument.venueSymbol];
  if (request.kind === 'subscribe') return [];
  const { question } = request;
  if (question.type === 'instruments') return question.venueSymbols;
  return 'instrument' in question ? [question.instrument.venueSymbol] : [];
}

/** The client order id that it is about, if it is about one. */
export function clientOrderIdOf(request: SimRequest): ClientOrderId | undefined {
  if (request.kind === 'place') return request.order.clientOrderId;
  if (request.kind === 'cancel') return request.clientOrderId;
  if (request.kind === 'subscribe') return undefined;
  return request.question.type === 'orderByClientId' ? request.question.clientOrderId : undefined;
}

/** Whether it is signed: then a clock that is off gets it refused. */
export function isSigned(request: SimRequest): boolean {
  if (request.kind !== 'ask') return true;
  const { type } = request.question;
  return type !== 'serverTime' && type !== 'instruments' && type !== 'depth';
}
