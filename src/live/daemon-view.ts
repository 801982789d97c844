import type { InstrumentStatus } from '../domain/instrument.ts';
import type { FeedCounters } from '../market/feed-views.ts';
import type { DecisionLine, LatencyUs } from '../observe/decision-line.ts';
import type { AbsentCause } from '../pipeline/absent-symbols.ts';

/** Filters that every list understands. Times are Unix ms, inclusive. */
export interface ListQuery {
  readonly symbol?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** At most this many, newest first. */
  readonly limit: number;
}

export interface DecisionQuery extends ListQuery {
  readonly stage?: string;
  readonly outcome?: string;
  /** Decision id, client order id, venue order id or `last-fill`: the whole chain, oldest first. */
  readonly ref?: string;
}

/** What a running daemon can be asked. Plain JSON: money and sizes are decimal text, times Unix ms. */
export interface DaemonView {
  status(): StatusView;
  health(): HealthView;
  readiness(): ReadinessView;
  decisions(query: DecisionQuery): readonly DecisionLine[];
  orders(query: ListQuery): readonly OrderView[];
  fills(query: ListQuery): readonly FillView[];
  positions(): readonly PositionView[];
  /** Faults raised since the start, newest first. The alarm engine with its states comes on top of this later. */
  alarms(): readonly FaultView[];
  latency(): readonly LatencyView[];
  memory(): MemoryView;
  feeds(): readonly FeedView[];
}

export interface StatusView {
  readonly mode: string;
  readonly modeCause: string;
  readonly modeSinceMs: number;
  readonly ready: boolean;
  /** What `/readyz` says; empty when ready. */
  readonly notReadyReasons: readonly string[];
  readonly setup: string;
  readonly venue: string;
  readonly buildId: string;
  readonly configHash: string;
  readonly pid: number;
  readonly epoch: number;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly feeds: readonly FeedView[];
  readonly positions: readonly PositionView[];
  readonly openOrders: readonly OrderView[];
  readonly dailyPnl: { readonly asset: string; readonly amount: string };
  /** Paid since the first start, each in its own asset. */
  readonly fees: Readonly<Record<string, string>>;
  readonly ordersUnknownCount: number;
  readonly framesCount: number;
  readonly decisionsCount: number;
  readonly fillsCount: number;
  readonly faults: readonly FaultView[];
}

/** One work loop and when it last got anywhere. */
export interface LoopProgress {
  readonly loop: string;
  readonly count: number;
  readonly lastAtMs: number;
  readonly ageMs: number;
  readonly limitMs: number;
  readonly progressing: boolean;
}

export interface HealthView {
  /** Every loop progresses. */
  readonly healthy: boolean;
  readonly loops: readonly LoopProgress[];
}

export interface ReadinessView {
  /** ACTIVE or REDUCING, with fresh data, and nothing that makes the gate deny every entry. */
  readonly ready: boolean;
  readonly mode: string;
  readonly reasons: readonly string[];
}

export interface FeedView {
  readonly venue: string;
  readonly symbol: string;
  readonly connected: boolean;
  readonly bookSynced: boolean;
  /** The venue's word: `TRADING`, or why nothing is traded there now; a cause when it has none. */
  readonly listing: InstrumentStatus | AbsentCause;
  /** `undefined` before the first message. */
  readonly dataAgeMs: number | undefined;
  readonly limitMs: number;
  readonly messagesCount: number;
  readonly reconnectsCount: number;
  readonly bid: string | undefined;
  readonly ask: string | undefined;
  /** Our own book, kept from the venue's differences. */
  readonly book: BookFigures | undefined;
  /** Of the venue's whole feed since the start of the process. */
  readonly counters: FeedCounters;
}

export interface BookFigures {
  readonly updateId: number;
  readonly bidLevelsCount: number;
  readonly askLevelsCount: number;
  readonly bid: BookLevel | undefined;
  readonly ask: BookLevel | undefined;
}

export interface BookLevel {
  readonly price: string;
  readonly quantity: string;
}

export interface PositionView {
  readonly strategy: string;
  readonly venue: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly averagePrice: string | undefined;
  readonly markPrice: string | undefined;
  /** `undefined` when read from the files of a stopped daemon: nothing values it then. */
  readonly realizedPnl: string | undefined;
  readonly unrealizedPnl: string | undefined;
  readonly stopPrice: string | undefined;
  readonly pnlAsset: string;
}

export interface OrderView {
  readonly clientOrderId: string;
  readonly venueOrderId: string | undefined;
  readonly decisionId: string;
  readonly venue: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly class: string;
  readonly side: string;
  readonly price: string;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly state: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly latencyUs: LatencyUs;
}

export interface FillView {
  readonly venue: string;
  readonly symbol: string;
  readonly tradeId: string;
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly side: string;
  readonly price: string;
  readonly quantity: string;
  readonly quote: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly liquidity: string;
  readonly tradedAtMs: number;
}

export interface FaultView {
  readonly fault: string;
  readonly text: string;
  readonly severity: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface LatencyView {
  readonly stage: string;
  readonly venue: string;
  readonly count: number;
  readonly p50Us: number | undefined;
  readonly p95Us: number | undefined;
  readonly p99Us: number | undefined;
  readonly maxUs: number | undefined;
}

export interface MemoryView {
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly heapLimitBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly loopDelayMsP99: number | undefined;
  readonly loopDelayMsMax: number | undefined;
  readonly gc: Readonly<Record<string, { readonly count: number; readonly totalMs: number }>>;
  readonly collections: readonly {
    readonly name: string;
    readonly size: number;
    readonly limit: number;
    readonly evictedCount: number;
  }[];
}
