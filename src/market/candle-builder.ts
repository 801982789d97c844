import type { Candle, Trade } from '../domain/market.ts';
import { lots, type Price, price, type UnixMs, unixMs } from '../domain/units.ts';

/** A silence of more bars than this is not told bar by bar: the builder starts anew. */
const EMPTY_BARS_MAX = 1_500;

/** `null`: no bar is running. */
export interface CandleBuilderState {
  readonly openAtMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: Price | null;
  readonly volume: number;
  readonly tradeCount: number;
  readonly tainted: boolean;
  readonly missedUntilMs: number;
}

/**
 * Bars of one length from trades, on the venue's clock. A bar without trades repeats the last close
 * with volume 0. Our first bar, and each during which trades may be missing, is tainted.
 */
export class CandleBuilder {
  readonly intervalMs: number;
  #openAtMs = -1;
  #open = 0;
  #high = 0;
  #low = 0;
  #close: Price | undefined;
  #volume = 0;
  #tradeCount = 0;
  #tainted = true;
  #missedUntilMs = 0;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** Trades of before `untilMs` may be missing: from the running bar, and from all up to the one that `untilMs` lies in. Venue clock. */
  taint(untilMs: number): void {
    this.#tainted = true;
    this.#missedUntilMs = Math.max(this.#missedUntilMs, untilMs);
  }

  /** The oldest bar that ended by `venueNowMs`, once; call until `undefined`. */
  closeNext(venueNowMs: number): Candle | undefined {
    if (this.#close === undefined) return undefined;
    if (venueNowMs < this.#openAtMs + this.intervalMs) return undefined;
    const candle = this.#current(this.#close);
    if (venueNowMs - this.#openAtMs > EMPTY_BARS_MAX * this.intervalMs) this.#close = undefined;
    else {
      const openAtMs = this.#openAtMs + this.intervalMs;
      this.#startBar(openAtMs, this.#close, this.#missedUntilMs >= openAtMs);
    }
    return candle;
  }

  /** Ends the running bar, whatever the time is; the next trade begins anew. `undefined`: none ran. */
  breakOff(): Candle | undefined {
    this.#missedUntilMs = 0;
    if (this.#close === undefined) return undefined;
    const candle = { ...this.#current(this.#close), tainted: true };
    this.#close = undefined;
    return candle;
  }

  /** Call after `closeNext(trade.tradedAtMs)` is exhausted. False: too late, its bar is closed. */
  onTrade(trade: Trade): boolean {
    if (this.#close === undefined) {
      const openAtMs = Math.floor(trade.tradedAtMs / this.intervalMs) * this.intervalMs;
      this.#startBar(openAtMs, trade.price, true);
    }
    if (trade.tradedAtMs < this.#openAtMs) {
      this.#tainted = true;
      return false;
    }
    if (this.#tradeCount === 0) {
      this.#open = trade.price;
      this.#high = trade.price;
      this.#low = trade.price;
    }
    if (trade.price > this.#high) this.#high = trade.price;
    if (trade.price < this.#low) this.#low = trade.price;
    this.#close = trade.price;
    this.#volume += trade.quantity;
    this.#tradeCount += 1;
    return true;
  }

  save(): CandleBuilderState {
    return {
      openAtMs: this.#openAtMs,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close ?? null,
      volume: this.#volume,
      tradeCount: this.#tradeCount,
      tainted: this.#tainted,
      missedUntilMs: this.#missedUntilMs,
    };
  }
  load(state: CandleBuilderState): void {
    this.#openAtMs = state.openAtMs;
    this.#open = state.open;
    this.#high = state.high;
    this.#low = state.low;
    this.#close = state.close ?? undefined;
    this.#volume = state.volume;
    this.#tradeCount = state.tradeCount;
    this.#tainted = state.tainted;
    this.#missedUntilMs = state.missedUntilMs;
  }

  #startBar(openAtMs: number, at: Price, tainted: boolean): void {
    this.#openAtMs = openAtMs;
    this.#open = at;
    this.#high = at;
    this.#low = at;
    this.#close = at;
    this.#volume = 0;
    this.#tradeCount = 0;
    this.#tainted = tainted;
  }

  #current(close: Price): Candle {
    const openAtMs: UnixMs = unixMs(this.#openAtMs);
    return {
      openAtMs,
      intervalMs: this.intervalMs,
      open: price(this.#open),
      high: price(this.#high),
      low: price(this.#low),
      close,
      volume: lots(this.#volume),
      tradeCount: this.#tradeCount,
      tainted: this.#tainted,
    };
  }
}
