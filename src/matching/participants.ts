/**
 * The market's own people on one symbol. Makers keep quotes around the fair value and pull those it
 * has run over; takers pick off stale quotes, trade with the flow, and meet customers' orders like
 * any others. All of it goes through the engine as orders.
 */
import type { Random } from '../domain/random.ts';
import type { Engine } from './engine.ts';
import { FairValue } from './fair-value.ts';
import type { Side } from './happening.ts';
import type { House } from './house.ts';
import { makeHistory } from './market-history.ts';
import type { MarketProfile } from './market-profile.ts';
import type { Order } from './order.ts';
import { type E8, ONE } from './scale.ts';

const BPS = 1e-4;
/** Sizes are log-normal: most small, a few large. */
const SIZE_SPREAD = 0.9;
/** A taker goes at most this deep. */
const SWEEP_BPS = 3;
/** Of quotes run over by the fair value, this share is traded with; the rest is pulled in time. */
const PICK_OFF_SHARE = 0.55;
/** Who had to pull a quote mostly quotes again, behind the new value. */
const RETURN_SHARE = 0.85;
/** Some quotes stand far behind the rest. */
const DEEP_SHARE = 0.25;
const DEEP_FACTOR = 8;
/** Quotes filled meanwhile are forgotten this often. */
const ACTS_PER_SWEEP = 16;

export interface ParticipantsSetup {
  readonly profile: MarketProfile;
  readonly valueRandom: Random;
  readonly actRandom: Random;
  readonly startAtMs: number;
}

export class Participants {
  /** When they will act next; carries a fraction. */
  nextAtMs: number;
  readonly #house: House;
  readonly #engine: Engine;
  readonly #profile: MarketProfile;
  readonly #random: Random;
  readonly #fair: FairValue;
  readonly #quotes: Readonly<Record<Side, Order[]>> = { BUY: [], SELL: [] };
  #actedAtMs: number;
  #isOpen = false;
  #actCount = 0;

  constructor(house: House, engine: Engine, setup: ParticipantsSetup) {
    this.#house = house;
    this.#engine = engine;
    this.#profile = setup.profile;
    this.#random = setup.actRandom;
    this.#fair = new FairValue(setup.profile, setup.valueRandom);
    const past = { fair: this.#fair, profile: setup.profile, random: setup.valueRandom };
    const { lastPrice } = engine.tape;
    const lastTradeId = engine.print.lastIds().tradeId;
    const history = makeHistory(engine.rules, past, {
      startAtMs: setup.startAtMs,
      lastTradeId,
      lastPrice,
    });
    if (lastPrice !== undefined) this.#fair.continueAt(lastPrice / ONE);
    engine.tape.candles.addHistory(history);
    engine.print.continueAfter(history.at(-1)?.lastTradeId ?? 0);
    this.nextAtMs = setup.startAtMs;
    this.#actedAtMs = setup.startAtMs;
  }

  /** One act at `nextAtMs`, and the time of the next. */
  act(): void {
    const { nextAtMs } = this;
    this.#fair.pass((nextAtMs - this.#actedAtMs) / 1_000);
    this.#actedAtMs = nextAtMs;
    const rate = this.#profile.actsPerSecond * Math.sqrt(this.#fair.nervousness);
    this.nextAtMs = nextAtMs + this.#random.exponential(1_000 / rate);
    if (this.#engine.rules.status !== 'TRADING') return;

    if (!this.#isOpen) this.#openMarket();
    this.#actCount += 1;
    if (this.#actCount % ACTS_PER_SWEEP === 0) this.#forgetFilled();
    this.#clearRunOver('SELL');
    this.#clearRunOver('BUY');
    this.#tighten('BUY');
    this.#tighten('SELL');
    if (this.#random.chance(this.#profile.tradeShare)) this.#take(this.#pickTakerSide());
    else this.#quoteOrPull();
  }

  #openMarket(): void {
    this.#isOpen = true;
    for (let i = 0; i < this.#profile.ordersPerSide; i++) {
      this.#quote('BUY');
      this.#quote('SELL');
    }
    this.#take(this.#pickTakerSide());
  }

  /** Quotes of `side` on the wrong side of the fair value: somebody trades with them, or they are pulled. */
  #clearRunOver(side: Side): void {
    const book = this.#bookOf(side);
    const fair = this.#fairE8();
    const isRunOver = (price: E8): boolean => (side === 'SELL' ? price < fair : price > fair);
    if (book.bestPrice === undefined || !isRunOver(book.bestPrice)) return;
    if (this.#random.chance(PICK_OFF_SHARE)) {
      const edge = this.#onGrid(fair, side === 'SELL' ? 'BUY' : 'SELL');
      this.#send(side === 'SELL' ? 'BUY' : 'SELL', edge, this.#size(this.#profile.tradeQuote * 2));
    }
    const quotes = this.#quotes[side];
    let pulledCount = 0;
    for (let i = quotes.length - 1; i >= 0; i--) {
      const order = quotes[i];
      if (order === undefined || !isRunOver(order.price)) continue;
      this.#pull(side, i);
      pulledCount += 1;
    }
    for (let i = 0; i < pulledCount; i++) {
      if (this.#random.chance(RETURN_SHARE)) this.#quote(side);
    }
  }

  /** When the best quote has fallen too far back, somebody steps up. */
  #tighten(side: Side): void {
    const half = this.#halfSpread();
    const fair = this.#fairE8();
    const best = this.#bookOf(side).bestPrice;
    const target = side === 'BUY' ? fair - half : fair + half;
    if (best !== undefined && Math.abs(best - target) <= half * 2) return;
    if (this.#random.chance(0.8)) this.#rest(side, this.#onGrid(target, side));
  }

  #quoteOrPull(): void {
    const side: Side = this.#random.chance(0.5) ? 'BUY' : 'SELL';
    const { ordersPerSide } = this.#profile;
    const count = this.#quotes[side].length;
    if (count < ordersPerSide / 2) {
      // A sweep went through: makers come back in numbers.
      for (let i = 0; i < 6; i++) this.#quote(side);
    } else if (this.#random.float() * 2 * ordersPerSide > count) this.#quote(side);
    else this.#pullOne(side);
  }

  #quote(side: Side): void {
    const isDeep = this.#random.chance(DEEP_SHARE);
    const mean = this.#profile.depthBps * (isDeep ? DEEP_FACTOR : 1);
    const away = this.#halfSpread() + this.#random.exponential(mean) * BPS * this.#fairE8();
    const price = side === 'BUY' ? this.#fairE8() - away : this.#fairE8() + away;
    this.#rest(side, this.#onGrid(price, side));
  }

  #rest(side: Side, wanted: E8): void {
    const { step } = this.#engine.rules.price;
    const limit = this.#engine.opposite(side).bestPrice;
    let price = wanted;
    if (limit !== undefined && this.#engine.crosses(side, wanted)) {
      price = side === 'BUY' ? limit - step : limit + step;
    }
    if (price <= 0) return;
    const lean = Math.exp(0.5 * this.#fair.pressure * (side === 'BUY' ? 1 : -1));
    const quantity = this.#size(this.#profile.orderQuote * lean);
    const order = this.#house.marketOrder(this.#engine.rules.symbol, {
      side,
      price,
      quantity,
      timeInForce: 'GTC',
    });
    this.#quotes[side].push(order);
    this.#engine.enter(order, this.#house.nowMs);
  }

  #pickTakerSide(): Side {
    const buyShare = 0.5 + 0.4 * Math.tanh(this.#fair.pressure);
    return this.#random.chance(buyShare) ? 'BUY' : 'SELL';
  }

  #take(side: Side): void {
    const best = this.#engine.opposite(side).bestPrice;
    if (best === undefined) return;
    const reach = best * SWEEP_BPS * BPS * (side === 'BUY' ? 1 : -1);
    this.#send(side, this.#onGrid(best + reach, side), this.#size(this.#profile.tradeQuote));
  }

