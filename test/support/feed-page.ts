import { z } from 'zod';
import type { DaemonProcess } from './daemon-process.ts';

const level = z.object({ price: z.string(), quantity: z.string() });
const feedShape = z.object({
  symbol: z.string(),
  connected: z.boolean(),
  bookSynced: z.boolean(),
  listing: z.string(),
  dataAgeMs: z.number().optional(),
  limitMs: z.number(),
  bid: z.string().optional(),
  ask: z.string().optional(),
  book: z.object({
    updateId: z.number(),
    bidLevelsCount: z.number(),
    askLevelsCount: z.number(),
    bid: level.optional(),
    ask: level.optional(),
  }),
  counters: z.object({
    frames: z.number(),
    trades: z.number(),
    tops: z.number(),
    diffs: z.number(),
    rejections: z.record(z.string(), z.number()),
    tradeGaps: z.number(),
    bookGaps: z.number(),
    topsEqual: z.number(),
    topsDifferent: z.number(),
    reconnects: z.record(z.string(), z.number()),
  }),
});

export type FeedFigures = z.infer<typeof feedShape>;

/** What `/api/v1/feeds` says of one symbol. */
export async function askFeed(daemon: DaemonProcess, symbol = 'BTC/USDT'): Promise<FeedFigures> {
  const feeds = await daemon.ask('/api/v1/feeds', z.array(feedShape));
  const found = feeds.find((feed) => feed.symbol === symbol);
  if (found === undefined) throw new Error(`no feed of ${symbol} yet`);
  return found;
}

/** Samples of one metric as `/metrics` shows them: labels as written, and the value. */
export async function askMetric(
  daemon: DaemonProcess,
  name: string,
  labels: string,
): Promise<number> {
  const text = await daemon.askText('/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${name}{${labels}`));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}
