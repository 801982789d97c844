import type { ExchangeCore } from '../matching/exchange-core.ts';
import type { MarketHappening } from '../matching/happening.ts';
import { toWire } from '../matching/scale.ts';
import { DepthDiffs } from '../matching/wire/depth-diffs.ts';
import { bookTickerFrame, depthFrame, tradeFrame } from '../matching/wire/market-frames.ts';

/** Frames of the market streams of a core, as the real exchange would send them. */
export class MarketStreams {
  readonly #diffs = new Map<string, DepthDiffs>();
  readonly #names = new Map<string, StreamNames>();
  readonly #send: (stream: string, data: string) => void;

  constructor(symbols: readonly string[], send: (stream: string, data: string) => void) {
    this.#send = send;
    for (const symbol of symbols) {
      this.#diffs.set(symbol, new DepthDiffs());
      this.#names.set(symbol, streamNames(symbol));
    }
  }

  /** `skewMs`: how far the venue's clock has jumped; the core, which stamps trades, does not jump. */
  onHappening(happening: MarketHappening, nowMs: number, skewMs: number): void {
    switch (happening.type) {
      case 'traded': {
        const names = this.#names.get(happening.symbol);
        if (names === undefined) return;
        const trade = { ...happening.trade, atMs: happening.trade.atMs + skewMs };
        this.#send(names.trade, tradeFrame(trade, nowMs));
        return;
      }
      case 'topChanged': {
        const names = this.#names.get(happening.symbol);
        if (names !== undefined) this.#send(names.top, bookTickerFrame(happening));
        return;
      }
      case 'levelChanged':
        this.#diffs.get(happening.symbol)?.add(happening);
        return;
      default:
        return;
    }
  }

  /** The changed levels since the last time, as one event. */
  flushDepth(symbol: string, nowMs: number): void {
    const range = this.#diffs.get(symbol)?.take();
    const names = this.#names.get(symbol);
    if (range !== undefined && names !== undefined) {
      this.#send(names.depth, depthFrame(symbol, range, nowMs));
    }
  }
}

interface StreamNames {
  readonly trade: string;
  readonly top: string;
  readonly depth: string;
}

function streamNames(symbol: string): StreamNames {
  const base = symbol.toLowerCase();
  return { trade: `${base}@trade`, top: `${base}@bookTicker`, depth: `${base}@depth@100ms` };
}

/** The body of a REST depth answer. */
export function describeDepth(core: ExchangeCore, symbol: string, limit: number): unknown {
  const book = core.depth(symbol, limit);
  const texts = (levels: readonly (readonly [number, number])[] = []) =>
    levels.map(([price, quantity]) => [toWire(price), toWire(quantity)]);
  return {
    lastUpdateId: book?.lastUpdateId ?? 0,
    bids: texts(book?.bids),
    asks: texts(book?.asks),
  };
}
