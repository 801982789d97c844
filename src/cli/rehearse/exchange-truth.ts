import { z } from 'zod';

const balance = z.object({ asset: z.string(), free: z.string(), locked: z.string() });
const order = z.object({
  symbol: z.string(),
  orderId: z.number(),
  clientOrderId: z.string(),
  side: z.enum(['BUY', 'SELL']),
  status: z.string(),
  price: z.string(),
  origQty: z.string(),
  executedQty: z.string(),
});
const trade = z.object({
  symbol: z.string(),
  id: z.number(),
  orderId: z.number(),
  price: z.string(),
  qty: z.string(),
  quoteQty: z.string(),
  commission: z.string(),
  commissionAsset: z.string(),
});
const wireEntry = z.object({
  seq: z.number(),
  atMs: z.number(),
  request: z.string(),
  clientOrderId: z.string().optional(),
  outcome: z.union([z.number(), z.literal('lost')]).optional(),
});

/** What the exchange knows about the account, of what a night compares. */
export const truthShape = z.object({
  accounts: z.array(
    z.object({
      account: z.string(),
      balances: z.array(balance),
      orders: z.array(order),
      trades: z.array(trade),
    }),
  ),
  imbalances: z.array(z.unknown()),
  wireLog: z.array(wireEntry),
  wireLogEvicted: z.number(),
  clientIdCounts: z.record(z.string(), z.number()),
  recording: z
    .object({ position: z.number(), total: z.number(), started: z.boolean(), done: z.boolean() })
    .nullable(),
});

export type ExchangeTruth = z.infer<typeof truthShape>;
export type AccountTruth = ExchangeTruth['accounts'][number];
