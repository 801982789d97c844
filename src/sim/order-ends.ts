import type { ClientOrderId } from '../domain/ids.ts';
import { formatQuantity, type Instrument } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Lots } from '../domain/units.ts';
import { lots } from '../domain/units.ts';

/** What became of one order, by the rows alone. */
export interface OrderEnd {
  readonly state: string;
  /** Decimal text. */
  readonly filled: string;
}

interface Open {
  readonly instrument: Instrument;
  state: string;
  filled: Lots;
}

/**
 * Reads a journal as a stranger would: each order's last state and what was booked of it. It knows
 * nothing of how the daemon reads its own rows.
 */
export function readOrderEnds(rows: readonly JournalRow[]): ReadonlyMap<ClientOrderId, OrderEnd> {
  const orders = new Map<ClientOrderId, Open>();
  for (const row of rows) {
    if (row.type === 'intent') {
      const { clientOrderId, instrument } = row.intent;
      orders.set(clientOrderId, { instrument, state: 'INITIALIZED', filled: lots(0) });
      continue;
    }
    if (!('clientOrderId' in row) || row.type === 'external') continue;
    const order = orders.get(row.clientOrderId);
    if (order === undefined) continue;
    if (row.type === 'filled') order.filled = lots(order.filled + row.fill.quantity);
    else order.state = stateAfter(row, order.state);
  }
  return new Map(
    [...orders].map(([id, { instrument, state, filled }]) => [
      id,
      { state, filled: formatQuantity(instrument, filled) },
    ]),
  );
}

function stateAfter(row: JournalRow, before: string): string {
  switch (row.type) {
    case 'submitted':
      return 'SUBMITTED';
    case 'voided':
      return 'VOID';
    case 'rejected':
      return 'REJECTED';
    case 'unknown':
      return 'UNKNOWN';
    case 'absent':
      return 'ABSENT';
    case 'dead':
      return 'DEAD';
    case 'reported':
      return row.state;
    default:
      return before;
  }
}
