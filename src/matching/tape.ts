/** What one symbol has traded: the latest trades, candles, averages. */
import { BoundedList } from '../domain/bounded.ts';
import type { DayView } from './candle-view.ts';
import { Candles } from './candles.ts';
import type { AggregateTradeView, TradeView } from './happening.ts';
import type { E8 } from './scale.ts';

/** More than the 1,000 a client may ask for at once. */
const TRADES_KEPT = 5_000;
/** The window of the average price, in minutes. */
export const AVERAGE_MINS = 5;
const DAY_MINS = 1_440;
const DAY_MS = DAY_MINS * 60_000;
const ONE_BIG = 100_000_000n;

export class Tape {
  readonly trades = new BoundedList<TradeView>('matching.trades', TRADES_KEPT, 'dropOldest');
  readonly aggregates = new BoundedList<AggregateTradeView>(
    'matching.aggregates',
    TRADES_KEPT,
    'dropOldest',
  );
  readonly candles = new Candles();
  #last: TradeView | undefined;
  /** The five-minute average is asked with every order; it is worked out once per trade at most. */
  #average: E8 | undefined;
  #isAverageFresh = false;

  add(trade: TradeView): void {
    this.#last = trade;
    this.#isAverageFresh = false;
    this.trades.push(trade);
    this.candles.add(trade);
  }

  roll(atMs: number): void {
    this.#isAverageFresh = false;
    this.candles.roll(atMs);
  }

  /** The last trade of an earlier run: its price is the last price until somebody trades. */
  continueAfter(lastTrade: TradeView): void {
    this.#last = lastTrade;
    this.#isAverageFresh = false;
  }

  get lastTrade(): TradeView | undefined {
    return this.#last;
  }

  get lastPrice(): E8 | undefined {
    return this.#last?.price;
  }

  get lastAtMs(): number {
    return this.#last?.atMs ?? 0;
  }

  /** Volume-weighted over the last five minutes by candle, else the last price; `undefined` before the first trade. */
  averagePrice(): E8 | undefined {
    if (!this.#isAverageFresh) {
      this.#average = this.#weighAverage();
      this.#isAverageFresh = true;
    }
    return this.#average;
  }

  day(nowMs: number): DayView | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    this.roll(nowMs);
    const minutes = this.candles.minutes(DAY_MINS);
    const traded = minutes.filter((minute) => minute.tradeCount > 0);
    const first = traded[0] ?? minutes[0];
    return {
      openAtMs: nowMs - DAY_MS,
      closeAtMs: nowMs,
      open: first?.open ?? last.price,
      high: minutes.reduce((high, minute) => Math.max(high, minute.high), 0),
      low: minutes.reduce((low, minute) => Math.min(low, minute.low), Number.MAX_SAFE_INTEGER),
      last: last.price,
      lastQuantity: last.quantity,
      volume: minutes.reduce((sum, minute) => sum + minute.volume, 0n),
      quoteVolume: minutes.reduce((sum, minute) => sum + minute.quoteVolume, 0n),
      tradeCount: minutes.reduce((sum, minute) => sum + minute.tradeCount, 0),
      firstTradeId: first?.firstTradeId ?? -1,
      lastTradeId: last.tradeId,
    };
  }

  #weighAverage(): E8 | undefined {
    let volume = 0n;
    let quote = 0n;
    for (const minute of this.candles.minutes(AVERAGE_MINS)) {
      volume += minute.volume;
      quote += minute.quoteVolume;
    }
    return volume === 0n ? this.lastPrice : Number((quote * ONE_BIG) / volume);
  }
}
