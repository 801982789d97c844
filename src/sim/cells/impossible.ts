import type { OrderStateName } from '../../domain/order.ts';
import { type Cell, denyCell, stateCell } from './cells.ts';

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

const SIZED =
  'every order is sized by this very bound, on the instrument and the price that the gate then looks at';
const SIZED_ENTRY =
  'every entry is sized by this very limit, at the price that the gate then looks at';
const SIZED_EXIT =
  'an exit is sized by what is held, and none is wished for while another order of its strategy and ' +
  'market is under way';
const NO_ALARMS = 'nothing sends alarms yet, so none of their ways can be broken';

/**
 * Cells that no night can show, each with the reason. What sizing has made sure one call before, the gate
 * asks again for the day on which somebody changes the sizing. A cell that is hit after all is a mistake
 * of this list, and the report fails for it.
 */
export const IMPOSSIBLE: ReadonlyMap<Cell, string> = new Map<Cell, string>([
  ...EVERY_STATE.map((state) => [stateCell(state, 'alarm'), NO_ALARMS] as const),
  [denyCell('QUANTITY_EXCEEDS_MAXIMUM'), SIZED],
  [denyCell('NOTIONAL_EXCEEDS_MAXIMUM'), SIZED],
  [denyCell('NOTIONAL_EXCEEDS_MAX_PER_ORDER'), SIZED_ENTRY],
  [denyCell('REDUCE_ONLY_WOULD_INCREASE_POSITION'), SIZED_EXIT],
]);
