import { BoundedList } from '../domain/bounded.ts';

interface NumberRange {
  readonly from: number;
  to: number;
}

/** A night with more holes than this is no night any more. */
const RANGES_MAX = 100_000;

/** Whole numbers that mostly come one after the other, such as those of the decisions of a life. */
export class NumberRanges {
  readonly #ranges = new BoundedList<NumberRange>('replay.ranges', RANGES_MAX, 'refuse');
  #last: NumberRange | undefined;
  /** How many different ones there are. */
  size = 0;
  max = 0;
  min = Number.POSITIVE_INFINITY;

  add(n: number): void {
    if (this.has(n)) return;
    this.size += 1;
    this.max = Math.max(this.max, n);
    this.min = Math.min(this.min, n);
    if (this.#last?.to === n - 1) {
      this.#last.to = n;
      return;
    }
    this.#last = { from: n, to: n };
    this.#ranges.push(this.#last);
  }

  has(n: number): boolean {
    if (n > this.max || n < this.min) return false;
    for (const { from, to } of this.#ranges) if (n >= from && n <= to) return true;
    return false;
  }

  /** How many from `from` up to the largest are not there. */
  missingFrom(from: number): number {
    return this.size === 0 ? 0 : this.max - Math.min(from, this.min) + 1 - this.size;
  }
}
