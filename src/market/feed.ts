import { type Effect, NO_EFFECTS } from '../domain/effect.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { Instrument, VenueId } from '../domain/instrument.ts';
import type { Candle, DataRejection, DepthSnapshot, TopOfBook, Trade } from '../domain/market.ts';
import type { UnixMs } from '../domain/units.ts';
import type { Answered, MarketCodec } from '../domain/venue.ts';
import type { FeedLimits } from './feed-limits.ts';

/** Who hears what the feed learns. `instrument` is always `Instrument.index`. */
export interface MarketSink {
  /** `feed.top(instrument)` has moved on. */
  onTop(instrument: number, atMs: UnixMs): void;
  /** The trade may be kept. */
  onTrade(trade: Trade, atMs: UnixMs): void;
  /** `feed.book(instrument)` has moved on and is synced. */
  onBook(instrument: number, atMs: UnixMs): void;
  /** One bar is complete; it will not change any more. */
  onCandle(instrument: number, candle: Candle): void;
  onRejected(rejection: DataRejection, instrument: number | undefined, detail: string): void;
}

/** One side of a book, best level first: rank 0 is the best. */
export interface BookSideView {
  readonly size: number;
  /** Ticks; 0 when there is no such rank. */
  priceAt(rank: number): number;
  /** Lots; 0 when there is no such rank. */
  quantityAt(rank: number): number;
  /** Lots of the best `ranks` levels together. */
  sumQuantity(ranks: number): number;
}

/** A book as the desk may read it. Live: it moves on with the next frame. */
export interface BookView {
  /** Proven complete since its snapshot. */
  readonly isSynced: boolean;
  readonly isCrossed: boolean;
  readonly updateId: number;
  readonly bids: BookSideView;
  readonly asks: BookSideView;
}

/** Whether a symbol may be acted upon, with the numbers that were compared. */
export interface Freshness {
  readonly fresh: boolean;
  readonly ageMs: number;
  readonly limitMs: number;
  /** Venue event time behind venue clock at the last message that carried one. */
  readonly eventLagMs: number;
  readonly eventLagMsMax: number;
}

export type ConnectionState = 'connecting' | 'subscribing' | 'live' | 'waiting';

/** One socket as `status` and `/metrics` show it. */
export interface ConnectionStatus {
  readonly connection: ConnectionId | undefined;
  readonly state: ConnectionState;
  readonly sinceMs: UnixMs;
  readonly lastFrameAtMs: UnixMs | undefined;
  readonly instruments: readonly number[];
}

export interface FeedCounters {
  frames: number;
  pings: number;
  readonly messages: Record<string, number>;
  readonly rejections: Record<string, number>;
  tradeGaps: number;
  bookGaps: number;
  bookSyncs: number;
  topsEqual: number;
  topsDifferent: number;
  readonly reconnects: Record<string, number>;
  resubscribes: number;
  rotations: number;
  /** Messages that both sockets brought while they ran side by side. */
  overlapDuplicates: number;
}

export interface FeedParts {
  readonly venue: VenueId;
  readonly codec: MarketCodec;
  readonly instruments: readonly Instrument[];
  readonly limits: FeedLimits;
  /** Uniform in [0, 1), from the desk's seeded generator: jitter. */
  readonly random: () => number;
  /** Connection ids are this and a counter; unique per process life. */
  readonly connectionPrefix: string;
  readonly nextRequestId: () => number;
}

/**
 * The market data of one venue: sockets' lives, subscriptions, freshness, books and candles.
 * Every method is past tense in, effects out; nothing here waits.
 */
export class MarketFeed {
  readonly counters: FeedCounters;
  readonly instruments: readonly Instrument[];

  constructor(parts: FeedParts) {
    this.instruments = parts.instruments;
    this.counters = {
      frames: 0,
      pings: 0,
      messages: {},
      rejections: {},
      tradeGaps: 0,
      bookGaps: 0,
      bookSyncs: 0,
      topsEqual: 0,
      topsDifferent: 0,
      reconnects: {},
      resubscribes: 0,
      rotations: 0,
      overlapDuplicates: 0,
    };
  }

  /** Opens the sockets and asks for the venue's time. */
  start(_atMs: UnixMs): readonly Effect[] {
    return NO_EFFECTS;
  }
  /** Whether this feed opened the connection (also true for a while after it closed). */
  owns(_connection: ConnectionId): boolean {
    return false;
  }
  onSocketOpened(_connection: ConnectionId, _atMs: UnixMs): readonly Effect[] {
    return NO_EFFECTS;
  }
  onSocketClosed(
    _connection: ConnectionId,
    _code: number,
    _cause: string,
    _atMs: UnixMs,
  ): readonly Effect[] {
    return NO_EFFECTS;
  }
  onPing(_connection: ConnectionId, _atMs: UnixMs): readonly Effect[] {
    return NO_EFFECTS;
  }
  onFrame(
    _connection: ConnectionId,
    _bytes: Uint8Array,
    _atMs: UnixMs,
    _sink: MarketSink,
  ): readonly Effect[] {
    return NO_EFFECTS;
  }
  /** Watchdogs, deadlines, bars. Call every 50 to 500 ms. */
  onTick(_atMs: UnixMs, _sink: MarketSink): readonly Effect[] {
    return NO_EFFECTS;
  }
  /** `requestId` of the `askVenue` effect; answers to questions no longer open are ignored. */
  onDepthAnswer(
    _requestId: number,
    _instrument: number,
    _answer: Answered<DepthSnapshot>,
    _atMs: UnixMs,
    _sink: MarketSink,
  ): readonly Effect[] {
    return NO_EFFECTS;
  }
  onServerTime(_serverAtMs: UnixMs, _sentAtMs: UnixMs, _receivedAtMs: UnixMs): readonly Effect[] {
    return NO_EFFECTS;
  }
  /** Our wall clock was stepped (positive: forward): what was measured with it is void. */
  onClockStep(_stepMs: number, _atMs: UnixMs): readonly Effect[] {
    return NO_EFFECTS;
  }
  /** Closes the sockets for good. */
  stop(_atMs: UnixMs): readonly Effect[] {
    return NO_EFFECTS;
  }

  /** The newest best bid and ask; `undefined` before the first. Live: it moves on with the next frame. */
  top(_instrument: number): TopOfBook | undefined {
    return undefined;
  }
  /** Since the symbol's best bid and ask was last proven; `Infinity` before the first. */
  ageMs(_instrument: number, _nowMs: UnixMs): number {
    return Number.POSITIVE_INFINITY;
  }
  assessFreshness(_instrument: number, _nowMs: UnixMs): Freshness {
    return { fresh: false, ageMs: Infinity, limitMs: 0, eventLagMs: 0, eventLagMsMax: 0 };
  }
  /** `undefined` for an instrument of another feed. */
  book(_instrument: number): BookView | undefined {
    return undefined;
  }
  /** The price jumped by more than its collar and is not yet confirmed, or changed its unit. */
  isSuspect(_instrument: number): boolean {
    return false;
  }
  /** An operator has looked at a change of level and accepts it. */
  clearSuspicion(_instrument: number): void {}
  /** Venue clock minus ours; `undefined` until measured. */
  clockOffsetMs(): number | undefined {
    return undefined;
  }
  /** Venue time between the last event and its arrival here; `undefined` until the offset is known. */
  eventLagMs(_instrument: number): number | undefined {
    return undefined;
  }
  connections(): readonly ConnectionStatus[] {
    return [];
  }
}
