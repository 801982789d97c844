/** Buckets grow by a quarter: an estimate is at most that much too long, never too short. */
const GROWTH = 1.25;
const BUCKETS = 64;
/** Shorter gaps are counted as this one: nobody asks about them, and a logarithm costs time. */
const GAP_MS_MIN = 20;
/** Old behaviour fades: counts are halved when so many were seen. */
const FADE_AT = 20_000;
/** Upper end of each bucket. Multiplied up: powers of a fraction differ in their last digit between versions of Node. */
const BOUNDS_MS = new Float64Array(BUCKETS);
for (let index = 0, boundMs = GAP_MS_MIN; index < BUCKETS; index++, boundMs *= GROWTH) {
  BOUNDS_MS[index] = boundMs;
}

export interface GapHistogramState {
  readonly counts: readonly number[];
  readonly total: number;
}

/** How long a symbol is usually silent, in little memory. */
export class GapHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  add(gapMs: number): void {
    const growths = gapMs <= GAP_MS_MIN ? 0 : Math.log(gapMs / GAP_MS_MIN) / Math.log(GROWTH);
    const index = Math.min(BUCKETS - 1, Math.ceil(growths));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
    if (this.#total >= FADE_AT) this.#fade();
  }

  /** The gap that `share` of all gaps do not exceed; 0 before the first. With few gaps, the longest. */
  quantileMs(share: number): number {
    let rest = this.#total * (1 - share);
    for (let index = BUCKETS - 1; index >= 0; index--) {
      rest -= this.#counts[index] ?? 0;
      if (rest < 0) return BOUNDS_MS[index] ?? 0;
    }
    return 0;
  }

  save(): GapHistogramState {
    return { counts: [...this.#counts], total: this.#total };
  }
  load(state: GapHistogramState): void {
    this.#counts.set(state.counts);
    this.#total = state.total;
  }

  #fade(): void {
    this.#total = 0;
    for (let index = 0; index < BUCKETS; index++) {
      const count = Math.floor((this.#counts[index] ?? 0) / 2);
      this.#counts[index] = count;
      this.#total += count;
    }
  }
}
