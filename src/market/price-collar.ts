/** How a price compares with the one we believed before it. */
export type CollarVerdict = 'inside' | 'outlier' | 'levelShift';

const BPS = 10_000;

export interface PriceCollarState {
  readonly isShifted: boolean;
  readonly isWitnessed: boolean;
  readonly reference: number;
  readonly levelBefore: number;
  readonly candidate: number;
  readonly candidateCount: number;
}

/**
 * A price far from the last believed one is held back until several in a row agree with each other, or one that
 * came another way (a snapshot) does. If they do and the jump is beyond `levelShiftBpsMax`, the unit may have
 * changed: the price is passed on, but stays suspect until it is back where it was (then it was the shifted price
 * that was wrong) or a start has made everything anew, which is a person's word. What a snapshot alone has
 * called another unit, the next one takes back.
 */
export class PriceCollar {
  #isShifted = false;
  /** Only a witness has said so: prices that came in the streams never jumped. */
  #isWitnessed = false;
  #reference = 0;
  /** What was believed before the unit may have changed. */
  #levelBefore = 0;
  #candidate = 0;
  #candidateCount = 0;
  readonly #limits: {
    readonly outlierBpsMax: number;
    readonly outlierConfirmCount: number;
    readonly levelShiftBpsMax: number;
  };

  constructor(limits: {
    readonly outlierBpsMax: number;
    readonly outlierConfirmCount: number;
    readonly levelShiftBpsMax: number;
  }) {
    this.#limits = limits;
  }

  /** A price is held back and waits for others like it. */
  get isWaiting(): boolean {
    return this.#candidateCount > 0;
  }

  /** The unit may have changed. */
  get isShifted(): boolean {
    return this.#isShifted;
  }

  /** Nobody may act upon the price. */
  get isSuspect(): boolean {
    return this.isWaiting || this.#isShifted;
  }

  /** Judges the next price that leads the symbol (a mid): it becomes the reference when believed. */
  judge(mid: number): CollarVerdict {
    if (this.#reference === 0 || distanceBps(mid, this.#reference) <= this.#limits.outlierBpsMax) {
      this.#believe(mid);
      return 'inside';
    }
    const agrees =
      this.#candidateCount > 0 && distanceBps(mid, this.#candidate) <= this.#limits.outlierBpsMax;
    this.#candidateCount = agrees ? this.#candidateCount + 1 : 1;
    this.#candidate = mid;
    if (this.#candidateCount < this.#limits.outlierConfirmCount) return 'outlier';
    return this.#jump(mid);
  }

  /**
   * Hears what another source says (a snapshot). It is the reference where there was none, as after a start; it
   * decides about a price that waits; and so far apart that one of the two must count in another unit, it makes
   * the price suspect.
   */
  hearWitness(mid: number): 'inside' | 'levelShift' {
    const { outlierBpsMax, levelShiftBpsMax } = this.#limits;
    if (this.#reference === 0) this.#believe(mid);
    if (distanceBps(mid, this.#reference) <= outlierBpsMax) {
      this.#candidateCount = 0;
      if (this.#isWitnessed) this.#clear();
      return 'inside';
    }
    if (this.isWaiting && distanceBps(mid, this.#candidate) <= outlierBpsMax) {
      return this.#jump(mid);
    }
    if (this.#isShifted || distanceBps(mid, this.#reference) <= levelShiftBpsMax) return 'inside';
    this.#shift(mid);
    this.#isWitnessed = true;
    return 'levelShift';
  }

  /** Whether another price of the symbol (a trade) fits the reference. */
  fits(price: number): boolean {
    return (
      this.#reference === 0 || distanceBps(price, this.#reference) <= this.#limits.outlierBpsMax
    );
  }

  save(): PriceCollarState {
    return {
      isShifted: this.#isShifted,
      isWitnessed: this.#isWitnessed,
      reference: this.#reference,
      levelBefore: this.#levelBefore,
      candidate: this.#candidate,
      candidateCount: this.#candidateCount,
    };
  }
  load(state: PriceCollarState): void {
    this.#isShifted = state.isShifted;
    this.#isWitnessed = state.isWitnessed;
    this.#reference = state.reference;
    this.#levelBefore = state.levelBefore;
    this.#candidate = state.candidate;
    this.#candidateCount = state.candidateCount;
  }

  /** What waited is believed. */
  #jump(mid: number): 'inside' | 'levelShift' {
    const before = this.#reference;
    this.#believe(mid);
    if (this.#isBack(mid)) {
      this.#clear();
      return 'inside';
    }
    if (distanceBps(mid, before) <= this.#limits.levelShiftBpsMax) return 'inside';
    this.#shift(before);
    return 'levelShift';
  }

  /** Of several changes of level the first one counts: only what came before it was never doubted. */
  #shift(levelBefore: number): void {
    if (!this.#isShifted) this.#levelBefore = levelBefore;
    this.#isShifted = true;
    this.#isWitnessed = false;
  }

  #clear(): void {
    this.#isShifted = false;
    this.#isWitnessed = false;
  }

  #isBack(mid: number): boolean {
    return this.#isShifted && distanceBps(mid, this.#levelBefore) <= this.#limits.outlierBpsMax;
  }

  #believe(mid: number): void {
    this.#reference = mid;
    this.#candidateCount = 0;
  }
}

/** Distance of two prices over the smaller one: halving and doubling are the same jump. */
function distanceBps(a: number, b: number): number {
  return (Math.abs(a - b) / Math.min(a, b)) * BPS;
}
