/**
 * What the market secretly believes a coin is worth, second by second: a random walk whose
 * volatility comes in clusters, whose regime changes between trending and ranging every half
 * minute or so, and which leans with the flow of orders. Quotes and trades follow it; nobody sees
 * it. The path depends on the seed alone, never on what customers do.
 */
import type { Random } from '../domain/random.ts';

/** The few numbers of the process; a bps is a ten-thousandth. */
export interface FairValueSetup {
  readonly startPrice: number;
  /** Standard deviation over one second, in bps. */
  readonly volatilityBps: number;
}

type Regime = { readonly drift: number; readonly pull: number; readonly anchor: number };

const BPS = 1e-4;
/** Mean length of a regime; several happen within any few minutes. */
const REGIME_MEAN_S = 30;
/** A trend gains up to this many volatilities per second: 10 to 30 bps over its life. */
const TREND_STRENGTH = 0.35;
/** A range pulls back with a half-life of about 7 s. */
const RANGE_PULL = 0.1;
/** The flow of orders turns after about this long. */
const FLOW_MEAN_S = 6;
/** How far the flow carries the price, in volatilities per second. */
const FLOW_IMPACT = 0.25;
const CLUSTER_MEAN_S = 90;
const CLUSTER_SPREAD = 0.45;
/** Over days the price comes home, so that no run of any length leaves its price range. */
const HOME_PULL = 1 / 86_400;

export class FairValue {
  readonly #setup: FairValueSetup;
  readonly #random: Random;
  #logOffset = 0;
  #cluster = 0;
  #flow = 0;
  #regime: Regime = { drift: 0, pull: 0, anchor: 0 };
  #regimeLeftS = 0;

  constructor(setup: FairValueSetup, random: Random) {
    this.#setup = setup;
    this.#random = random;
    this.#cluster = CLUSTER_SPREAD * random.normal();
    this.#flow = random.normal();
  }

  /** In quote per base. */
  get price(): number {
    return this.#setup.startPrice * Math.exp(this.#logOffset);
  }

  /** The market is worth `price` now, whatever it was; moods and regime go on. */
  continueAt(price: number): void {
    const before = this.#logOffset;
    this.#logOffset = Math.log(price / this.#setup.startPrice);
    const { drift, pull, anchor } = this.#regime;
    this.#regime = { drift, pull, anchor: anchor + this.#logOffset - before };
  }

  /** Around -2 … 2: positive when buyers press. Seen in trades' sides and in the sizes of the book. */
  get pressure(): number {
    return this.#flow + this.#regime.drift * 3;
  }

  /** 1 is usual; above it the market is nervous. */
  get nervousness(): number {
    return Math.exp(this.#cluster);
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): void {
    this.#regimeLeftS -= seconds;
    if (this.#regimeLeftS <= 0) this.#changeRegime();
    this.#cluster = this.#revert(this.#cluster, seconds / CLUSTER_MEAN_S, CLUSTER_SPREAD);
    this.#flow = this.#revert(this.#flow, seconds / FLOW_MEAN_S, 1);

    const sigma = this.#setup.volatilityBps * BPS * this.nervousness;
    const { drift, pull, anchor } = this.#regime;
    const lean = (drift + this.#flow * FLOW_IMPACT) * sigma * seconds;
    const noise = sigma * Math.sqrt(seconds) * this.#random.normal();
    const back = (anchor - this.#logOffset) * (1 - Math.exp(-pull * seconds));
    const home = -this.#logOffset * Math.min(1, HOME_PULL * seconds);
    this.#logOffset += lean + noise + back + home;
  }

  #changeRegime(): void {
    this.#regimeLeftS = 10 + this.#random.exponential(REGIME_MEAN_S - 10);
    const isTrend = this.#random.chance(0.5);
    const direction = this.#random.chance(0.5) ? 1 : -1;
    const strength = TREND_STRENGTH * (0.5 + 0.5 * this.#random.float());
    this.#regime = {
      drift: isTrend ? direction * strength : 0,
      pull: isTrend ? 0 : RANGE_PULL,
      anchor: this.#logOffset,
    };
  }

  /** Pulls a standard deviation of `spread` towards 0 over `share` of its memory. */
  #revert(value: number, share: number, spread: number): number {
    const kept = Math.exp(-share);
    return value * kept + spread * Math.sqrt(1 - kept * kept) * this.#random.normal();
  }
}
