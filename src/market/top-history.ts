import type { TopOfBook } from '../domain/market.ts';
import { packIntegers, unpackIntegers } from '../domain/packed-integers.ts';

const KEPT = 512;
const FIELDS = 5;

/**
 * The last best bids and asks with their ids. The venue numbers both streams from one counter: the
 * book after a change that ends at `u` has the top of the last `bookTicker` with an id not above
 * `u`. So two streams that each look right check one another.
 */
export class TopHistory {
  readonly #ring = new Float64Array(KEPT * FIELDS);
  #count = 0;

  push(top: TopOfBook): void {
    const at = (this.#count % KEPT) * FIELDS;
    this.#ring[at] = top.updateId;
    this.#ring[at + 1] = top.bidPrice;
    this.#ring[at + 2] = top.bidQuantity;
    this.#ring[at + 3] = top.askPrice;
    this.#ring[at + 4] = top.askQuantity;
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
  }

  /** What it still knows, oldest first. */
  save(): string {
    const known = Math.min(this.#count, KEPT);
    const values = new Float64Array(known * FIELDS);
    for (let i = 0; i < known; i++) {
      const at = ((this.#count - known + i) % KEPT) * FIELDS;
      values.set(this.#ring.subarray(at, at + FIELDS), i * FIELDS);
    }
    return packIntegers(values, values.length, FIELDS);
  }
  load(saved: string): void {
    const values = unpackIntegers(saved, FIELDS);
    this.#ring.set(values);
    this.#count = values.length / FIELDS;
  }

  /** Whether the top that was current at `updateId` is this one; `undefined` when we do not know it. */
  agrees(
    updateId: number,
    top: {
      readonly bidPrice: number;
      readonly bidQuantity: number;
      readonly askPrice: number;
      readonly askQuantity: number;
    },
  ): boolean | undefined {
    const oldest = Math.max(0, this.#count - KEPT);
    for (let i = this.#count - 1; i >= oldest; i--) {
      const at = (i % KEPT) * FIELDS;
      if ((this.#ring[at] ?? 0) > updateId) continue;
      return (
        this.#ring[at + 1] === top.bidPrice &&
        this.#ring[at + 2] === top.bidQuantity &&
        this.#ring[at + 3] === top.askPrice &&
        this.#ring[at + 4] === top.askQuantity
      );
    }
    return undefined;
  }
}
