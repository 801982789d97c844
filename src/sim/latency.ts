import type { Random } from '../domain/random.ts';

/** A venue in the same region: most messages take 4 to 8 ms, a few much longer. */
const FLOOR_MS = 4;
const MEAN_EXTRA_MS = 2;
/** One message in so many is held up somewhere. */
const HELD_UP_ONE_IN = 500;
const HELD_UP_MEAN_MS = 40;

/** How long messages take between us and the venue when nothing is wrong. */
export class Latency {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  oneWayMs(): number {
    const isHeldUp = this.#random.float() * HELD_UP_ONE_IN < 1;
    return FLOOR_MS + this.#random.exponential(isHeldUp ? HELD_UP_MEAN_MS : MEAN_EXTRA_MS);
  }

  roundTripMs(): number {
    return this.oneWayMs() + this.oneWayMs();
  }
}
