import { BoundedMap } from '../../domain/bounded.ts';
import { recount, recountLots } from '../../domain/finer-grid.ts';
import { tradeId, venueOrderId } from '../../domain/ids.ts';
import {
  baseAmountOf,
  type Instrument,
  notionalOf,
  type VenueId,
} from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Fill, OrderIntent } from '../../domain/order.ts';
import { regrid } from '../../domain/regrid.ts';
import { type Amount, amount, type Lots, lots } from '../../domain/units.ts';
import type { AccountPast } from '../../matching/exchange-core.ts';
import type { FillView, OrderView, VenueOrderStatus } from '../../matching/happening.ts';
import { amountE8, shareOf } from '../../matching/scale.ts';
import { inE8 } from './paper-market.ts';

/** The one account of the paper venue. */
export const PAPER_ACCOUNT = 'paper';

/** The paper account as the journal left it. */
export interface PaperPast extends AccountPast {
  /** Free and locked together, at 10^-8. */
  readonly balances: ReadonlyMap<string, bigint>;
}

/** What the journal knows of one order that the paper venue had accepted. */
interface Known {
  intent: OrderIntent;
  orderId: number | undefined;
  ended: 'FILLED' | 'CANCELED' | 'EXPIRED' | undefined;
  reportedLots: Lots;
  fills: Fill[];
  updatedAtMs: number;
}

/** More than a year of the busiest nights. Beyond it the start is refused: an account without its oldest orders would be wrong. */
const ORDERS_MAX = 1_000_000;
/** The venue's default, in 10^-8. */
const FEE_RATE = 100_000n;

/**
 * Rebuilds the account from the journal, which is the only memory that paper trading has: after a
 * crash the venue is what the journal says it is. An order whose acceptance was never written down
 * was never accepted; a fill that was never written down has not happened.
 */
export function readPaperPast(
  rows: readonly JournalRow[],
  venue: VenueId,
  allocations: Readonly<Record<string, string>>,
): PaperPast {
  const known = new BoundedMap<string, Known>('paper.past', ORDERS_MAX, 'refuse');
  let opening = allocations;
  for (const row of rows) {
    if (row.type === 'opening' && row.venue === venue) opening = row.balances;
    else if (row.type === 'intent' && row.intent.venue === venue) {
      known.set(row.intent.clientOrderId, notAccepted(row.intent));
    } else if (row.type === 'reported' || row.type === 'filled' || row.type === 'regridded') {
      const order = known.get(row.clientOrderId);
      if (order !== undefined) note(order, row);
    }
  }
  const accepted = [...known.values()].filter(({ orderId }) => orderId !== undefined);
  completeFills(accepted);
  const fills = accepted.flatMap((order) => order.fills.map((fill) => toFillView(order, fill)));
  fills.sort((a, b) => a.tradeId - b.tradeId);
  return {
    balances: addUp(opening, accepted),
    orders: accepted.map(toOrderView).sort((a, b) => a.orderId - b.orderId),
    fills,
  };
}

function notAccepted(intent: OrderIntent): Known {
  const { createdAtMs: updatedAtMs } = intent;
  return {
    intent,
    orderId: undefined,
    ended: undefined,
    reportedLots: lots(0),
    fills: [],
    updatedAtMs,
  };
}

type NotedRow = Extract<JournalRow, { type: 'reported' | 'filled' | 'regridded' }>;

function note(order: Known, row: NotedRow): void {
  if (row.type === 'regridded') {
    recountAll(order, row.instrument);
    return;
  }
  order.updatedAtMs = row.atMs;
  if (row.type === 'filled') {
    order.orderId ??= Number(row.fill.venueOrderId);
    order.fills.push(row.fill);
    return;
  }
  order.orderId ??= Number(row.venueOrderId);
  if (row.filledQuantity > order.reportedLots) order.reportedLots = row.filledQuantity;
  if (row.state === 'FILLED' || row.state === 'CANCELED' || row.state === 'EXPIRED') {
    order.ended = row.state;
  }
}

function recountAll(order: Known, instrument: Instrument): void {
  const before = order.intent.instrument;
  const inNew = (of: Lots): Lots => recountLots(before, instrument, of);
  order.intent = recount(order.intent, instrument);
  order.reportedLots = inNew(order.reportedLots);
  order.fills = order.fills.map((fill) => ({
    ...fill,
    price: regrid(before, instrument).nearestPrice(fill.price),
    quantity: inNew(fill.quantity),
  }));
}

/**
 * A report may have survived whose fills did not. The daemon will ask for them, so they are told again:
 * at the order's own limit, the worst price it could have had.
 */
