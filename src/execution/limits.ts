/** How long the order protocol waits, how often it asks, how much it keeps. Venue numbers are Binance spot's. */
export interface ExecutionLimits {
  /** Signed into each order: with the timestamp it bounds when the venue may still take the request. */
  readonly recvWindowMs: number;
  /** The world gives up waiting for the answer to a placed order after this; later than the venue's own 10 s. */
  readonly orderTimeoutMs: number;
  /** A placed order without an answer is UNKNOWN from here on, and freezes its symbol. */
  readonly unknownAfterMs: number;
  /** An intent older than this at the moment of sending is void. */
  readonly intentAgeMsMax: number;
  /** When an unproven order is asked for, counted from the moment it became UNKNOWN. */
  readonly resolveAtMs: readonly number[];
  /** After the last entry of `resolveAtMs`, and for a DEAD order. */
  readonly resolveEveryMs: number;
  readonly resolveDeadEveryMs: number;
  /** UNKNOWN for so long becomes DEAD. */
  readonly deadAfterMs: number;
  /** ABSENT needs a venue clock past the lease by the venue's own processing limit and this margin. */
  readonly absentProcessingMs: number;
  readonly absentMarginMs: number;
  /** ABSENT needs so many answers in a row that the order does not exist, so far apart. */
  readonly absentMissesMin: number;
  readonly absentMissGapMs: number;
  /** Lists are read from so long before the order was sent. */
  readonly absentLookbackMs: number;
  /** After a failed or refused proof the next try waits this long, doubling up to `resolveEveryMs`. */
  readonly retryDelayMsMin: number;
  readonly retryDelayMsMax: number;
  /** A question or cancel that nobody answered for so long counts as failed. */
  readonly questionTimeoutMs: number;
  readonly cancelTimeoutMs: number;
  /** Consecutive failures of a cancel after which a person is told. It is tried on. */
  readonly cancelFailuresMax: number;
  /** An order accepted by answer that the account socket has not mentioned for so long: the socket is stale. */
  readonly streamProofMs: number;
  /** Fills that a report counted and nobody delivered are asked for after this. */
  readonly fillsGraceMs: number;
  /** A fills answer of at least this length may have more behind it. */
  readonly fillsPageCount: number;
  readonly reconcileLightEveryMs: number;
  readonly reconcileFullEveryMs: number;
  /** Orders younger than this are left out of comparisons: their news may be under way. */
  readonly reconcileAgeMsMin: number;
  /** Balances that disagree are compared again after this; only the second time counts. */
  readonly mismatchConfirmMs: number;
  /** No order leaves before this after the start, so that a dead twin's last request has surfaced. */
  readonly leaseWaitMs: number;
  /** Refusals in a row after which a strategy and symbol are latched, and for how long. */
  readonly refusalsInRowMax: number;
  readonly refusalLatchMs: number;
  /** Request weight of the venue's minute that we allow ourselves. */
  readonly weightPerMinuteMax: number;
  /** Part of it kept for cancels and for questions about unproven orders, 0 to 1. */
  readonly weightReservedRatio: number;
  /** Without a `Retry-After` we stay away so long after 429, and after 418. */
  readonly limitedDelayMs: number;
  readonly bannedDelayMs: number;
  readonly liveOrdersMax: number;
  readonly endedOrdersMax: number;
  /** Trade ids remembered per symbol. */
  readonly tradeIdsMax: number;
  readonly externalOrdersMax: number;
}

export const DEFAULT_EXECUTION_LIMITS: ExecutionLimits = Object.freeze({
  recvWindowMs: 3_000,
  orderTimeoutMs: 15_000,
  unknownAfterMs: 2_000,
  intentAgeMsMax: 1_000,
  resolveAtMs: Object.freeze([500, 1_000, 2_000, 4_000, 8_000, 16_000]),
  resolveEveryMs: 30_000,
  resolveDeadEveryMs: 60_000,
  deadAfterMs: 600_000,
  absentProcessingMs: 10_000,
  absentMarginMs: 5_000,
  absentMissesMin: 3,
  absentMissGapMs: 2_000,
  absentLookbackMs: 5_000,
  retryDelayMsMin: 1_000,
  retryDelayMsMax: 30_000,
  questionTimeoutMs: 20_000,
  cancelTimeoutMs: 5_000,
  cancelFailuresMax: 3,
  streamProofMs: 5_000,
  fillsGraceMs: 500,
  fillsPageCount: 500,
  reconcileLightEveryMs: 30_000,
  reconcileFullEveryMs: 300_000,
  reconcileAgeMsMin: 5_000,
  mismatchConfirmMs: 3_000,
  leaseWaitMs: 18_000,
  refusalsInRowMax: 3,
  refusalLatchMs: 86_400_000,
  weightPerMinuteMax: 4_800,
  weightReservedRatio: 0.2,
  limitedDelayMs: 10_000,
  bannedDelayMs: 120_000,
  liveOrdersMax: 500,
  endedOrdersMax: 2_000,
  tradeIdsMax: 5_000,
  externalOrdersMax: 1_000,
});
