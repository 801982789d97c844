import { packIntegers, unpackIntegers } from '../domain/packed-integers.ts';
import type { BookSideView } from './feed-views.ts';

const CAPACITY_START = 1_024;
/** Up to so many levels a loop is faster than the engine's block move, whose call costs more. */
const SHORT_MOVE = 24;

/**
 * One side of a book as one sorted array of pairs. The best level is the last, because most changes
 * are near the top: an insertion there moves few levels, and the search starts there.
 */
export class BookSide implements BookSideView {
  /** A key and a size for each level; keys are prices in ticks times `#sign`, ascending: asks are negated. */
  #levels = new Float64Array(2 * CAPACITY_START);
  #count = 0;
  readonly #sign: 1 | -1;
  readonly #levelsMax: number;

  constructor(side: 'bids' | 'asks', levelsMax: number) {
    this.#sign = side === 'bids' ? 1 : -1;
    this.#levelsMax = levelsMax;
  }

  get size(): number {
    return this.#count;
  }
  priceAt(rank: number): number {
    return rank < this.#count ? (this.#levels[2 * (this.#count - 1 - rank)] ?? 0) * this.#sign : 0;
  }
  quantityAt(rank: number): number {
    return rank < this.#count ? (this.#levels[2 * (this.#count - 1 - rank) + 1] ?? 0) : 0;
  }
  sumQuantity(ranks: number): number {
    let sum = 0;
    const last = Math.max(0, this.#count - ranks);
    for (let i = this.#count - 1; i >= last; i--) sum += this.#levels[2 * i + 1] ?? 0;
    return sum;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Its levels as packed text: a book has thousands, and a checkpoint may not hold up the frames. */
  save(): string {
    return packIntegers(this.#levels, 2 * this.#count, 2);
  }
  load(saved: string): void {
    const levels = unpackIntegers(saved, 2);
    this.#levels = new Float64Array(Math.max(2 * CAPACITY_START, levels.length));
    this.#levels.set(levels);
    this.#count = levels.length / 2;
  }

  /** Sets the size of a level; 0 removes it, and removing an unknown level is normal. */
  set(price: number, quantity: number): void {
    const key = price * this.#sign;
    this.#setAt(this.#find(key, this.#count), key, quantity);
  }

  /** All pairs of `levels` in turn. Cheapest from the best level on, as the venue sends them. */
  apply(levels: readonly number[]): void {
    let index = this.#count;
    for (let i = 0; i + 1 < levels.length; i += 2) {
      const key = (levels[i] ?? 0) * this.#sign;
      index = this.#find(key, index);
      this.#setAt(index, key, levels[i + 1] ?? 0);
    }
  }

  #setAt(index: number, key: number, quantity: number): void {
    const exists = index < this.#count && this.#levels[2 * index] === key;
    if (quantity === 0) {
      if (exists) this.#removeAt(index);
    } else if (exists) {
      this.#levels[2 * index + 1] = quantity;
    } else {
      this.#insertAt(index, key, quantity);
    }
  }

  /** First index whose key is not below `key`; looks around `near` first. */
  #find(key: number, near: number): number {
    const levels = this.#levels;
    const count = this.#count;
    let high = Math.min(near, count);
    let low = -1;
    let step = 1;
    if (high < count && (levels[2 * high] ?? 0) < key) {
      // It lies above: levels came in another order than the book's.
      low = high;
      high += step;
      while (high < count && (levels[2 * high] ?? 0) < key) {
        low = high;
        step *= 2;
        high = low + step;
      }
      if (high > count) high = count;
    } else {
      // Gallop down: the next change is within a few levels of the last.
      low = high - step;
      while (low >= 0 && (levels[2 * low] ?? 0) >= key) {
        high = low;
        step *= 2;
        low = high - step;
      }
      if (low < 0) low = -1;
    }
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((levels[2 * middle] ?? 0) >= key) high = middle;
      else low = middle;
    }
    return high;
  }

  #removeAt(index: number): void {
    const levels = this.#levels;
    const end = 2 * this.#count;
    const at = 2 * index;
    if (this.#count - index > SHORT_MOVE) levels.copyWithin(at, at + 2, end);
    else for (let i = at + 2; i < end; i++) levels[i - 2] = levels[i] ?? 0;
    this.#count -= 1;
  }

  #insertAt(index: number, key: number, quantity: number): void {
    if (this.#count >= this.#levelsMax) {
      // Full: the level furthest from the top is forgotten, nobody trades there.
      if (index === 0) return;
      this.#removeAt(0);
      this.#insertAt(index - 1, key, quantity);
      return;
    }
    if (2 * this.#count === this.#levels.length) this.#grow();
    const levels = this.#levels;
    const end = 2 * this.#count;
    const at = 2 * index;
    if (this.#count - index > SHORT_MOVE) levels.copyWithin(at + 2, at, end);
    else for (let i = end - 1; i >= at; i--) levels[i + 2] = levels[i] ?? 0;
    levels[at] = key;
    levels[at + 1] = quantity;
    this.#count += 1;
  }

  #grow(): void {
    const levels = new Float64Array(2 * this.#levels.length);
    levels.set(this.#levels);
    this.#levels = levels;
  }
}
