/**
 * The only source of chance below floor 3: a generator whose whole state is four integers, so that
 * a seed tells everything that will follow and a checkpoint can carry on from the middle.
 *
 * The generator is xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (2018, public domain,
 * prng.di.unimi.it): period 2^128 - 1, 32-bit operations only, which JavaScript does fast. A seed is
 * spread over the state by FNV-1a (offset 2166136261, prime 16777619) and splitmix32 (golden-ratio
 * step 0x9e3779b9, mixer of MurmurHash3). Not for secrets.
 */
import { invariant } from './assert.ts';

/** The four words a generator starts from. */
export type RandomWords = readonly [number, number, number, number];

/** What a generator needs to go on from the middle; the spare is half of a pair of normals. */
export interface RandomState {
  readonly words: RandomWords;
  readonly spareNormal?: number | undefined;
}

const TWO_POW_26 = 67_108_864;
const TWO_POW_53 = 9_007_199_254_740_992;
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A stream of chance. Same seed, same numbers, on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | undefined;

  constructor(words: RandomWords) {
    checkWords(words);
    [this.#a, this.#b, this.#c, this.#d] = words;
  }

  /** A generator that starts where `seed` says; any text is a seed. */
  static fromSeed(seed: string): Random {
    let hash = 2_166_136_261;
    for (let i = 0; i < seed.length; i++) {
      hash = Math.imul(hash ^ seed.charCodeAt(i), 16_777_619);
    }
    const word = (): number => {
      hash = (hash + 0x9e3779b9) | 0;
      let z = hash;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) >>> 0;
    };
    return new Random([word(), word(), word(), word() | 1]);
  }

  save(): RandomState {
    const words = [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0] as const;
    return this.#spareNormal === undefined ? { words } : { words, spareNormal: this.#spareNormal };
  }

  /** Goes on where `save` was called. */
  load({ words, spareNormal }: RandomState): void {
    checkWords(words);
    [this.#a, this.#b, this.#c, this.#d] = words;
    this.#spareNormal = spareNormal;
  }

  /** Uniform over 0 … 2^32 - 1. */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 53 bits. */
  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * TWO_POW_26 + low) / TWO_POW_53;
  }

  /** A whole number in 0 … `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** True with probability `share`. */
  chance(share: number): boolean {
    return this.float() < share;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = this.float() * 2 - 1;
      const v = this.float() * 2 - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  /** Exponential with the given mean: the wait until the next of independent happenings. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float());
  }

  /** `length` letters and digits. */
  alphanumeric(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += ALPHANUMERIC.charAt(this.below(ALPHANUMERIC.length));
    return text;
  }
}

function checkWords(words: RandomWords): void {
  invariant(
    words.some((word) => word !== 0),
    'a generator state of four zeros would stay zero for ever',
  );
}
