/** However much was evicted: a collection that is seen full for the first time may still be refilled a little. */
const GROWN_MIN = 30;
const GROWTH_MAX = 2;
/** Two books of 5,000 levels a side, and what is kept of orders: each has reports, fills, a row here and there. */
const ITEMS_MAX = 20_000;
const ITEMS_PER_ORDER = 10;

/** A bounded collection as a checkpoint has it. */
interface Kept {
  readonly length: number;
  readonly evictedCount: number;
}

/**
 * What a desk knows, written down and looked into: the collections that it lists for people are only those
 * of its upper floor. Counted, not weighed: the same night has the same numbers on every machine.
 */
export class DeskGrowth {
  /** By path into what was written down: when it was first seen to forget something. */
  readonly #fullAt = new Map<string, Kept>();

  /** What grows although it must not, each as a sentence. `saved` is what `saveDesk` says. */
  look(saved: unknown, ordersCount: number): readonly string[] {
    const found: string[] = [];
    this.#walk(saved, 'desk', ITEMS_MAX + ITEMS_PER_ORDER * ordersCount, found);
    return found;
  }

  /** Another desk begins with nothing. */
  forget(): void {
    this.#fullAt.clear();
  }

  #walk(value: unknown, path: string, itemsMax: number, found: string[]): void {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value) && value.length > itemsMax) {
      found.push(`${path} has ${value.length} items, limit ${itemsMax}`);
    }
    if ('evictedCount' in value && 'items' in value && Array.isArray(value.items)) {
      const kept = { length: value.items.length, evictedCount: Number(value.evictedCount) };
      const wrong = this.#compare(path, kept);
      if (wrong !== undefined) found.push(wrong);
    }
    for (const [key, inner] of Object.entries(value)) {
      this.#walk(inner, `${path}.${key}`, itemsMax, found);
    }
  }

  /** What is full makes room for each new item: it cannot have grown by as many as it says it evicted. */
  #compare(path: string, { length, evictedCount }: Kept): string | undefined {
    if (evictedCount === 0) return undefined;
    const full = this.#fullAt.get(path);
    if (full === undefined) {
      this.#fullAt.set(path, { length, evictedCount });
      return undefined;
    }
    const grown = length - full.length;
    const evicted = evictedCount - full.evictedCount;
    if (grown < GROWN_MIN || grown < evicted || length < full.length * GROWTH_MAX) return undefined;
    return `${path} was full with ${full.length} items and has ${length} after ${evicted} evictions`;
  }
}
