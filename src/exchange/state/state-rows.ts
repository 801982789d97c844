/** The shapes of a kept exchange on disk: JSON with amounts as digits, checked whole when read. */
import { z } from 'zod';
import type { SymbolState } from '../../matching/exchange-state.ts';
import type { FillView, OrderListView, OrderView } from '../../matching/happening.ts';

/** JSON of a row; the one type JSON does not know is written as digits. */
export function encodeRow(row: object): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

const amount = z
  .string()
  .regex(/^-?\d+$/)
  .transform((digits) => BigInt(digits));
const count = z.int().nonnegative();
const side = z.enum(['BUY', 'SELL']);

const lastTrade = z.strictObject({
  symbol: z.string(),
  tradeId: count,
  atMs: count,
  price: count,
  quantity: count,
  quote: amount,
  buyerIsMaker: z.boolean(),
});

const symbolIds = z
  .strictObject({
    symbol: z.string(),
    tradeId: count,
    aggregateId: count,
    updateId: count,
    executionId: count,
    lastTrade: lastTrade.optional(),
  })
  .transform((row): SymbolState => ({ ...row, lastTrade: row.lastTrade }));

export const idsRow = z.strictObject({
  openings: count,
  orderId: count,
  orderListId: count,
  symbols: z.array(symbolIds),
});

export const netRow = z.array(z.strictObject({ asset: z.string(), net: amount }));

export const accountRow = z.strictObject({
  accountKey: z.string(),
  makerRate: amount,
  takerRate: amount,
  updatedAtMs: count,
  balances: z.array(z.strictObject({ asset: z.string(), free: amount, locked: amount })),
});

const orderView = z
  .strictObject({
    symbol: z.string(),
    accountKey: z.string(),
    orderId: count,
    orderListId: z.int().min(-1),
    clientOrderId: z.string(),
    side,
    type: z.enum([
      'LIMIT',
      'LIMIT_MAKER',
      'MARKET',
      'STOP_LOSS',
      'STOP_LOSS_LIMIT',
      'TAKE_PROFIT',
      'TAKE_PROFIT_LIMIT',
    ]),
    timeInForce: z.enum(['GTC', 'IOC', 'FOK']),
    price: count,
    quantity: count,
    quoteOrderQty: amount,
    stopPrice: count,
    icebergQty: count,
    executedQty: count,
    executedQuote: amount,
    preventedQty: count,
    status: z.enum([
      'NEW',
      'PARTIALLY_FILLED',
      'FILLED',
      'CANCELED',
      'EXPIRED',
      'EXPIRED_IN_MATCH',
    ]),
    selfTradePrevention: z.enum([
      'NONE',
      'EXPIRE_TAKER',
      'EXPIRE_MAKER',
      'EXPIRE_BOTH',
      'DECREMENT',
    ]),
    isWorking: z.boolean(),
    workingAtMs: z.int().min(-1),
    createdAtMs: count,
    updatedAtMs: count,
    expiryReason: z.enum(['INSUFFICIENT_LIQUIDITY']).optional(),
  })
  .transform((row): OrderView => ({ ...row, expiryReason: row.expiryReason }));

export const orderRow = z.strictObject({ view: orderView, locked: amount, amendCount: count });

export const fillRow: z.ZodType<FillView> = z.strictObject({
  symbol: z.string(),
  accountKey: z.string(),
  tradeId: count,
  orderId: count,
  orderListId: z.int().min(-1),
  atMs: count,
  price: count,
  quantity: count,
  quote: amount,
  commission: amount,
  commissionAsset: z.string(),
  isBuyer: z.boolean(),
  isMaker: z.boolean(),
});

export const listRow: z.ZodType<OrderListView> = z.strictObject({
  orderListId: count,
  accountKey: z.string(),
  symbol: z.string(),
  contingencyType: z.literal('OCO'),
  listStatusType: z.enum(['EXEC_STARTED', 'ALL_DONE']),
  listOrderStatus: z.enum(['EXECUTING', 'ALL_DONE']),
  listClientOrderId: z.string(),
  atMs: count,
  orders: z.array(z.strictObject({ orderId: count, clientOrderId: z.string() })),
});
