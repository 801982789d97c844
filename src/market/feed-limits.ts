/** Everything a feed measures itself against. Units in the names; every value is a setting. */
export interface FeedLimits {
  /** Age at which a liquid symbol is stale. A quiet symbol earns a longer limit by its own proven gaps. */
  readonly freshnessMsMax: number;
  /** The longest limit a quiet symbol can earn. */
  readonly quietFreshnessMsMax: number;
  /** A learned limit is this many times the 99.9th percentile of the symbol's own gaps. */
  readonly quietGapFactor: number;
  /** How far the venue's event time may lie behind, corrected by the clock offset. */
  readonly eventLagMsMax: number;
  /** How far an event time may lie ahead of the venue's clock before the message is refused. */
  readonly futureMsMax: number;
  /** Open, TLS and upgrade together. */
  readonly connectMsMax: number;
  readonly ackMsMax: number;
  /** From the acknowledgement to the first message of a liquid symbol. */
  readonly firstDataMsMax: number;
  /** No market message at all on a socket: it is replaced. */
  readonly dataSilenceMsMax: number;
  /** No frame of any kind, pings included: suspicious, then replaced. */
  readonly frameSilenceWarnMs: number;
  readonly frameSilenceMsMax: number;
  /** How often a socket is asked which streams it carries. */
  readonly auditEveryMs: number;
  /** Planned replacement, before the venue's own 24 h. */
  readonly rotateAfterMs: number;
  /** How long both sockets run side by side when nothing else proves the new one. */
  readonly overlapMsMax: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly connectCountMax: number;
  readonly connectWindowMs: number;
  /** A socket that lives this long resets the backoff. */
  readonly stableAfterMs: number;
  /** Smallest distance of two frames we send on one socket: with a pong in between, three a second. */
  readonly sendSpacingMs: number;
  readonly streamsPerConnectionMax: number;
  /** Levels per side in a snapshot. */
  readonly snapshotLevels: number;
  readonly snapshotTriesMax: number;
  readonly snapshotRetryMs: number;
  readonly answerMsMax: number;
  readonly bookRefreshEveryMs: number;
  /** Refresh when the best price has used this share of the snapshot's window. */
  readonly bookWindowUsedMax: number;
  readonly bookLevelsMax: number;
  /** The best bid and ask stream proves changes that the book stream has not brought for so long. */
  readonly bookLagMsMax: number;
  readonly crossedMsMax: number;
  readonly divergedCountMax: number;
  readonly bufferedDiffsMax: number;
  /** A top further than this from the reference is held back until confirmed. */
  readonly outlierBpsMax: number;
  readonly outlierConfirmCount: number;
  /** A confirmed jump beyond this is a change of unit until a person says otherwise. */
  readonly levelShiftBpsMax: number;
  /** Bad messages of one symbol within the window that close its gate for as long. */
  readonly invalidCountMax: number;
  readonly invalidWindowMs: number;
  readonly serverTimeEveryMs: number;
  /** How often the venue is asked what it trades and by which rules; a refused order asks sooner. */
  readonly instrumentsEveryMs: number;
  readonly candleIntervalsMs: readonly number[];
  /** A bar is closed by the clock so long after its end: late trades may still come. */
  readonly candleGraceMs: number;
}

/** Starting values. Silences and lags: measured on recorded sessions; connects and messages: well below what venues allow. */
export const DEFAULT_FEED_LIMITS: FeedLimits = {
  freshnessMsMax: 3_000,
  quietFreshnessMsMax: 60_000,
  quietGapFactor: 5,
  eventLagMsMax: 2_000,
  futureMsMax: 1_000,
  connectMsMax: 10_000,
  ackMsMax: 5_000,
  firstDataMsMax: 10_000,
  dataSilenceMsMax: 10_000,
  frameSilenceWarnMs: 30_000,
  frameSilenceMsMax: 65_000,
  auditEveryMs: 60_000,
  rotateAfterMs: 23 * 3_600_000,
  overlapMsMax: 30_000,
  backoffMsMin: 500,
  backoffMsMax: 30_000,
  connectCountMax: 20,
  connectWindowMs: 300_000,
  stableAfterMs: 60_000,
  sendSpacingMs: 550,
  streamsPerConnectionMax: 300,
  snapshotLevels: 1_000,
  snapshotTriesMax: 5,
  snapshotRetryMs: 500,
  answerMsMax: 10_000,
  bookRefreshEveryMs: 600_000,
  bookWindowUsedMax: 0.5,
  bookLevelsMax: 20_000,
  bookLagMsMax: 2_000,
  crossedMsMax: 1_000,
  divergedCountMax: 3,
  bufferedDiffsMax: 2_000,
  outlierBpsMax: 1_000,
  outlierConfirmCount: 3,
  levelShiftBpsMax: 5_000,
  invalidCountMax: 3,
  invalidWindowMs: 10_000,
  serverTimeEveryMs: 60_000,
  instrumentsEveryMs: 60_000,
  candleIntervalsMs: [60_000],
  candleGraceMs: 1_000,
};
