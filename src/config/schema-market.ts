import { z } from 'zod';
import { DEFAULT_FEED_LIMITS as FEED } from '../market/feed-limits.ts';
import { block, path, real, text, whole, word } from './fields.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const base = (about: string) =>
  text(
    /^(?:https?|wss?):\/\/[^/\s]+$/,
    'an address without a path, such as https://api.binance.com',
    about,
  ).optional();

export const VENUE = block(
  {
    setup: word(
      ['rehearsal', 'paper', 'live'],
      'rehearsal: the simulated exchange. paper: real prices, orders filled in-process. live: real orders.',
    ),
    name: word(['binance']),
    restBase: base('REST; default by setup'),
    wsBase: base('market WebSocket; default by setup'),
    wsApiBase: base('WebSocket API for account events; default by setup'),
    keyFile: path(
      'live only: a file with apiKey and apiSecret that only its owner can read (mode 0600)',
    ).optional(),
  },
  'where the market data come from and where orders go',
);

export const SYMBOLS = z
  .array(text(/^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}$/, "a market such as 'BTC/USDT'"), {
    error: "a list of markets such as ['BTC/USDT']",
  })
  .min(1, 'at least one market')
  .max(100, 'at most 100 markets: that is what one process carries')
  .describe('the markets that are watched');

/**
 * What decides whether data may be traded on must be said; the rest has the defaults of the feed.
 * `candleIntervalsMs` is not a setting: it follows from the strategies.
 */
export const FEED_BLOCK = block(
  {
    freshnessMsMax: whole(200, 60_000, 'age at which a liquid symbol is stale'),
    quietFreshnessMsMax: whole(200, HOUR_MS, 'the longest limit that a quiet symbol can earn'),
    eventLagMsMax: whole(100, 60_000, 'how far event times may lie behind the venue clock'),
    dataSilenceMsMax: whole(1_000, 600_000, 'a socket without any market message is replaced'),
    rotateAfterMs: whole(60_000, DAY_MS - 1, 'planned reconnect, before the venue does it'),
    quietGapFactor: real(1, 100).default(FEED.quietGapFactor),
    futureMsMax: whole(0, 60_000).default(FEED.futureMsMax),
    connectMsMax: whole(100, 120_000).default(FEED.connectMsMax),
    ackMsMax: whole(100, 120_000).default(FEED.ackMsMax),
    firstDataMsMax: whole(100, 120_000).default(FEED.firstDataMsMax),
    frameSilenceWarnMs: whole(1_000, 600_000).default(FEED.frameSilenceWarnMs),
    frameSilenceMsMax: whole(1_000, 600_000).default(FEED.frameSilenceMsMax),
    auditEveryMs: whole(1_000, HOUR_MS).default(FEED.auditEveryMs),
    overlapMsMax: whole(100, 600_000).default(FEED.overlapMsMax),
    backoffMsMin: whole(10, 60_000).default(FEED.backoffMsMin),
    backoffMsMax: whole(100, 600_000).default(FEED.backoffMsMax),
    connectCountMax: whole(1, 300, 'Binance bans beyond 300 in 5 minutes').default(
      FEED.connectCountMax,
    ),
    connectWindowMs: whole(1_000, HOUR_MS).default(FEED.connectWindowMs),
    stableAfterMs: whole(1_000, HOUR_MS).default(FEED.stableAfterMs),
    sendSpacingMs: whole(200, 10_000, 'Binance takes 5 messages a second').default(
      FEED.sendSpacingMs,
    ),
    streamsPerConnectionMax: whole(1, 1_024).default(FEED.streamsPerConnectionMax),
    snapshotLevels: whole(5, 5_000).default(FEED.snapshotLevels),
    snapshotTriesMax: whole(1, 100).default(FEED.snapshotTriesMax),
    snapshotRetryMs: whole(10, 60_000).default(FEED.snapshotRetryMs),
    answerMsMax: whole(100, 120_000).default(FEED.answerMsMax),
    bookRefreshEveryMs: whole(10_000, DAY_MS).default(FEED.bookRefreshEveryMs),
    bookWindowUsedMax: real(0.05, 1).default(FEED.bookWindowUsedMax),
    bookLevelsMax: whole(100, 200_000).default(FEED.bookLevelsMax),
    bookLagMsMax: whole(100, 60_000).default(FEED.bookLagMsMax),
    crossedMsMax: whole(10, 60_000).default(FEED.crossedMsMax),
    divergedCountMax: whole(1, 1_000).default(FEED.divergedCountMax),
    bufferedDiffsMax: whole(100, 100_000).default(FEED.bufferedDiffsMax),
    outlierBpsMax: real(1, 10_000).default(FEED.outlierBpsMax),
    outlierConfirmCount: whole(1, 100).default(FEED.outlierConfirmCount),
    levelShiftBpsMax: real(1, 100_000).default(FEED.levelShiftBpsMax),
    invalidCountMax: whole(1, 10_000).default(FEED.invalidCountMax),
    invalidWindowMs: whole(100, HOUR_MS).default(FEED.invalidWindowMs),
    serverTimeEveryMs: whole(1_000, HOUR_MS).default(FEED.serverTimeEveryMs),
    instrumentsEveryMs: whole(
      2_000,
      600_000,
      'how often the venue is asked which symbols it trades and by which rules; a weight of 20 each',
    ).default(FEED.instrumentsEveryMs),
    candleGraceMs: whole(0, 60_000).default(FEED.candleGraceMs),
  },
  'when data are too old, too late or too strange to trade on',
);
