import type { ClientOrderId } from './ids.ts';
import type { Instrument, SymbolId, VenueId } from './instrument.ts';
import type { DataRejection, DepthSnapshot, FeedMessage } from './market.ts';
import type { Balance, ListedFills, OrderReport, UnknownCause, VenueRefusal } from './order.ts';
import type { UnixMs } from './units.ts';

/** Questions we ask a venue. They change nothing there, so they may be asked again. */
export type VenueQuestion =
  | { readonly type: 'serverTime' }
  | { readonly type: 'instruments'; readonly venueSymbols: readonly string[] }
  | { readonly type: 'depth'; readonly instrument: Instrument; readonly limit: number }
  | { readonly type: 'account' }
  | { readonly type: 'openOrders' }
  | {
      readonly type: 'orderByClientId';
      readonly instrument: Instrument;
      readonly clientOrderId: ClientOrderId;
    }
  | { readonly type: 'ordersSince'; readonly instrument: Instrument; readonly sinceMs: UnixMs }
  /** `fromTradeId` is inclusive; `undefined` asks for the newest ones. */
  | {
      readonly type: 'fillsFrom';
      readonly instrument: Instrument;
      readonly fromTradeId: number | undefined;
    };

/** What came back, raw. Only a codec says what it means. */
export type VenueAnswer =
  | {
      readonly type: 'http';
      readonly status: number;
      readonly body: string;
      /** From the `Retry-After` header. */
      readonly retryAfterMs: number | undefined;
      /** Request weight of the running minute as the venue counts it. */
      readonly usedWeight: number | undefined;
      readonly sentAtMs: UnixMs;
    }
  /** `bytesSent: 'none'` only when our own transport attests that no byte of the request left. */
  | {
      readonly type: 'transportFailed';
      readonly bytesSent: 'none' | 'maybe';
      readonly text: string;
      readonly sentAtMs: UnixMs;
    }
  | { readonly type: 'timedOut'; readonly waitedMs: number; readonly sentAtMs: UnixMs };

/** What an answer to a placed order proves. */
export type PlaceOutcome =
  | { readonly type: 'accepted'; readonly report: OrderReport }
  | { readonly type: 'rejected'; readonly proof: VenueRefusal }
  /** The venue says that this client id exists: ask for it. */
  | { readonly type: 'exists'; readonly proof: VenueRefusal }
  /** No byte left this machine. */
  | { readonly type: 'notSent'; readonly text: string }
  | { readonly type: 'unknown'; readonly cause: UnknownCause };

/** An answer to a question or a cancel: the value, or why there is none. */
export type Answered<T> =
  | { readonly type: 'value'; readonly value: T }
  /** The venue does not know the order (query or cancel). */
  | { readonly type: 'notFound'; readonly proof: VenueRefusal }
  /** The venue does not know the symbol; of several asked about together, at least one. */
  | { readonly type: 'unlisted'; readonly proof: VenueRefusal }
  | { readonly type: 'refused'; readonly proof: VenueRefusal }
  | { readonly type: 'failed'; readonly text: string };

/** What the limiter and the alarms need from any answer, whatever was asked. */
export interface AnswerHealth {
  /** `banned` 418, `limited` 429, `auth` key refused, `clock` timestamp refused. */
  readonly trouble:
    | 'none'
    | 'limited'
    | 'banned'
    | 'auth'
    | 'clock'
    | 'overloaded'
    | 'unreachable'
    | 'schema';
  readonly retryAfterMs: number | undefined;
}

export interface ServerTime {
  readonly serverAtMs: UnixMs;
}

/** What the venue's list says of one symbol. */
export type Listed =
  | { readonly type: 'listed'; readonly symbol: SymbolId; readonly instrument: Instrument }
  | { readonly type: 'missing'; readonly symbol: SymbolId }
  | { readonly type: 'unreadable'; readonly symbol: SymbolId; readonly text: string };

export interface AccountReport {
  readonly canTrade: boolean;
  readonly balances: readonly Balance[];
  readonly updatedAtMs: UnixMs;
}

/** What a venue that refuses something on a socket says of our standing. */
export interface SocketRefusal {
  readonly health: AnswerHealth;
  /** Until when it wants us away, by its own clock, of which it did not say what it shows. */
  readonly retryAtMs: UnixMs | undefined;
}

