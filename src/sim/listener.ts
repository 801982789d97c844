import type { Effect } from '../domain/effect.ts';
import type { DeskEvent } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import type { MarketHappening } from '../matching/happening.ts';
import type { PlannedFault } from './fault.ts';
import type { SimRequest } from './request.ts';
import type { SocketKind } from './trouble.ts';

/** A request as the venue's door saw it: when it came, what it cost, what was said. */
export interface WireEntry {
  readonly request: SimRequest;
  /** True time. A request that a box repeats has two entries. */
  readonly arrivedAtMs: number;
  readonly weight: number;
  readonly answer: VenueAnswer;
  /** The order exists from here on. Only of `place`. */
  readonly isAccepted: boolean;
}

/** How a life of the daemon ended. */
export interface LifeEnd {
  /** `undefined`: killed. */
  readonly exitCode: number | undefined;
  readonly cause: string;
}

/**
 * Somebody who watches a night from outside: checkers, coverage, the report. All moments are true time
 * (`SimClock`), Unix ms, of no machine in the night. Called in the order in which things happen.
 */
export interface NightListener {
  readonly onLifeBegan?: (life: number, atMs: number) => void;
  readonly onLifeEnded?: (life: number, end: LifeEnd, atMs: number) => void;
  /** The core is about to hear this. */
  readonly onEvent?: (event: DeskEvent, atMs: number) => void;
  /** The core asked for this; it is about to be done. */
  readonly onEffect?: (effect: Effect, atMs: number) => void;
  /** These rows would survive a crash from now on. */
  readonly onDurable?: (rows: readonly JournalRow[], atMs: number) => void;
  /** The first byte of a request leaves our machine. */
  readonly onRequest?: (request: SimRequest, atMs: number) => void;
  readonly onArrived?: (entry: WireEntry, atMs: number) => void;
  readonly onSocketAsked?: (kind: SocketKind, connection: ConnectionId, atMs: number) => void;
  /** A frame of ours leaves. */
  readonly onFrameSent?: (connection: ConnectionId, text: string, atMs: number) => void;
  /** A frame of the venue leaves it; nothing is wrong with it yet. `stream` as in `FrameOnTheWay`. */
  readonly onFrameMade?: (stream: string, text: string, atMs: number) => void;
  /** What the exchange itself says happened. */
  readonly onHappening?: (happening: MarketHappening, atMs: number) => void;
  /**
   * Another process of ours has opened a journal and begun, with this epoch. `isBeside`: it is the very
   * journal of the daemon, not a copy.
   */
  readonly onTwinStarted?: (epoch: number, isBeside: boolean, atMs: number) => void;
  /** The first byte of a request of another process of ours leaves. */
  readonly onTwinRequest?: (request: SimRequest, atMs: number) => void;
  readonly onTwinEnded?: (end: LifeEnd, isBeside: boolean, atMs: number) => void;
  readonly onFaultBegan?: (fault: PlannedFault, atMs: number) => void;
  readonly onFaultEnded?: (fault: PlannedFault, atMs: number) => void;
  /** Every second. */
  readonly onSecond?: (atMs: number) => void;
}
