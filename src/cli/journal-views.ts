import { formatDecimal } from '../domain/decimal.ts';
import { recount, recountLots } from '../domain/finer-grid.ts';
import { baseAmountOf, type Instrument } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderIntent } from '../domain/order.ts';
import { type Lots, lots } from '../domain/units.ts';
import type { FillView, OrderView, PositionView } from '../live/daemon-view.ts';
import { type FilledRow, toFillView, toOrderView } from '../live/order-views.ts';

/** What the journal of a stopped daemon says, newest first: what nobody is there to tell any more. */
export interface JournalViews {
  readonly orders: readonly OrderView[];
  readonly fills: readonly FillView[];
  readonly positions: readonly PositionView[];
  readonly mode:
    | { readonly mode: string; readonly cause: string; readonly atMs: number }
    | undefined;
  readonly lastStart: Extract<JournalRow, { type: 'started' }> | undefined;
  readonly stopped: Extract<JournalRow, { type: 'stopped' }> | undefined;
}

interface Followed {
  intent: OrderIntent;
  state: string;
  venueOrderId: string | undefined;
  filledLots: number;
  updatedAtMs: number;
}

/** Reads the rows once, oldest first. */
export function viewJournal(rows: readonly JournalRow[]): JournalViews {
  const orders = new Map<string, Followed>();
  const fills: FillView[] = [];
  const held = new Map<string, { intent: OrderIntent; base: bigint }>();
  let mode: JournalViews['mode'];
  let lastStart: JournalViews['lastStart'];
  let stopped: JournalViews['stopped'];
  for (const row of rows) {
    if (row.type === 'intent') {
      orders.set(row.intent.clientOrderId, follow(row.intent, row.atMs));
    } else if (row.type === 'mode') {
      mode = { mode: row.to, cause: row.cause, atMs: row.atMs };
    } else if (row.type === 'started') {
      lastStart = row;
      stopped = undefined;
    } else if (row.type === 'stopped') {
      stopped = row;
    } else {
      const order = 'clientOrderId' in row ? orders.get(row.clientOrderId) : undefined;
      if (order === undefined) continue;
      applyRow(order, row);
      if (row.type === 'filled') {
        fills.push(toFillView(order.intent.instrument, row));
        addToHeld(held, order.intent, row);
      }
    }
  }
  return {
    orders: [...orders.values()].map(viewOrder).reverse(),
    fills: fills.reverse(),
    positions: [...held.values()].filter(({ base }) => base !== 0n).map(toPositionView),
    mode,
    lastStart,
    stopped,
  };
}

function follow(intent: OrderIntent, atMs: number): Followed {
  return {
    intent,
    state: 'INITIALIZED',
    venueOrderId: undefined,
    filledLots: 0,
    updatedAtMs: atMs,
  };
}

function applyRow(order: Followed, row: JournalRow): void {
  order.updatedAtMs = row.atMs;
  // biome-ignore format: it reads as a list
  switch (row.type) {
    case 'submitted': order.state = 'SUBMITTED'; break;
    case 'voided':    order.state = 'VOID'; break;
    case 'rejected':  order.state = 'REJECTED'; break;
    case 'unknown':   order.state = 'UNKNOWN'; break;
    case 'absent':    order.state = 'ABSENT'; break;
    case 'dead':      order.state = 'DEAD'; break;
    case 'reported':  order.state = row.state; order.venueOrderId = row.venueOrderId; break;
    case 'regridded': onRegridded(order, row.instrument); break;
    case 'filled':    onFilled(order, row.fill.quantity, row.fill.venueOrderId); break;
    default:
  }
}

function onRegridded(order: Followed, instrument: Instrument): void {
  const { intent, filledLots } = order;
  order.filledLots = recountLots(intent.instrument, instrument, lots(filledLots));
  order.intent = recount(intent, instrument);
}

function onFilled(order: Followed, quantity: Lots, venueOrderId: string): void {
  order.filledLots += quantity;
  order.venueOrderId = venueOrderId;
  order.state = order.filledLots >= order.intent.quantity ? 'FILLED' : keepEnded(order.state);
}

function keepEnded(state: string): string {
  return state === 'CANCELED' || state === 'EXPIRED' ? state : 'PARTIALLY_FILLED';
}

function addToHeld(
  held: Map<string, { intent: OrderIntent; base: bigint }>,
  intent: OrderIntent,
  { fill }: FilledRow,
): void {
  const key = `${intent.strategy}|${intent.venue}|${intent.symbol}`;
  const amount: bigint = baseAmountOf(intent.instrument, fill.quantity);
  const fee: bigint = fill.feeAsset === intent.instrument.base.name ? fill.fee : 0n;
  const before = held.get(key)?.base ?? 0n;
  held.set(key, { intent, base: before + (fill.side === 'BUY' ? amount : -amount) - fee });
}

function viewOrder(order: Followed): OrderView {
  const { intent, state, venueOrderId, updatedAtMs } = order;
  const filledQuantity = lots(order.filledLots);
  return toOrderView(intent, { state, venueOrderId, filledQuantity, updatedAtMs, latencyUs: {} });
}

function toPositionView({ intent, base }: { intent: OrderIntent; base: bigint }): PositionView {
  const { instrument } = intent;
  return {
    strategy: intent.strategy,
    venue: intent.venue,
    symbol: intent.symbol,
    quantity: formatDecimal(base, instrument.base.scale),
    averagePrice: undefined,
    markPrice: undefined,
    realizedPnl: undefined,
    unrealizedPnl: undefined,
    stopPrice: undefined,
    pnlAsset: instrument.quote.name,
  };
}