/** What one frame of an account socket says. */
export type AccountMessage =
  | { readonly type: 'subscribed'; readonly requestId: string }
  | {
      readonly type: 'refused';
      readonly requestId: string | undefined;
      readonly code: number;
      readonly text: string;
      readonly refusal: SocketRefusal;
    }
  | { readonly type: 'orderReported'; readonly report: OrderReport }
  | {
      readonly type: 'balancesReported';
      readonly balances: readonly Balance[];
      readonly atMs: UnixMs;
    }
  | { readonly type: 'terminated' }
  | { readonly type: 'serverShutdown' }
  | { readonly type: 'ignored'; readonly event: string }
  | { readonly type: 'invalid'; readonly rejection: DataRejection; readonly detail: string };

/** Spells a frame that a codec has just understood in few bytes, for the capture. Pure. */
export interface FramePacker {
  /** All that an unpacker must know, as text. */
  readonly key: string;
  /** What is packed next needs nothing of what was packed before. */
  reset(): void;
  /** Whether the last frame decoded, to `message`, was in the one spelling that its values tell. */
  packs(message: FeedMessage): boolean;
  /**
   * Writes that frame into `view` from `at` on and returns the end. Needs no more room than the frame
   * itself. Only for a frame that `packs` has agreed to.
   */
  pack(message: FeedMessage, view: DataView, at: number): number;
}

/** The way back. */
export interface FrameUnpacker {
  reset(): void;
  /** The very bytes of the frame packed at `at`, and where it ends. Throws when nothing was packed there. */
  unpack(bytes: Uint8Array, at: number): { readonly frame: Uint8Array; readonly end: number };
}

/** How a venue's market sockets speak. Pure. */
export interface MarketCodec {
  readonly venue: VenueId;
  /** `undefined` when this venue's frames are only kept as they are. */
  readonly packer: FramePacker | undefined;
  /** Path and query below the venue's WebSocket base address that open a socket without any stream. */
  readonly socketPath: string;
  /** Streams of one instrument, in the venue's names. */
  streamsOf(instrument: Instrument): readonly string[];
  /** Which kind of content a stream name carries and whose: `undefined` for a foreign name. */
  subscribeFrame(streams: readonly string[], requestId: number): string;
  unsubscribeFrame(streams: readonly string[], requestId: number): string;
  /** Asks which streams the socket carries. */
  listFrame(requestId: number): string;
  /**
   * Reads the frame that lies in `chunk` between the two places; without them, the whole of it. Never
   * throws. The message is valid until the next call: level arrays may be reused.
   */
  decode(chunk: Uint8Array, from?: number, to?: number): FeedMessage;
  decodeDepth(instrument: Instrument, body: string): Answered<DepthSnapshot>;
}

/** How a venue's account and order interface speaks. Pure; knows no secret. */
export interface AccountCodec {
  readonly venue: VenueId;
  classifyPlace(
    answer: VenueAnswer,
    clientOrderId: ClientOrderId,
    instrument: Instrument,
  ): PlaceOutcome;
  assessHealth(answer: VenueAnswer): AnswerHealth;
  decodeServerTime(answer: VenueAnswer): Answered<ServerTime>;
  /** What the venue says of each of the symbols asked for, in the order of `symbols`, `index` from 0. */
  decodeListing(answer: VenueAnswer, symbols: readonly SymbolId[]): Answered<readonly Listed[]>;
  decodeAccount(answer: VenueAnswer): Answered<AccountReport>;
  /** Orders of symbols we do not trade are left out. */
  decodeOrders(
    answer: VenueAnswer,
    instruments: readonly Instrument[],
  ): Answered<readonly OrderReport[]>;
  decodeOrder(answer: VenueAnswer, instruments: readonly Instrument[]): Answered<OrderReport>;
  /** `instrument`: in whose steps they are counted, unless they need finer ones. */
  decodeFills(answer: VenueAnswer, instrument: Instrument): Answered<ListedFills>;
  decodeCancel(answer: VenueAnswer, instruments: readonly Instrument[]): Answered<OrderReport>;
  /** Path below the venue's WebSocket API base address. */
  readonly accountSocketPath: string;
  /** Method name of the signed request that starts account events. */
  readonly subscribeMethod: string;
  decodeAccountFrame(frame: Uint8Array, instruments: readonly Instrument[]): AccountMessage;
}
