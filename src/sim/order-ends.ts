import type { ClientOrderId } from '../domain/ids.ts';
import { formatQuantity } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { OrderStateName } from '../domain/order.ts';
import { lots } from '../domain/units.ts';
import { ProjectedOrders } from './checkers/projected-orders.ts';

/** What became of one order, by the rows alone. */
export interface OrderEnd {
  readonly state: OrderStateName;
  /** Decimal text. */
  readonly filled: string;
}

/** Each order's last state and what was booked of it, as a stranger reads the journal. */
export function readOrderEnds(rows: readonly JournalRow[]): ReadonlyMap<ClientOrderId, OrderEnd> {
  const orders = new ProjectedOrders();
  for (const row of rows) orders.take(row, row.atMs);
  return new Map(
    [...orders.byId].map(([id, { filledLots, intent, state }]) => [
      id,
      { state, filled: formatQuantity(intent.instrument, lots(filledLots)) },
    ]),
  );
}
