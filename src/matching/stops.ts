/** Orders that wait for the last trade price to reach their stop. */
import type { OrderType, Side } from './happening.ts';
import type { Order } from './order.ts';
import type { E8 } from './scale.ts';

/** True: fires when the price rises to the stop; false: when it falls to it. */
export function firesUpwards(type: OrderType, side: Side): boolean {
  const isStopLoss = type === 'STOP_LOSS' || type === 'STOP_LOSS_LIMIT';
  return isStopLoss === (side === 'BUY');
}

/** Would this stop fire at `last`, were it placed now. */
export function isPast(
  stop: { readonly type: OrderType; readonly side: Side; readonly stopPrice: E8 },
  last: E8,
): boolean {
  return firesUpwards(stop.type, stop.side) ? last >= stop.stopPrice : last <= stop.stopPrice;
}

/** The waiting stops of one symbol, oldest first; the filters limit how many there can be. */
export class StopList {
  #waiting: Order[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(order: Order): void {
    this.#waiting.push(order);
  }

  remove(order: Order): void {
    this.#waiting = this.#waiting.filter((other) => other !== order);
  }

  /** Takes out those that fire somewhere in the traded range, oldest first. */
  takeDue(low: E8, high: E8): readonly Order[] {
    if (this.#waiting.length === 0) return [];
    const due: Order[] = [];
    const waiting: Order[] = [];
    for (const order of this.#waiting) {
      const reached = firesUpwards(order.type, order.side) ? high : low;
      (isPast(order, reached) ? due : waiting).push(order);
    }
    if (due.length > 0) this.#waiting = waiting;
    return due;
  }
}
