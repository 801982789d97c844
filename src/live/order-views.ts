import { formatDecimal } from '../domain/decimal.ts';
import {
  formatAmount,
  formatPrice,
  formatQuantity,
  type Instrument,
} from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { Lots } from '../domain/units.ts';
import type { FillView, OrderView } from './daemon-view.ts';

export type FilledRow = Extract<JournalRow, { type: 'filled' }>;

/** What became of an order so far, whoever keeps track of it: the running desk or the reader of its journal. */
export interface OrderProgress {
  readonly state: string;
  readonly venueOrderId: string | undefined;
  readonly filledQuantity: Lots;
  readonly updatedAtMs: number;
  readonly latencyUs: OrderView['latencyUs'];
}

/** An order as people and programs outside see it. */
export function toOrderView(intent: OrderIntent, progress: OrderProgress): OrderView {
  const { instrument } = intent;
  return {
    clientOrderId: intent.clientOrderId,
    venueOrderId: progress.venueOrderId,
    decisionId: intent.decisionId,
    venue: intent.venue,
    symbol: intent.symbol,
    strategy: intent.strategy,
    class: intent.class,
    side: intent.side,
    price: formatPrice(instrument, intent.price),
    quantity: formatQuantity(instrument, intent.quantity),
    filledQuantity: formatQuantity(instrument, progress.filledQuantity),
    state: progress.state,
    createdAtMs: intent.createdAtMs,
    updatedAtMs: progress.updatedAtMs,
    latencyUs: progress.latencyUs,
  };
}

/** A fill as people and programs outside see it. */
export function toFillView(instrument: Instrument, { clientOrderId, fill }: FilledRow): FillView {
  return {
    venue: fill.venue,
    symbol: fill.symbol,
    tradeId: fill.tradeId,
    clientOrderId,
    venueOrderId: fill.venueOrderId,
    side: fill.side,
    price: formatPrice(instrument, fill.price),
    quantity: formatQuantity(instrument, fill.quantity),
    quote: formatAmount(instrument.quote, fill.quote),
    fee: formatDecimal(fill.fee, scaleOf(instrument, fill.feeAsset)),
    feeAsset: fill.feeAsset,
    liquidity: fill.liquidity,
    tradedAtMs: fill.tradedAtMs,
  };
}

/** A third asset (a venue's own coin) has eight decimals at the venues we certify. */
function scaleOf({ base, quote }: Instrument, asset: string): number {
  if (asset === base.name) return base.scale;
  return asset === quote.name ? quote.scale : 8;
}
