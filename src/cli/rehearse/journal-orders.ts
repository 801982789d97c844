import { formatFixed } from '../../domain/decimal.ts';
import { baseAmountOf } from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import {
  hasEnded,
  type ProjectedOrder,
  ProjectedOrders,
} from '../../sim/checkers/projected-orders.ts';

const SCALE = 8;

/** Every order of the journal by its client order id, in the order of their intents. */
export function followOrders(rows: readonly JournalRow[]): ReadonlyMap<string, ProjectedOrder> {
  const orders = new ProjectedOrders();
  for (const row of rows) orders.take(row, row.atMs);
  return orders.byId;
}

/** Nothing can happen to it any more, and everything that happened is booked. */
export function isSettled({ state, filledLots, reportedLots }: ProjectedOrder): boolean {
  return hasEnded(state) && filledLots === reportedLots;
}

/**
 * Balances per asset that follow from the journal alone: what the first start found, and every booked
 * fill with its fee. Free and locked together, as decimal text of eight places.
 */
export function expectBalances(rows: readonly JournalRow[]): Readonly<Record<string, string>> {
  const balances = new Map<string, bigint>();
  const orders = new ProjectedOrders();
  const add = (asset: string, by: bigint): void => {
    balances.set(asset, (balances.get(asset) ?? 0n) + by);
  };
  for (const row of rows) {
    const order = orders.take(row, row.atMs);
    if (row.type === 'opening') {
      for (const [asset, amount] of Object.entries(row.balances)) add(asset, toUnits(amount));
    }
    if (row.type !== 'filled') continue;
    if (order === undefined) throw new Error(`${row.clientOrderId} was filled without an intent`);
    const { instrument } = order.intent;
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
