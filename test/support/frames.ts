import { formatFixed } from '../../src/domain/decimal.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { Random } from '../../src/domain/random.ts';
import { amount, lots, price } from '../../src/domain/units.ts';

/** An instrument of the venue with the grids of BTCUSDT unless said otherwise. */
export function makeInstrument(
  index: number,
  symbol = 'BTC/USDT',
  grid: { readonly tickDecimals?: number; readonly lotDecimals?: number } = {},
): Instrument {
  const [base = '', quote = ''] = symbol.split('/');
  return {
    index,
    venue: 'binance',
    symbol,
    venueSymbol: base + quote,
    version: 1,
    base: { name: base, scale: 8 },
    quote: { name: quote, scale: 8 },
    tickDecimals: grid.tickDecimals ?? 2,
    tickUnits: 1,
    lotDecimals: grid.lotDecimals ?? 5,
    lotUnits: 1,
    priceMin: price(1),
    priceMax: price(100_000_000),
    quantityMin: lots(1),
    quantityMax: lots(900_000_000),
    notionalMin: amount(500_000_000n),
    notionalMax: undefined,
    status: 'TRADING',
  };
}

export type FrameKind = 'trade' | 'top' | 'depth';

/** One frame as the venue would send it, and when. */
export interface GeneratedFrame {
  readonly atMs: number;
  readonly kind: FrameKind;
  readonly text: string;
}

/** What the generator knows to be true at its present moment. */
export interface Truth {
  readonly updateId: number;
  readonly lastTradeId: number;
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  readonly counts: Readonly<Record<FrameKind, number>>;
}

const STEP_MS = 10;
const DEPTH_EVERY_MS = 100;
const LEVELS_AT_START = 1_200;
/** With fewer, levels are not removed any more. */
const LEVELS_MIN = 300;

/**
 * Makes the three streams of one symbol from a seed, in the venue's own spelling and with the
 * venue's own rules: one id per changed level, a best bid and ask at once whenever it changes, the
 * changed levels of 100 ms together, trades without holes. It keeps the true book to compare with.
 */
export class FrameGenerator {
  readonly #random: Random;
  readonly #instrument: Instrument;
  readonly #stream: string;
  readonly #books = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  readonly #changed = { bids: new Set<number>(), asks: new Set<number>() };
  readonly #counts: Record<FrameKind, number> = { trade: 0, top: 0, depth: 0 };
  #atMs: number;
  #updateId: number;
  #publishedId: number;
  #tradeId: number;
  #shownTop = '';
  #nextDepthAtMs: number;
  /** Changes per step, 0 to this: small for a quiet symbol. */
  readonly #changesMax: number;
  readonly #tradeShare: number;

  constructor(
    seed: string,
    instrument: Instrument,
    options: {
      readonly startMs: number;
      readonly mid?: number;
      readonly changesMax?: number;
      /** Of the changes, those that are trades. */
      readonly tradeShare?: number;
      /** Ids start above this. */
      readonly firstId?: number;
    },
  ) {
    this.#random = Random.fromSeed(seed);
    this.#instrument = instrument;
    this.#stream = instrument.venueSymbol.toLowerCase();
    this.#atMs = options.startMs;
    this.#changesMax = options.changesMax ?? 3;
    this.#tradeShare = options.tradeShare ?? 0.25;
    this.#updateId = options.firstId ?? 50_093_239_000;
    this.#publishedId = this.#updateId;
    this.#tradeId = Math.floor(this.#updateId / 13);
    this.#nextDepthAtMs = options.startMs + DEPTH_EVERY_MS;
    const mid = options.mid ?? 6_183_763;
    for (let i = 0; i < LEVELS_AT_START; i++) {
      this.#books.bids.set(mid - i * (1 + this.#random.below(3)), this.#size());
      this.#books.asks.set(mid + 1 + i * (1 + this.#random.below(3)), this.#size());
    }
    this.#shownTop = this.#topKey();
  }

  get nowMs(): number {
    return this.#atMs;
  }

