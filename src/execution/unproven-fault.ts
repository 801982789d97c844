import type { Effect } from '../domain/effect.ts';
import type { Order } from '../domain/order.ts';
import type { UnixMs } from '../domain/units.ts';

/**
 * That an order still has no proven outcome: whoever looks must see it, and a fault that nobody repeats
 * counts as over. `undefined` for an order whose outcome is known.
 */
export function findUnprovenFault({ intent, state }: Order, atMs: UnixMs): Effect | undefined {
  if (state.type !== 'UNKNOWN' && state.type !== 'DEAD') return undefined;
  const { clientOrderId, symbol } = intent;
  return {
    type: 'raiseFault',
    fault: state.type === 'DEAD' ? 'order.dead' : 'order.unknown',
    severity: 'error',
    detail: { clientOrderId, symbol, unknownMs: atMs - state.sinceMs },
  };
}
