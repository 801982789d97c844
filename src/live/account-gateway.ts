import type { ClientOrderId, ConnectionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { SendableOrder } from '../domain/order.ts';
import type { VenueAnswer, VenueQuestion } from '../domain/venue.ts';

/** Questions that need a key. */
export type AccountQuestion = Exclude<
  VenueQuestion,
  { type: 'serverTime' } | { type: 'instruments' } | { type: 'depth' }
>;

/** The account side of one venue. Every promise resolves: whatever happened is an answer. */
export interface AccountGateway {
  /** One request, ever. `onSent` is called when its last byte was handed to the socket. */
  place(order: SendableOrder, timestampMs: number, onSent: () => void): Promise<VenueAnswer>;
  cancel(
    instrument: Instrument,
    clientOrderId: ClientOrderId,
    timestampMs: number,
  ): Promise<VenueAnswer>;
  ask(question: AccountQuestion, timestampMs: number): Promise<VenueAnswer>;
}

/** The socket that carries account events. */
export interface AccountSocket {
  open(connection: ConnectionId, path: string): void;
  send(connection: ConnectionId, text: string): void;
  close(connection: ConnectionId, how: 'close' | 'terminate'): void;
  /** The venue's signed request that starts account events. */
  sendSigned(
    connection: ConnectionId,
    requestId: string,
    method: string,
    timestampMs: number,
  ): void;
}
