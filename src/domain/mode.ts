import type { OrderClass } from './order.ts';

/**
 * RECOVERING: start, nothing is proven yet. ACTIVE: trading. REDUCING: only orders that shrink
 * exposure. OBSERVING: no orders, cancels allowed. HALTED: latched until an operator resumes.
 */
export type Mode = 'RECOVERING' | 'ACTIVE' | 'REDUCING' | 'OBSERVING' | 'HALTED';

/** Who set the mode: what an operator set, only an operator leaves. */
export type ModeActor = 'machine' | 'operator';

/** May an order of this class leave in this mode? `REDUCING` lets exits pass; that they shrink is its own check. */
export function allowsClass(mode: Mode, orderClass: OrderClass): boolean {
  // biome-ignore format: it reads as a list
  switch (mode) {
    case 'ACTIVE':     return true;
    case 'REDUCING':   return orderClass !== 'entry';
    case 'OBSERVING':  return orderClass === 'protective';
    case 'RECOVERING': return orderClass === 'protective';
    case 'HALTED':     return false;
  }
}
