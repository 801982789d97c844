import { formatFixed } from '../../domain/decimal.ts';
import { baseAmountOf } from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderIntent } from '../../domain/order.ts';

const SCALE = 8;

/** What the journal says of one order, newest word last. */
export interface JournaledOrder {
  readonly intent: OrderIntent;
  state: string;
  /** Lots that the venue reported as filled, and lots that were booked. */
  reportedLots: number;
  bookedLots: number;
  submittedCount: number;
}

/** Every order of the journal in the order of their intents. */
export function followOrders(rows: readonly JournalRow[]): ReadonlyMap<string, JournaledOrder> {
  const orders = new Map<string, JournaledOrder>();
  for (const row of rows) {
    if (row.type === 'intent') {
      orders.set(row.intent.clientOrderId, {
        intent: row.intent,
        state: 'INITIALIZED',
        reportedLots: 0,
        bookedLots: 0,
        submittedCount: 0,
      });
    } else if ('clientOrderId' in row) {
      const order = orders.get(row.clientOrderId);
      if (order !== undefined) apply(order, row);
    }
  }
  return orders;
}

function apply(order: JournaledOrder, row: JournalRow): void {
  // biome-ignore format: it reads as a list
  switch (row.type) {
    case 'submitted': order.state = 'SUBMITTED'; order.submittedCount += 1; break;
    case 'voided':    order.state = 'VOID'; break;
    case 'rejected':  order.state = 'REJECTED'; break;
    case 'unknown':   order.state = 'UNKNOWN'; break;
    case 'absent':    order.state = 'ABSENT'; break;
    case 'dead':      order.state = 'DEAD'; break;
    case 'reported':
      order.state = row.state;
      order.reportedLots = Math.max(order.reportedLots, row.filledQuantity);
      break;
    case 'filled':
      order.bookedLots += row.fill.quantity;
      order.reportedLots = Math.max(order.reportedLots, order.bookedLots);
      if (order.bookedLots >= order.intent.quantity) order.state = 'FILLED';
      else if (!ENDED.has(order.state)) order.state = 'PARTIALLY_FILLED';
      break;
    default:
  }
}

const ENDED: ReadonlySet<string> = new Set([
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
  'ABSENT',
  'VOID',
]);

/** The venue or we have said that nothing more can happen to it; fills may still be owed. */
export function hasEnded({ state }: JournaledOrder): boolean {
  return ENDED.has(state);
}

/** Nothing can happen to it any more, and everything that happened is booked. */
export function isSettled(order: JournaledOrder): boolean {
  return hasEnded(order) && order.bookedLots === order.reportedLots;
}

/**
 * Balances per asset that follow from the journal alone: what the first start found, and every booked
 * fill with its fee. Free and locked together, as decimal text of eight places.
 */
export function expectBalances(rows: readonly JournalRow[]): Readonly<Record<string, string>> {
  const balances = new Map<string, bigint>();
  const intents = new Map<string, OrderIntent>();
  const add = (asset: string, by: bigint): void => {
    balances.set(asset, (balances.get(asset) ?? 0n) + by);
  };
  for (const row of rows) {
    if (row.type === 'intent') intents.set(row.intent.clientOrderId, row.intent);
    if (row.type === 'opening') {
      for (const [asset, amount] of Object.entries(row.balances)) add(asset, toUnits(amount));
    }
    if (row.type !== 'filled') continue;
    const intent = intents.get(row.clientOrderId);
    if (intent === undefined) throw new Error(`${row.clientOrderId} was filled without an intent`);
    const { instrument } = intent;
    const sign = row.fill.side === 'BUY' ? 1n : -1n;
    const base: bigint = baseAmountOf(instrument, row.fill.quantity);
    add(instrument.base.name, sign * base);
    add(instrument.quote.name, -sign * row.fill.quote);
    add(row.fill.feeAsset, -row.fill.fee);
  }
  return Object.fromEntries(
    [...balances].map(([asset, units]) => [asset, formatFixed(units, SCALE)]),
  );
}

/** Decimal text as units of 1e-8. */
export function toUnits(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  const digits = `${whole}${fraction.padEnd(SCALE, '0')}`;
  return BigInt(digits);
}
