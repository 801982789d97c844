import type { ClientOrderId, ConnectionId } from './ids.ts';
import type { VenueId } from './instrument.ts';
import type { JournalRow } from './journal-row.ts';
import type { SendableOrder } from './order.ts';
import type { UnixMs } from './units.ts';
import type { VenueAnswer, VenueQuestion } from './venue.ts';

/** All that the desk ever hears, past tense: it happened. `atMs` is our wall clock at the socket or timer. */
export type DeskEvent =
  | Started
  | { readonly type: 'socketOpened'; readonly atMs: UnixMs; readonly connection: ConnectionId }
  | {
      readonly type: 'socketClosed';
      readonly atMs: UnixMs;
      readonly connection: ConnectionId;
      readonly code: number;
      readonly cause: string;
    }
  /** The venue's protocol ping came; the world has already answered it. */
  | { readonly type: 'pingReceived'; readonly atMs: UnixMs; readonly connection: ConnectionId }
  | FrameReceived
  | { readonly type: 'timerFired'; readonly atMs: UnixMs; readonly timer: TimerId }
  | {
      readonly type: 'venueAnswered';
      readonly atMs: UnixMs;
      readonly venue: VenueId;
      readonly requestId: number;
      readonly question: VenueQuestion;
      readonly answer: VenueAnswer;
    }
  | {
      readonly type: 'orderAnswered';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly answer: VenueAnswer;
    }
  | {
      readonly type: 'cancelAnswered';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly answer: VenueAnswer;
    }
  /** The journal holds the intent. Delivered before any other event. */
  | { readonly type: 'intentDurable'; readonly atMs: UnixMs; readonly order: SendableOrder }
  /** The journal holds that the order leaves. Delivered before any other event. */
  | { readonly type: 'submittedDurable'; readonly atMs: UnixMs; readonly order: SendableOrder }
  | HealthSampled
  | {
      readonly type: 'operatorSpoke';
      readonly atMs: UnixMs;
      readonly word: OperatorWord;
      readonly actor: string;
    }
  | { readonly type: 'stopRequested'; readonly atMs: UnixMs; readonly cause: string };

/** The first event. Everything the desk may not know by itself. */
export interface Started {
  readonly type: 'started';
  readonly atMs: UnixMs;
  /** Rises with each start on one journal; part of every client order id. */
  readonly epoch: number;
  /** For the core's own generator (jitter). */
  readonly seed: number;
  /** All rows that the projections need, oldest first. */
  readonly rows: readonly JournalRow[];
  /** Whether the last run ended with a `stopped` row. */
  readonly clean: boolean;
  /** Starts within the last ten minutes, this one included. */
  readonly recentStartsCount: number;
  readonly haltLatched: boolean;
}

export interface FrameReceived {
  readonly type: 'frameReceived';
  readonly atMs: UnixMs;
  readonly connection: ConnectionId;
  /** One whole message as it came lies in `chunk` from `from` to `to`: what a socket reads at once holds many. */
  readonly chunk: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** A message in memory of its own. */
export function frameReceived(
  connection: ConnectionId,
  atMs: UnixMs,
  bytes: Uint8Array,
): FrameReceived {
  return { type: 'frameReceived', atMs, connection, chunk: bytes, from: 0, to: bytes.length };
}

/** The message alone, not copied. A hot path reads it where it lies. */
export function bytesOf({ chunk, from, to }: FrameReceived): Uint8Array {
  return to - from === chunk.length ? chunk : chunk.subarray(from, to);
}

/** What the machine is like: an input of decisions, so it is an event. */
export interface HealthSampled {
  readonly type: 'healthSampled';
  readonly atMs: UnixMs;
  /** Longest delay of the event loop since the last sample. */
  readonly loopDelayMsMax: number;
  readonly heapUsedBytes: number;
  readonly rssBytes: number;
  readonly diskFreeBytes: number | undefined;
  /** Wall clock against monotonic clock since the last sample: a step of the wall clock. */
  readonly clockStepMs: number;
}

export type TimerId = 'tick';
export type OperatorWord = 'pause' | 'resume' | 'reduce' | 'halt' | 'flatten';
