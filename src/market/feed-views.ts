import type { ConnectionId } from '../domain/ids.ts';
import type { Candle, DataRejection, Trade } from '../domain/market.ts';
import type { UnixMs } from '../domain/units.ts';

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

/** Why a symbol must not be acted upon: too old, content too late, its stream not (yet) proven live, too many bad messages. */
export type StaleCause = 'old' | 'late' | 'notLive' | 'invalid';

/** Whether a symbol may be acted upon, with the numbers that were compared. */
export interface Freshness {
  readonly fresh: boolean;
  /** `undefined` when fresh. */
  readonly cause: StaleCause | undefined;
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

/** Since the start of the process. */
export interface FeedCounters {
  frames: number;
  pings: number;
  /** Messages by kind, the rejected ones included when their kind was clear. */
  trades: number;
  tops: number;
  diffs: number;
  ignored: number;
  answers: number;
  readonly rejections: Record<string, number>;
  tradeGaps: number;
  bookGaps: number;
  bookSyncs: number;
  bookRefreshes: number;
  topsEqual: number;
  topsDifferent: number;
  readonly reconnects: Record<string, number>;
  resubscribes: number;
  rotations: number;
  /** Messages that both sockets brought while they ran side by side. */
  overlapDuplicates: number;
}
