import { followOrders, isSettled } from '../../src/cli/rehearse/journal-orders.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { hasEnded } from '../../src/sim/checkers/projected-orders.ts';

/** What a kill found: the least settled thing the journal knew at that moment. */
export function describeKill(rows: readonly JournalRow[]): string {
  const orders = [...followOrders(rows).values()];
  if (orders.length === 0) return 'no order yet';
  const open = orders.filter((order) => !isSettled(order)).at(-1);
  if (open === undefined) return 'idle';
  return hasEnded(open.state) ? 'ended, fills not booked' : open.state;
}

/** Between the write of SUBMITTED and the booking of the last fill. */
export function isInFlight(hit: string): boolean {
  return !['no order yet', 'idle', 'INITIALIZED'].includes(hit);
}
