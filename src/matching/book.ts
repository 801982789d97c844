/** One side of a book: levels by price, orders within a level by time. */
import { invariant } from '../domain/assert.ts';
import type { Side } from './happening.ts';
import type { Order } from './order.ts';
import type { E8 } from './scale.ts';

/** All orders at one price, oldest at the head. */
export class Level {
  readonly price: E8;
  /** Sum of what shows. */
  quantity: E8 = 0;
  head: Order | undefined;
  tail: Order | undefined;

  constructor(price: E8) {
    this.price = price;
  }
}

/** Levels of one side; its size follows the open orders, which the filters limit. */
export class BookSide {
  readonly side: Side;
  /** 1 for bids, -1 for asks: `price * #sign` is larger the better. */
  readonly #sign: 1 | -1;
  /** Worst first, best last, so that the busy end is the cheap end of the array. */
  readonly #levels: Level[] = [];

  constructor(side: Side) {
    this.side = side;
    this.#sign = side === 'BUY' ? 1 : -1;
  }

  get best(): Level | undefined {
    return this.#levels[this.#levels.length - 1];
  }
  get bestPrice(): E8 | undefined {
    return this.#levels[this.#levels.length - 1]?.price;
  }
  get levelCount(): number {
    return this.#levels.length;
  }

  /** Level `index` counted from the best. */
  at(index: number): Level | undefined {
    return this.#levels[this.#levels.length - 1 - index];
  }

  levelAt(price: E8): Level | undefined {
    const level = this.#levels[this.#find(price)];
    return level?.price === price ? level : undefined;
  }

  /** Would an order of this side at `price` be at least as good as one at `other`. */
  isAtLeast(price: E8, other: E8): boolean {
    return price * this.#sign >= other * this.#sign;
  }

  /** Last in the queue of its price. Shows all of it, or its iceberg's tip. */
  add(order: Order): void {
    order.visible =
      order.icebergQty > 0 ? Math.min(order.icebergQty, order.leavesQty) : order.leavesQty;
    invariant(order.visible > 0, 'an order with nothing left cannot rest');
    const index = this.#find(order.price);
    let level = this.#levels[index];
    if (level?.price !== order.price) {
      level = new Level(order.price);
      this.#levels.splice(index, 0, level);
    }
    link(level, order);
    level.quantity += order.visible;
  }

  remove(order: Order): void {
    const level = order.level;
    invariant(level !== undefined, 'an order that does not rest cannot be removed');
    level.quantity -= order.visible;
    order.visible = 0;
    unlink(level, order);
    if (level.head === undefined) this.#drop(level);
  }

  /** Takes `quantity` from what shows of `order`; an iceberg shows its next part at the end of the queue. Call after the order's own counts changed. */
  reduce(order: Order, quantity: E8): void {
    const level = order.level;
    invariant(level !== undefined && order.visible >= quantity, 'more taken than shows');
    order.visible -= quantity;
    level.quantity -= quantity;
    if (order.visible > 0) return;
    unlink(level, order);
    if (order.leavesQty > 0) {
      order.visible = Math.min(order.icebergQty, order.leavesQty);
      link(level, order);
      level.quantity += order.visible;
    } else if (level.head === undefined) this.#drop(level);
  }

  /** Best first, at most `limit` levels. */
  depth(limit: number): (readonly [E8, E8])[] {
    const depth: (readonly [E8, E8])[] = [];
    for (let i = this.#levels.length - 1; i >= 0 && depth.length < limit; i--) {
      const level = this.#levels[i];
      if (level) depth.push([level.price, level.quantity]);
    }
    return depth;
  }

  /** Where `price` is or belongs. */
  #find(price: E8): number {
    const key = price * this.#sign;
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const level = this.#levels[middle];
      if (level && level.price * this.#sign < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drop(level: Level): void {
    this.#levels.splice(this.#find(level.price), 1);
  }
}

function link(level: Level, order: Order): void {
  order.level = level;
  order.previous = level.tail;
  order.next = undefined;
  if (level.tail) level.tail.next = order;
  else level.head = order;
  level.tail = order;
}

function unlink(level: Level, order: Order): void {
  if (order.previous) order.previous.next = order.next;
  else level.head = order.next;
  if (order.next) order.next.previous = order.previous;
  else level.tail = order.previous;
  order.level = undefined;
  order.next = undefined;
  order.previous = undefined;
}