  /** The frames of the next `ms`. */
  run(ms: number): readonly GeneratedFrame[] {
    const frames: GeneratedFrame[] = [];
    const endMs = this.#atMs + ms;
    while (this.#atMs < endMs) {
      this.#atMs += STEP_MS;
      const changes = this.#random.below(this.#changesMax + 1);
      for (let i = 0; i < changes; i++) this.#change(frames);
      if (this.#atMs >= this.#nextDepthAtMs) this.#publish(frames);
    }
    return frames;
  }

  /** Nothing happens for `ms`. */
  rest(ms: number): void {
    this.#atMs += ms;
    this.#nextDepthAtMs = this.#atMs + DEPTH_EVERY_MS;
  }

  /** The body of a REST depth answer at this moment. */
  snapshotBody(limit = 1_000): string {
    const levels = (side: 'bids' | 'asks'): string[][] =>
      this.#sorted(side)
        .slice(0, limit)
        .map(([at, size]) => [this.#priceText(at), this.#sizeText(size)]);
    return JSON.stringify({
      lastUpdateId: this.#updateId,
      bids: levels('bids'),
      asks: levels('asks'),
    });
  }

  /** The whole book, at the id that the last depth frame ended with when called right after one. */
  truth(): Truth {
    return {
      updateId: this.#publishedId,
      lastTradeId: this.#tradeId,
      bids: this.#sorted('bids'),
      asks: this.#sorted('asks'),
      counts: { ...this.#counts },
    };
  }

  #change(frames: GeneratedFrame[]): void {
    const side = this.#random.chance(0.5) ? 'bids' : 'asks';
    const best = this.#best(side);
    if (this.#random.chance(this.#tradeShare)) {
      this.#trade(side, best, frames);
    } else {
      const away = Math.floor(this.#random.exponential(20));
      const other = this.#best(side === 'bids' ? 'asks' : 'bids');
      const inside = this.#random.chance(0.1) && Math.abs(other - best) > 1 ? 1 : -away;
      const at = side === 'bids' ? best + inside : best - inside;
      const isLast = this.#books[side].size < LEVELS_MIN;
      this.#set(side, at, this.#random.chance(0.4) && !isLast ? 0 : this.#size());
    }
    this.#showTop(frames);
  }

  #trade(side: 'bids' | 'asks', at: number, frames: GeneratedFrame[]): void {
    const resting = this.#books[side].get(at) ?? 0;
    const takes = this.#random.chance(0.3) && this.#books[side].size > LEVELS_MIN;
    const size = takes ? resting : Math.max(1, Math.floor(resting * this.#random.float()));
    this.#tradeId += 1;
    this.#set(side, at, resting - size);
    const data = {
      e: 'trade',
      E: this.#eventMs(),
      s: this.#instrument.venueSymbol,
      t: this.#tradeId,
      p: this.#priceText(at),
      q: this.#sizeText(size),
      T: this.#eventMs(),
      m: side === 'bids',
      M: true,
    };
    this.#push(frames, 'trade', '@trade', data);
  }

  #showTop(frames: GeneratedFrame[]): void {
    const key = this.#topKey();
    if (key === this.#shownTop) return;
    this.#shownTop = key;
    const bid = this.#best('bids');
    const ask = this.#best('asks');
    this.#push(frames, 'top', '@bookTicker', {
      u: this.#updateId,
      s: this.#instrument.venueSymbol,
      b: this.#priceText(bid),
      B: this.#sizeText(this.#books.bids.get(bid) ?? 0),
      a: this.#priceText(ask),
      A: this.#sizeText(this.#books.asks.get(ask) ?? 0),
    });
  }

  #publish(frames: GeneratedFrame[]): void {
    this.#nextDepthAtMs += DEPTH_EVERY_MS;
    if (this.#updateId === this.#publishedId) return;
    const levels = (side: 'bids' | 'asks'): string[][] =>
      [...this.#changed[side]].map((at) => [
        this.#priceText(at),
        this.#sizeText(this.#books[side].get(at) ?? 0),
      ]);
    const data = {
      e: 'depthUpdate',
      E: this.#eventMs(),
      s: this.#instrument.venueSymbol,
      U: this.#publishedId + 1,
      u: this.#updateId,
      b: levels('bids'),
      a: levels('asks'),
    };
    this.#publishedId = this.#updateId;
    this.#changed.bids.clear();
    this.#changed.asks.clear();
    this.#push(frames, 'depth', '@depth@100ms', data);
  }

  #push(frames: GeneratedFrame[], kind: FrameKind, suffix: string, data: object): void {
    this.#counts[kind] += 1;
    const text = `{"stream":"${this.#stream}${suffix}","data":${JSON.stringify(data)}}`;
    frames.push({ atMs: this.#atMs, kind, text });
  }

  #set(side: 'bids' | 'asks', at: number, size: number): void {
    if (size <= 0) this.#books[side].delete(at);
    else this.#books[side].set(at, size);
    this.#changed[side].add(at);
    this.#updateId += 1;
  }

  #best(side: 'bids' | 'asks'): number {
    const prices = this.#books[side].keys();
    let best = side === 'bids' ? 0 : Number.MAX_SAFE_INTEGER;
    for (const at of prices) if (side === 'bids' ? at > best : at < best) best = at;
    return best;
  }

  #sorted(side: 'bids' | 'asks'): (readonly [number, number])[] {
    const sign = side === 'bids' ? -1 : 1;
    return [...this.#books[side]].sort(([a], [b]) => (a - b) * sign);
  }

  #topKey(): string {
    const bid = this.#best('bids');
    const ask = this.#best('asks');
    return `${bid} ${this.#books.bids.get(bid)} ${ask} ${this.#books.asks.get(ask)}`;
  }

  #eventMs(): number {
    return Math.floor(this.#atMs);
  }
  #size(): number {
    return 1 + Math.floor(this.#random.exponential(40_000));
  }
  #priceText(ticks: number): string {
    return this.#eight(ticks, this.#instrument.tickDecimals);
  }
  #sizeText(size: number): string {
    return this.#eight(size, this.#instrument.lotDecimals);
  }
  /** The venue writes eight decimals whatever the grid. */
  #eight(steps: number, decimals: number): string {
    return formatFixed(BigInt(steps) * 10n ** BigInt(8 - decimals), 8);
  }
}
