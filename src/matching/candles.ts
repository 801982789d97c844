/** Trades into candles: 1s and 1m directly, everything longer from closed minutes. */
import { BoundedList } from '../domain/bounded.ts';
import type { CandleInterval, CandleView } from './candle-view.ts';
import type { TradeView } from './happening.ts';
import type { E8 } from './scale.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** 1970-01-05 was a Monday; weeks start on Mondays. */
const FIRST_MONDAY = 4 * DAY;
/** A day of minutes and a little, so that the 24 h view is whole. */
const KEPT = 1_500;

// biome-ignore format: a table
export const INTERVAL_MS: Readonly<Record<CandleInterval, number>> = {
  '1s': SECOND, '1m': MINUTE, '3m': 3 * MINUTE, '5m': 5 * MINUTE, '15m': 15 * MINUTE,
  '30m': 30 * MINUTE, '1h': HOUR, '2h': 2 * HOUR, '4h': 4 * HOUR, '6h': 6 * HOUR, '8h': 8 * HOUR,
  '12h': 12 * HOUR, '1d': DAY, '3d': 3 * DAY, '1w': WEEK,
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function openAt(atMs: number, intervalMs: number): number {
  const offset = intervalMs === WEEK ? FIRST_MONDAY : 0;
  return Math.floor((atMs - offset) / intervalMs) * intervalMs + offset;
}

function flat(openAtMs: number, intervalMs: number, price: E8): Mutable<CandleView> {
  return {
    openAtMs,
    closeAtMs: openAtMs + intervalMs - 1,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0n,
    quoteVolume: 0n,
    tradeCount: 0,
    takerBuyVolume: 0n,
    takerBuyQuote: 0n,
    firstTradeId: -1,
    lastTradeId: -1,
  };
}

function addTrade(candle: Mutable<CandleView>, trade: TradeView): void {
  const quantity = BigInt(trade.quantity);
  if (candle.tradeCount === 0) {
    candle.open = trade.price;
    candle.high = trade.price;
    candle.low = trade.price;
    candle.firstTradeId = trade.tradeId;
  }
  if (trade.price > candle.high) candle.high = trade.price;
  if (trade.price < candle.low) candle.low = trade.price;
  candle.close = trade.price;
  candle.volume += quantity;
  candle.quoteVolume += trade.quote;
  candle.tradeCount += 1;
  candle.lastTradeId = trade.tradeId;
  if (!trade.buyerIsMaker) {
    candle.takerBuyVolume += quantity;
    candle.takerBuyQuote += trade.quote;
  }
}

function addCandle(into: Mutable<CandleView>, part: CandleView): void {
  if (part.high > into.high) into.high = part.high;
  if (part.low < into.low) into.low = part.low;
  into.close = part.close;
  into.volume += part.volume;
  into.quoteVolume += part.quoteVolume;
  into.tradeCount += part.tradeCount;
  into.takerBuyVolume += part.takerBuyVolume;
  into.takerBuyQuote += part.takerBuyQuote;
  if (part.firstTradeId >= 0) {
    if (into.firstTradeId < 0) into.firstTradeId = part.firstTradeId;
    into.lastTradeId = part.lastTradeId;
  }
}

/** One interval: closed candles and the open one. */
class Series {
  readonly intervalMs: number;
  readonly #closed = new BoundedList<CandleView>('matching.candles', KEPT, 'dropOldest');
  readonly #onClosed: (candle: CandleView) => void;
  #open: Mutable<CandleView> | undefined;

  constructor(intervalMs: number, onClosed: (candle: CandleView) => void) {
    this.intervalMs = intervalMs;
    this.#onClosed = onClosed;
  }

  /** Closes what has ended by `atMs`; minutes without a trade become flat candles. */
  roll(atMs: number): void {
    const now = openAt(atMs, this.intervalMs);
    while (this.#open && this.#open.openAtMs < now) {
      const ended = this.#open;
      this.#closed.push(ended);
      this.#onClosed(ended);
      // After a silence longer than all we keep, the oldest flat candles would be dropped anyway.
      const next = Math.max(ended.openAtMs + this.intervalMs, now - KEPT * this.intervalMs);
      this.#open = flat(next, this.intervalMs, ended.close);
    }
  }

  add(trade: TradeView): void {
    this.roll(trade.atMs);
    this.#open ??= flat(openAt(trade.atMs, this.intervalMs), this.intervalMs, trade.price);
    addTrade(this.#open, trade);
  }

  /** A candle of the past, newer than all so far; only before the first trade. */
  addClosed(candle: CandleView): void {
    this.#closed.push(candle);
    this.#onClosed(candle);
  }

  fold(part: CandleView): void {
    this.roll(part.openAtMs);
    const at = openAt(part.openAtMs, this.intervalMs);
    if (this.#open === undefined) {
      this.#open = { ...part, openAtMs: at, closeAtMs: at + this.intervalMs - 1 };
    } else if (this.#open.tradeCount === 0 && part.tradeCount > 0) {
      this.#open = {
        ...part,
        openAtMs: at,
        closeAtMs: at + this.intervalMs - 1,
      };
    } else addCandle(this.#open, part);
  }

  /** Copies, oldest first, with what `rest` (newer parts not folded yet) adds at the end. */
  views(rest: CandleView | undefined): CandleView[] {
    const views: CandleView[] = [...this.#closed];
    if (this.#open) views.push({ ...this.#open });
    if (rest) mergeLast(views, rest, this.intervalMs);
    return views;
  }

  get open(): CandleView | undefined {
    return this.#open;
  }

  newest(count: number): CandleView[] {
    const newest: CandleView[] = this.#open ? [this.#open] : [];
    for (let i = 1; newest.length < count; i++) {
      if (i > this.#closed.size) break;
      const candle = this.#closed.at(-i);
      if (candle) newest.unshift(candle);
    }
    return newest;
  }
}

function mergeLast(views: CandleView[], rest: CandleView, intervalMs: number): void {
  const at = openAt(rest.openAtMs, intervalMs);
  const last = views[views.length - 1];
  if (last?.openAtMs !== at) {
    views.push({ ...rest, openAtMs: at, closeAtMs: at + intervalMs - 1 });
    return;
  }
  const merged = { ...last };
  addCandle(merged, rest);
  views[views.length - 1] = merged;
}

/** All intervals of one symbol. */
export class Candles {
  readonly #longer: Series[] = [];
  readonly #minutes: Series;
  readonly #seconds = new Series(SECOND, () => {});

  constructor() {
    for (const intervalMs of Object.values(INTERVAL_MS)) {
      if (intervalMs > MINUTE) this.#longer.push(new Series(intervalMs, () => {}));
    }
    this.#minutes = new Series(MINUTE, (minute) => {
      for (const series of this.#longer) series.fold(minute);
    });
  }

  add(trade: TradeView): void {
    this.#seconds.add(trade);
    this.#minutes.add(trade);
  }

  /** Minutes from before the first trade, oldest first. */
  addHistory(minutes: readonly CandleView[]): void {
    for (const minute of minutes) this.#minutes.addClosed(minute);
  }

  /** Closes candles whose time is over although nothing traded. */
  roll(atMs: number): void {
    this.#seconds.roll(atMs);
    this.#minutes.roll(atMs);
  }

  views(interval: CandleInterval): readonly CandleView[] {
    if (interval === '1s') return this.#seconds.views(undefined);
    if (interval === '1m') return this.#minutes.views(undefined);
    const intervalMs = INTERVAL_MS[interval];
    const series = this.#longer.find((longer) => longer.intervalMs === intervalMs);
    return series?.views(this.#minutes.open) ?? [];
  }

  /** The newest `count` minutes, the open one included. */
  minutes(count: number): readonly CandleView[] {
    return this.#minutes.newest(count);
  }
}
