import type { OrderStateName } from '../../domain/order.ts';
import { type Cell, stateCell } from './cells.ts';

/** States of an order, for lists. */
const EVERY_STATE: readonly OrderStateName[] = [
  'INITIALIZED',
  'SUBMITTED',
  'UNKNOWN',
  'ACCEPTED',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
  'ABSENT',
  'VOID',
  'DEAD',
];

const NO_ALARMS = 'nothing sends alarms yet, so none of their ways can be broken';

/**
 * Cells that no night can show, each with the reason. One that is hit after all is a mistake of this
 * list, and the report fails for it.
 */
export const IMPOSSIBLE: ReadonlyMap<Cell, string> = new Map<Cell, string>([
  ...EVERY_STATE.map((state) => [stateCell(state, 'alarm'), NO_ALARMS] as const),
]);