  #send(side: Side, price: E8, quantity: E8): void {
    const { symbol } = this.#engine.rules;
    const terms = { side, price, quantity, timeInForce: 'IOC' } as const;
    this.#engine.enter(this.#house.marketOrder(symbol, terms), this.#house.nowMs);
  }

  /** Pulls the farther of two quotes chosen blindly, so that what the price left behind thins out. */
  #pullOne(side: Side): void {
    const quotes = this.#quotes[side];
    if (quotes.length === 0) return;
    const first = this.#random.below(quotes.length);
    const second = this.#random.below(quotes.length);
    const fair = this.#fairE8();
    const distance = (index: number): number => Math.abs((quotes[index]?.price ?? fair) - fair);
    this.#pull(side, distance(first) >= distance(second) ? first : second);
  }

  #forgetFilled(): void {
    for (const side of ['BUY', 'SELL'] as const) {
      const quotes = this.#quotes[side];
      for (let i = quotes.length - 1; i >= 0; i--) {
        if (quotes[i]?.level === undefined) this.#pull(side, i);
      }
    }
  }

  /** Takes a quote off the book, if it is still there, and off our list. */
  #pull(side: Side, index: number): void {
    const quotes = this.#quotes[side];
    const order = quotes[index];
    const last = quotes.pop();
    if (last && last !== order) quotes[index] = last;
    if (order?.level) this.#engine.resize(order, 0, this.#house.nowMs);
  }

  #bookOf(side: Side): Engine['bids'] {
    return side === 'BUY' ? this.#engine.bids : this.#engine.asks;
  }

  #fairE8(): number {
    return this.#fair.price * ONE;
  }

  #halfSpread(): number {
    const { halfSpreadBps } = this.#profile;
    const wanted = halfSpreadBps * BPS * this.#fairE8() * Math.sqrt(this.#fair.nervousness);
    return Math.max(wanted, this.#engine.rules.price.step / 2);
  }

  /** Onto the tick grid, away from the other side. */
  #onGrid(price: number, side: Side): E8 {
    const step = Math.max(1, this.#engine.rules.price.step);
    return (side === 'BUY' ? Math.floor(price / step) : Math.ceil(price / step)) * step;
  }

  /** A random size around `quote`, in whole lots, at least one. */
  #size(quote: number): E8 {
    const step = Math.max(1, this.#engine.rules.lot.step);
    const coins = (quote * Math.exp(SIZE_SPREAD * this.#random.normal())) / this.#fair.price;
    return Math.max(1, Math.round((coins * ONE) / step)) * step;
  }
}
