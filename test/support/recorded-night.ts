import { z } from 'zod';
import type { PlaybackSpeed } from '../../src/exchange/market/recording-player.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { askFeed, type FeedFigures } from './feed-page.ts';
import { runVerb } from './overnight-verb.ts';
import { SocketNight } from './socket-night.ts';

/** What was counted in a recording by somebody else than the daemon. Prices and quantities without trailing zeros. */
export interface RecordedTruth {
  readonly trades: number;
  readonly tops: number;
  readonly diffs: number;
  readonly lastUpdateId: number;
  readonly bid: { readonly price: string; readonly quantity: string };
  readonly ask: { readonly price: string; readonly quantity: string };
  readonly bidLevelsCount: number;
  readonly askLevelsCount: number;
}

/** The same, as the daemon saw it, and what it missed or threw away. */
export interface RecordedSight extends RecordedTruth {
  readonly breaks: number;
  readonly rejections: Readonly<Record<string, number>>;
  readonly topsDifferent: number;
  readonly reconnects: Readonly<Record<string, number>>;
}

/** At full speed the end comes at once, and is silence: what was seen must still be there when we look. */
const PATIENT = { dataSilenceMsMax: 600_000, freshnessMsMax: 60_000 };

/**
 * An exchange that plays a recording, for a daemon with the default settings but for what a recording
 * needs: one symbol, the recorder's clock 1.27 s behind, and a snapshot that holds every level.
 */
export async function startRecordedNight(
  file: string,
  speed: PlaybackSpeed,
  eager: boolean,
): Promise<SocketNight> {
  return await SocketNight.start({
    exchange: { recordings: [file], speed },
    eager,
    settings: {
      symbols: ['BTC/USDT'],
      risk: { clockOffsetMsMax: 2_000 },
      feed: { snapshotLevels: 5_000, ...(speed === 'max' ? PATIENT : {}) },
    },
  });
}

/** Waits until the daemon has heard everything; the numbers it saw. Throws at the deadline. */
export async function seeRecording(
  daemon: DaemonProcess,
  truth: RecordedTruth,
  deadlineMs: number,
): Promise<RecordedSight> {
  let last: FeedFigures | undefined;
  await daemon
    .waitFor(
      'the end of the recording',
      async () => {
        last = await askFeed(daemon);
        const { trades, tops, diffs } = last.counters;
        return trades >= truth.trades && tops >= truth.tops && diffs >= truth.diffs;
      },
      deadlineMs,
    )
    .catch((error: unknown) => {
      throw new Error(`heard only ${JSON.stringify(last)}`, { cause: error });
    });
  const { book, counters } = await askFeed(daemon);
  const { trades, tops, diffs, rejections, topsDifferent, reconnects } = counters;
  const nothing = { price: '', quantity: '' };
  return {
    trades,
    tops,
    diffs,
    lastUpdateId: book.updateId,
    bid: book.bid ?? nothing,
    ask: book.ask ?? nothing,
    bidLevelsCount: book.bidLevelsCount,
    askLevelsCount: book.askLevelsCount,
    breaks: counters.bookGaps + counters.tradeGaps,
    rejections,
    topsDifferent,
    reconnects,
  };
}

/** What a sight must be when nothing was missed. */
export function seenWhole(truth: RecordedTruth): RecordedSight {
  return { ...truth, breaks: 0, rejections: {}, topsDifferent: 0, reconnects: {} };
}

const chainShape = z.array(z.object({ stage: z.string(), outcome: z.string() }));

/** The stages of the newest filled order, as `overnight why` tells them. */
export async function explainLastFill(night: SocketNight): Promise<readonly string[]> {
  const chain = chainShape.parse(JSON.parse(await runVerb(night, ['why', 'last-fill', '--json'])));
  return chain.map(({ stage, outcome }) => `${stage} ${outcome}`);
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const expectedLevel = z.tuple([z.string(), z.string()]);
const expectedShape = z.record(z.string(), z.unknown());
const recordingShape = z.object({
  messages: z.record(z.string(), z.number()),
  symbols: z.object({
    BTCUSDT: z.object({
      last_update_id: z.number(),
      final_top: z.tuple([expectedLevel, expectedLevel]),
      final_levels: z.tuple([z.number(), z.number()]),
    }),
  }),
});

/** What `expected.json` says about one recording of BTCUSDT. */
export function readExpectedTruth(expected: unknown, name: string): RecordedTruth {
  const { messages, symbols } = recordingShape.parse(expectedShape.parse(expected)[name]);
  const book = symbols.BTCUSDT;
  const told = ([at, size]: z.infer<typeof expectedLevel>): RecordedTruth['bid'] => ({
    price: withoutTrailingZeros(at),
    quantity: withoutTrailingZeros(size),
  });
  return {
    trades: messages['trade'] ?? 0,
    tops: messages['bookTicker'] ?? 0,
    diffs: messages['depth@100ms'] ?? 0,
    lastUpdateId: book.last_update_id,
    bid: told(book.final_top[0]),
    ask: told(book.final_top[1]),
    bidLevelsCount: book.final_levels[0],
    askLevelsCount: book.final_levels[1],
  };
}
