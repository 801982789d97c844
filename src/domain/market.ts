import type { Lots, Price, UnixMs } from './units.ts';

/** `instrument` is `Instrument.index`: messages are too many to carry more. */
export interface Trade {
  readonly type: 'trade';
  readonly instrument: number;
  readonly tradeId: number;
  readonly price: Price;
  readonly quantity: Lots;
  /** The buyer rested in the book, so the taker sold. */
  readonly buyerIsMaker: boolean;
  /** Venue clock. */
  readonly eventAtMs: UnixMs;
  readonly tradedAtMs: UnixMs;
}

/** Best bid and ask. Carries the book's update id and no event time. */
export interface TopOfBook {
  readonly type: 'top';
  readonly instrument: number;
  readonly updateId: number;
  readonly bidPrice: Price;
  readonly bidQuantity: Lots;
  readonly askPrice: Price;
  readonly askQuantity: Lots;
}

/** Ticks and lots in turn: `[price0, quantity0, price1, quantity1, ...]`. Quantity 0 removes the level. */
export type Levels = readonly number[];

/** Changed levels of a book; sizes are absolute. */
export interface DepthDiff {
  readonly type: 'depth';
  readonly instrument: number;
  readonly firstUpdateId: number;
  readonly lastUpdateId: number;
  /** Venue clock. */
  readonly eventAtMs: UnixMs;
  readonly bids: Levels;
  readonly asks: Levels;
  /** Levels of both sides between our steps, which were left out. */
  readonly offGridCount?: number;
}

/** The whole book (or its upper part) at one update id, best levels first. */
export interface DepthSnapshot {
  readonly instrument: number;
  readonly updateId: number;
  readonly bids: Levels;
  readonly asks: Levels;
  /** Levels of both sides between our steps, which were left out. */
  readonly offGridCount?: number;
}

/** One bar. Made from trades; `tainted` when trades inside it may be missing. */
export interface Candle {
  readonly openAtMs: UnixMs;
  readonly intervalMs: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly volume: Lots;
  readonly tradeCount: number;
  readonly tainted: boolean;
}

/** Why a frame or a message in it was thrown away. Counted, never passed on. */
export type DataRejection =
  | 'invalidJson'
  | 'invalidShape'
  | 'invalidNumber'
  | 'notPositive'
  | 'offGrid'
  | 'unknownSymbol'
  | 'unknownStream'
  | 'crosswired'
  | 'oversized'
  | 'crossed'
  | 'outlier'
  | 'duplicate'
  | 'outOfOrder'
  | 'future';

/** Contents of a venue's market streams that we take. */
export type StreamKind = 'trade' | 'top' | 'depth';

/** A frame that cannot be used. */
export interface InvalidFrame {
  readonly type: 'invalid';
  readonly rejection: DataRejection;
  readonly detail: string;
  /** Of the stream that brought it; `undefined`: the frame does not say. */
  readonly instrument: number | undefined;
  readonly kind: StreamKind | undefined;
}

/** What one frame of a market socket says. */
export type FeedMessage =
  | Trade
  | TopOfBook
  | DepthDiff
  | { readonly type: 'acked'; readonly requestId: number }
  | {
      readonly type: 'refused';
      readonly requestId: number | undefined;
      readonly code: number;
      readonly text: string;
    }
  | {
      readonly type: 'subscriptions';
      readonly requestId: number;
      readonly streams: readonly string[];
    }
  | { readonly type: 'serverShutdown' }
  | { readonly type: 'ignored'; readonly stream: string }
  | InvalidFrame;
