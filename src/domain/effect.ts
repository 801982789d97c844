import type { CheckResult, DecisionRecord } from './decision.ts';
import type { TimerId } from './event.ts';
import type { FaultId } from './fault.ts';
import type { ClientOrderId, ConnectionId } from './ids.ts';
import type { Instrument, VenueId } from './instrument.ts';
import type { JournalRow } from './journal-row.ts';
import type { Approved, OrderIntent, SendableOrder } from './order.ts';
import type { UnixMs } from './units.ts';
import type { VenueQuestion } from './venue.ts';

/** All that the desk ever asks for, imperative: not yet done. */
export type Effect =
  | {
      readonly type: 'openSocket';
      readonly connection: ConnectionId;
      readonly venue: VenueId;
      readonly socket: 'market' | 'account';
      readonly path: string;
    }
  /** `terminate` drops it without the closing handshake: the peer may be gone. */
  | {
      readonly type: 'closeSocket';
      readonly connection: ConnectionId;
      readonly how: 'close' | 'terminate';
      readonly cause: string;
    }
  | { readonly type: 'sendFrame'; readonly connection: ConnectionId; readonly text: string }
  /** A request of the venue's WebSocket API that the world signs: the core knows no secret. */
  | {
      readonly type: 'sendSigned';
      readonly connection: ConnectionId;
      readonly requestId: string;
      readonly method: string;
    }
  /** Replaces an earlier timer of the same id. */
  | { readonly type: 'setTimer'; readonly timer: TimerId; readonly atMs: UnixMs }
  | {
      readonly type: 'askVenue';
      readonly venue: VenueId;
      readonly requestId: number;
      readonly question: VenueQuestion;
    }
  /** Commits before it returns; its answer is `intentDurable`. */
  | {
      readonly type: 'persistIntent';
      readonly order: Approved<OrderIntent>;
      readonly checks: readonly CheckResult[];
      readonly atMs: UnixMs;
    }
  /** Commits before it returns; its answer is `submittedDurable`. */
  | {
      readonly type: 'persistSubmitted';
      readonly order: SendableOrder;
      readonly row: Extract<JournalRow, { type: 'submitted' }>;
    }
  /** One POST, ever. Its answer is `orderAnswered`. */
  | {
      readonly type: 'placeOrder';
      readonly order: SendableOrder;
      /** Venue clock, signed into the request: with `recvWindowMs` it bounds when the venue may still take it. */
      readonly timestampMs: UnixMs;
      readonly recvWindowMs: number;
    }
  | {
      readonly type: 'cancelOrder';
      readonly venue: VenueId;
      readonly instrument: Instrument;
      readonly clientOrderId: ClientOrderId;
    }
  /** Group-committed; `now` commits before it returns. */
  | { readonly type: 'appendRows'; readonly rows: readonly JournalRow[]; readonly now: boolean }
  | { readonly type: 'recordDecision'; readonly record: DecisionRecord }
  | {
      readonly type: 'raiseFault';
      readonly fault: FaultId;
      readonly severity: 'warn' | 'error';
      readonly detail: Readonly<Record<string, string | number | boolean>>;
    }
  | {
      readonly type: 'logChange';
      readonly event: string;
      readonly message: string;
      readonly detail: Readonly<Record<string, string | number | boolean>>;
    }
  /** What the world adds to its clock when it signs a request. */
  | { readonly type: 'setVenueClock'; readonly venue: VenueId; readonly offsetMs: number }
  /** RECOVERING has reconciled: PM2 may be told. */
  | { readonly type: 'announceReady' }
  | { readonly type: 'stopProcess'; readonly exitCode: number; readonly cause: string };

/** The common answer: nothing to do. Shared, so that the hot path allocates nothing. */
export const NO_EFFECTS: readonly Effect[] = Object.freeze([]);
