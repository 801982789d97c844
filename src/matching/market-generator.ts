/** A market out of a seed: advances the symbols' participants in exact order of virtual time. */
import { InvariantBroken } from '../domain/assert.ts';
import { Random } from '../domain/random.ts';
import type { House } from './house.ts';
import { profileOf } from './market-profile.ts';
import { Participants } from './participants.ts';

export interface GeneratorSetup {
  readonly seed: string;
  /** Scales how often participants act; prices move as fast as ever. */
  readonly pace: number;
  /** Of every symbol alike; `undefined`: each as its profile says. */
  readonly actsPerSecond?: number | undefined;
  /** The same. */
  readonly ordersPerSide?: number | undefined;
  readonly startAtMs: number;
}

export class MarketGenerator {
  readonly #house: House;
  readonly #participants: readonly Participants[];

  constructor(house: House, setup: GeneratorSetup) {
    if (!(setup.pace > 0)) throw new InvariantBroken(`pace must be positive, is ${setup.pace}`);
    this.#house = house;
    this.#participants = [...house.engines()].map((engine) => {
      const { symbol } = engine.rules;
      const profile = profileOf(symbol);
      const { actsPerSecond = profile.actsPerSecond } = setup;
      const { ordersPerSide = profile.ordersPerSide } = setup;
      return new Participants(house, engine, {
        profile: { ...profile, ordersPerSide, actsPerSecond: actsPerSecond * setup.pace },
        // Two streams: what customers do changes how participants react, but never the value they believe in.
        valueRandom: Random.fromSeed(`${setup.seed}/${symbol}/value`),
        actRandom: Random.fromSeed(`${setup.seed}/${symbol}/acts`),
        startAtMs: setup.startAtMs,
      });
    });
  }

  nextAtMs(): number | undefined {
    return this.#next()?.nextAtMs;
  }

  /** Lets everybody act who is due up to and including `toMs`; leaves the house's clock there. */
  advance(toMs: number): void {
    for (let next = this.#next(); next && next.nextAtMs <= toMs; next = this.#next()) {
      this.#house.nowMs = Math.max(this.#house.nowMs, Math.floor(next.nextAtMs));
      next.act();
      this.#house.flushBalances();
    }
    this.#house.nowMs = Math.max(this.#house.nowMs, toMs);
  }

  #next(): Participants | undefined {
    let earliest: Participants | undefined;
    for (const one of this.#participants) {
      if (earliest === undefined || one.nextAtMs < earliest.nextAtMs) earliest = one;
    }
    return earliest;
  }
}