function completeFills(orders: readonly Known[]): void {
  const lastTradeIds = new Map<string, number>();
  for (const { fills } of orders) {
    for (const { symbol, tradeId } of fills) {
      lastTradeIds.set(symbol, Math.max(lastTradeIds.get(symbol) ?? 0, Number(tradeId)));
    }
  }
  for (const order of orders) {
    const missing = order.reportedLots - filledLots(order);
    if (missing <= 0) continue;
    const { intent } = order;
    const nextId = (lastTradeIds.get(intent.symbol) ?? 0) + 1;
    lastTradeIds.set(intent.symbol, nextId);
    order.fills.push(worstFill(order, lots(missing), nextId));
  }
}

function filledLots({ fills }: Known): number {
  return fills.reduce((sum, fill) => sum + fill.quantity, 0);
}

function worstFill(order: Known, quantity: Lots, id: number): Fill {
  const { intent } = order;
  const { instrument, side, price, venue, symbol, clientOrderId } = intent;
  const quote = notionalOf(instrument, price, quantity);
  const isBuy = side === 'BUY';
  const received: Amount = isBuy ? baseAmountOf(instrument, quantity) : quote;
  return {
    venue,
    symbol,
    tradeId: tradeId(String(id)),
    venueOrderId: venueOrderId(String(order.orderId)),
    clientOrderId,
    side,
    price,
    quantity,
    quote,
    fee: amount(shareOf(received, FEE_RATE)),
    feeAsset: isBuy ? instrument.base.name : instrument.quote.name,
    liquidity: 'TAKER',
    tradedAtMs: intent.createdAtMs,
  };
}

function addUp(
  opening: Readonly<Record<string, string>>,
  orders: readonly Known[],
): ReadonlyMap<string, bigint> {
  const balances = new Map<string, bigint>();
  const add = (asset: string, by: bigint): void => {
    balances.set(asset, (balances.get(asset) ?? 0n) + by);
  };
  for (const [asset, text] of Object.entries(opening)) add(asset, amountE8(text));
  for (const { intent, fills } of orders) {
    const { instrument } = intent;
    for (const { side, quantity, quote, fee, feeAsset } of fills) {
      const sign = side === 'BUY' ? 1n : -1n;
      add(instrument.base.name, sign * baseAmountOf(instrument, quantity));
      add(instrument.quote.name, -sign * quote);
      add(feeAsset, -fee);
    }
  }
  return balances;
}

function toOrderView(order: Known): OrderView {
  const { intent, fills } = order;
  const { instrument } = intent;
  const executedLots = filledLots(order);
  return {
    symbol: instrument.venueSymbol,
    accountKey: PAPER_ACCOUNT,
    orderId: order.orderId ?? 0,
    orderListId: -1,
    clientOrderId: intent.clientOrderId,
    side: intent.side,
    type: intent.type,
    timeInForce: intent.timeInForce,
    price: Number(inE8(intent.price, instrument.tickUnits, instrument.tickDecimals)),
    quantity: Number(inE8(intent.quantity, instrument.lotUnits, instrument.lotDecimals)),
    quoteOrderQty: 0n,
    stopPrice: 0,
    icebergQty: 0,
    executedQty: Number(inE8(executedLots, instrument.lotUnits, instrument.lotDecimals)),
    executedQuote: fills.reduce<bigint>((sum, fill) => sum + fill.quote, 0n),
    preventedQty: 0,
    status: statusOf(order, executedLots),
    selfTradePrevention: 'EXPIRE_MAKER',
    isWorking: true,
    workingAtMs: Math.floor(intent.createdAtMs),
    createdAtMs: Math.floor(intent.createdAtMs),
    updatedAtMs: Math.floor(order.updatedAtMs),
    expiryReason: undefined,
  };
}

/** Only what may rest can still be open: an IOC or FOK order has ended in the moment it came. */
function statusOf({ intent, ended }: Known, executedLots: number): VenueOrderStatus {
  if (executedLots >= intent.quantity) return 'FILLED';
  if (ended !== undefined && ended !== 'FILLED') return ended;
  if (intent.timeInForce !== 'GTC') return 'EXPIRED';
  return executedLots > 0 ? 'PARTIALLY_FILLED' : 'NEW';
}

function toFillView({ intent, orderId }: Known, fill: Fill): FillView {
  const { instrument } = intent;
  return {
    symbol: instrument.venueSymbol,
    accountKey: PAPER_ACCOUNT,
    tradeId: Number(fill.tradeId),
    orderId: orderId ?? 0,
    orderListId: -1,
    atMs: Math.floor(fill.tradedAtMs),
    price: Number(inE8(fill.price, instrument.tickUnits, instrument.tickDecimals)),
    quantity: Number(inE8(fill.quantity, instrument.lotUnits, instrument.lotDecimals)),
    quote: fill.quote,
    commission: fill.fee,
    commissionAsset: fill.feeAsset,
    isBuyer: fill.side === 'BUY',
    isMaker: fill.liquidity === 'MAKER',
  };
}
