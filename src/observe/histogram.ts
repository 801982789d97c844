/**
 * Upper bounds in seconds, 1-2.5-5 per decade from 1 us (our own stages) to 30 s (a slow venue).
 * The `+Inf` bucket is one more than these.
 */
export const LATENCY_BOUNDS_SECONDS: readonly number[] = [
  0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Counts of values per fixed bucket. Observing costs a few compares and no allocation: it may stand on the hot path. */
export class FixedHistogram {
  readonly bounds: readonly number[];
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;
  #max = 0;

  constructor(bounds: readonly number[] = LATENCY_BOUNDS_SECONDS) {
    this.bounds = bounds;
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  get count(): number {
    return this.#count;
  }
  get sum(): number {
    return this.#sum;
  }
  /** Largest value ever observed. */
  get max(): number {
    return this.#max;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] ?? 0) + 1;
    this.#sum += value;
    this.#count += 1;
    if (value > this.#max) this.#max = value;
  }

  /** How many values fell into each bucket, `+Inf` last. Not cumulative. */
  counts(): readonly number[] {
    return Array.from(this.#counts);
  }

  /** The upper bound of the bucket that holds quantile `q`; the largest value seen when that is the `+Inf` bucket; `undefined` when empty. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      seen += this.#counts[i] ?? 0;
      if (seen >= rank) return Math.min(this.#bounds[i] ?? this.#max, this.#max);
    }
    return this.#max;
  }
}
