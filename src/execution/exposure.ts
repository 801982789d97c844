import {
  baseAmountOf,
  type Instrument,
  lotsCovering,
  notionalOf,
  type SymbolId,
} from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import { type Amount, amount, type Lots, lots } from '../domain/units.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** Lots that may still be bought or sold by what is under way. */
export interface InFlight {
  readonly buyLots: Lots;
  readonly sellLots: Lots;
}

/** What working orders hold back: quote for buys, lots of the base for sells. */
export interface LockedFunds {
  readonly quote: Amount;
  readonly baseLots: Lots;
}

/**
 * The worst of filled and unfilled: an order that has not ended may fill whole, an unproven one too;
 * an ended one still brings the fills that were counted and are not booked yet.
 */
export function sumInFlight(orders: readonly TrackedOrder[], symbol: SymbolId): InFlight {
  let buyLots = 0;
  let sellLots = 0;
  for (const tracked of orders) {
    if (tracked.symbol !== symbol) continue;
    if (tracked.order.intent.side === 'BUY') buyLots += mayComeLots(tracked);
    else sellLots += mayComeLots(tracked);
  }
  return { buyLots: lots(buyLots), sellLots: lots(sellLots) };
}

/** As `sumInFlight`, as funds of the symbol. */
export function sumLocked(orders: readonly TrackedOrder[], symbol: SymbolId): LockedFunds {
  let quote = 0n;
  let baseLots = 0;
  for (const tracked of orders) {
    if (tracked.symbol !== symbol) continue;
    const { side, instrument, price } = tracked.order.intent;
    const open = mayComeLots(tracked);
    if (side === 'BUY') quote += notionalOf(instrument, price, open);
    else baseLots += open;
  }
  return { quote: amount(quote), baseLots: lots(baseLots) };
}

/**
 * What of an order may still fill, in lots of `instrument`, rounded up: an order that outlived a change of the steps
 * is counted in others.
 */
export function openLots({ intent, filledQuantity }: Order, instrument: Instrument): Lots {
  const open = lots(Math.max(0, intent.quantity - filledQuantity));
  return lotsCovering(instrument, baseAmountOf(intent.instrument, open));
}

function mayComeLots(tracked: TrackedOrder): Lots {
  const { filledQuantity, intent } = tracked.order;
  const most = tracked.hasEnded
    ? tracked.reportedQuantity
    : Math.max(intent.quantity, tracked.reportedQuantity);
  return lots(Math.max(0, most - filledQuantity));
}
