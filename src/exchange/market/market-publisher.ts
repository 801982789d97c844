import type { ExchangeCore } from '../../matching/exchange-core.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import { DepthDiffs } from '../../matching/wire/depth-diffs.ts';
import {
  aggregateTradeFrame,
  bookTickerFrame,
  depthFrame,
  miniTickerFrame,
  partialDepthFrame,
  tickerFrame,
  tradeFrame,
} from '../../matching/wire/market-frames.ts';
import { KlineStreams } from './kline-streams.ts';
import type { StreamHub } from './stream-hub.ts';

const PARTIAL_DEPTHS = [5, 10, 20] as const;

/** Turns what happens in the core into the frames of the market streams. */
export class MarketPublisher {
  readonly #core: ExchangeCore;
  readonly #hub: StreamHub;
  readonly #nowMs: () => number;
  readonly #skewMs: () => number;
  readonly #symbols: readonly string[];
  readonly #klines: KlineStreams;
  readonly #fast = new Map<string, DepthDiffs>();
  readonly #slow = new Map<string, DepthDiffs>();
  readonly #lastPartial = new Map<string, number>();
  readonly #quiet: (stream: string) => boolean;

  /**
   * `nowMs` is the clock that events are stamped with, `skewMs` what of it the core's own clock, which
   * stamps trades, does not know. `quiet` names streams that come from elsewhere: a recording brings its own.
   */
  constructor(about: {
    readonly core: ExchangeCore;
    readonly hub: StreamHub;
    readonly nowMs: () => number;
    readonly skewMs: () => number;
    readonly quiet: (stream: string) => boolean;
  }) {
    this.#core = about.core;
    this.#hub = about.hub;
    this.#nowMs = about.nowMs;
    this.#skewMs = about.skewMs;
    this.#quiet = about.quiet;
    this.#symbols = about.core.symbols().map(({ symbol }) => symbol);
    for (const symbol of this.#symbols) {
      this.#fast.set(symbol, new DepthDiffs());
      this.#slow.set(symbol, new DepthDiffs());
    }
    this.#klines = new KlineStreams(about.core, about.nowMs, (stream, symbol, frame) =>
      this.#publish(stream, symbol, frame),
    );
  }

  /** Everything that goes out at once: trades and best prices. Levels wait for `every100Ms`. */
  onHappening(happening: MarketHappening): void {
    switch (happening.type) {
      case 'traded':
        this.#publishLazily(happening.symbol, 'trade', () =>
          tradeFrame(this.#stamp(happening.trade), this.#nowMs()),
        );
        return;
      case 'aggregateTraded':
        this.#publishLazily(happening.symbol, 'aggTrade', () =>
          aggregateTradeFrame(this.#stamp(happening.aggregate), this.#nowMs()),
        );
        return;
      case 'topChanged':
        this.#publishLazily(happening.symbol, 'bookTicker', () => bookTickerFrame(happening));
        return;
      case 'levelChanged':
        this.#fast.get(happening.symbol)?.add(happening);
        this.#slow.get(happening.symbol)?.add(happening);
        return;
      default:
        return;
    }
  }

  /** A venue whose clock is wrong stamps its trades wrong, too. */
  #stamp<Traded extends { readonly atMs: number }>(traded: Traded): Traded {
    const skewMs = this.#skewMs();
    return skewMs === 0 ? traded : { ...traded, atMs: traded.atMs + skewMs };
  }

  every100Ms(): void {
    for (const symbol of this.#symbols) {
      this.flushFastDepth(symbol);
      this.#publishPartials(symbol, '@100ms');
    }
  }

  every1000Ms(): void {
    for (const symbol of this.#symbols) {
      this.#flush(symbol, 'depth', this.#slow.get(symbol));
      this.#publishPartials(symbol, '');
    }
    this.#publishTickers();
    this.#klines.everySecond(this.#hub.streams);
  }

  /** Sends the pending depth event early, so that the id of a REST snapshot is the end of a published event. */
  flushFastDepth(symbol: string): void {
    this.#flush(symbol, 'depth@100ms', this.#fast.get(symbol));
  }

  #flush(symbol: string, kind: string, diffs: DepthDiffs | undefined): void {
    const range = diffs?.take();
    if (range === undefined) return;
    this.#publishLazily(symbol, kind, () => depthFrame(symbol, range, this.#nowMs()));
  }

  #publishPartials(symbol: string, cadence: '' | '@100ms'): void {
    for (const levels of PARTIAL_DEPTHS) {
      const stream = `${symbol.toLowerCase()}@depth${levels}${cadence}`;
      if (!this.#hub.isHeard(stream)) continue;
      const book = this.#core.depth(symbol, levels);
      if (book === undefined || this.#lastPartial.get(stream) === book.lastUpdateId) continue;
      this.#lastPartial.set(stream, book.lastUpdateId);
      this.#publish(stream, symbol, partialDepthFrame(book));
    }
  }

  #publishTickers(): void {
    const wantsAll = this.#hub.isHeard('!miniTicker@arr');
    const all: string[] = [];
    for (const symbol of this.#symbols) {
      const name = symbol.toLowerCase();
      const wantsOwn = ['miniTicker', 'ticker'].some((kind) =>
        this.#hub.isHeard(`${name}@${kind}`),
      );
      if (!wantsAll && !wantsOwn) continue;
      const day = this.#core.day(symbol);
      if (day === undefined || day.tradeCount === 0) continue;
      const frame = miniTickerFrame(symbol, day, this.#nowMs());
      all.push(frame);
      this.#publish(`${name}@miniTicker`, symbol, frame);
      this.#publishLazily(symbol, 'ticker', () =>
        tickerFrame(symbol, day, this.#core.top(symbol), this.#nowMs()),
      );
    }
    if (wantsAll && all.length > 0) this.#publish('!miniTicker@arr', '', `[${all.join(',')}]`);
  }

  #publishLazily(symbol: string, kind: string, frame: () => string): void {
    const stream = `${symbol.toLowerCase()}@${kind}`;
    if (this.#hub.isHeard(stream)) this.#publish(stream, symbol, frame());
  }

  #publish(stream: string, symbol: string, frame: string): void {
    if (!this.#quiet(stream)) this.#hub.publish(stream, symbol, frame);
  }
}
