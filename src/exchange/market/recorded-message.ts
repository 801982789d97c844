import { z } from 'zod';
import type { RecordedMessage } from '../../matching/recorded-market.ts';
import type { RecordedFrame } from './recording-file.ts';

const decimal = z.string().regex(/^(?:0|[1-9][0-9]*)(?:\.[0-9]{1,8})?$/);
const level = z.tuple([decimal, decimal]);
const depthSchema = z.object({
  s: z.string(),
  U: z.number(),
  u: z.number(),
  b: z.array(level),
  a: z.array(level),
});
const snapshotSchema = z.object({
  lastUpdateId: z.number(),
  bids: z.array(level),
  asks: z.array(level),
});
const topSchema = z.object({
  s: z.string(),
  u: z.number(),
  b: decimal,
  B: decimal,
  a: decimal,
  A: decimal,
});
const tradeSchema = z.object({
  s: z.string(),
  t: z.number(),
  p: decimal,
  q: decimal,
  m: z.boolean(),
});

/** What a frame means to the matching core; `undefined` when it has no say there: candles, aggregates, and frames a broken recording cut short, which are played all the same. */
export function toRecordedMessage(frame: RecordedFrame): RecordedMessage | undefined {
  const kind = frame.stream.slice(frame.stream.indexOf('@') + 1);
  if (kind === 'bookTicker') {
    const top = read(topSchema, frame.data);
    if (top === undefined) return undefined;
    return {
      type: 'bookTicker',
      symbol: top.s,
      updateId: top.u,
      bid: [top.b, top.B],
      ask: [top.a, top.A],
    };
  }
  if (kind === 'trade') {
    const trade = read(tradeSchema, frame.data);
    if (trade === undefined) return undefined;
    return {
      type: 'trade',
      symbol: trade.s,
      tradeId: trade.t,
      price: trade.p,
      quantity: trade.q,
      buyerIsMaker: trade.m,
    };
  }
  // Partial books (`depth5` and so on) repeat what the diffs say.
  if (!/^depth(?:@[0-9]+ms)?$/.test(kind)) return undefined;
  const depth = read(depthSchema, frame.data);
  if (depth === undefined) return undefined;
  return {
    type: 'depth',
    symbol: depth.s,
    firstUpdateId: depth.U,
    lastUpdateId: depth.u,
    bids: depth.b,
    asks: depth.a,
  };
}

/** A recorded REST book as the core takes it. */
export function toRecordedSnapshot(
  symbol: string,
  body: string,
): RecordedMessage & { readonly type: 'snapshot' } {
  const { lastUpdateId, bids, asks } = snapshotSchema.parse(JSON.parse(body));
  return { type: 'snapshot', symbol, lastUpdateId, bids, asks };
}

function read<T>(schema: z.ZodType<T>, data: string): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return undefined;
  }
  return schema.safeParse(json).data;
}
