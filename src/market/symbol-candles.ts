import type { Trade } from '../domain/market.ts';
import { inPairs } from '../domain/pairs.ts';
import { CandleBuilder, type CandleBuilderState } from './candle-builder.ts';
import type { MarketSink } from './feed-views.ts';

/** The bars of one symbol, of every length that is wanted. */
export class SymbolCandles {
  readonly #index: number;
  readonly #builders: readonly CandleBuilder[];

  /** `index`: the instrument's. */
  constructor(intervalsMs: readonly number[], index: number) {
    this.#index = index;
    this.#builders = intervalsMs.map((ms) => new CandleBuilder(ms));
  }

  /** A trade may be missing from the bars that run. */
  taint(): void {
    for (const builder of this.#builders) builder.taint();
  }

  /**
   * Trades up to one that was traded at this moment of the venue are missing: from the bar that runs as well as from
   * the one that this trade lies in.
   */
  onMissed(tradedAtMs: number, isLive: boolean, sink: MarketSink): void {
    this.taint();
    this.onTime(tradedAtMs, isLive, sink);
    this.taint();
  }

  /** `isLive`: trades are heard; while they are not, every bar that begins misses some. */
  onTrade(trade: Trade, isLive: boolean, sink: MarketSink): void {
    for (const builder of this.#builders) {
      this.#close(builder, trade.tradedAtMs, isLive, sink);
      builder.onTrade(trade);
    }
  }

  /** Bars are closed by the clock where no trade closes them. */
  onTime(venueNowMs: number, isLive: boolean, sink: MarketSink): void {
    for (const builder of this.#builders) this.#close(builder, venueNowMs, isLive, sink);
  }

  #close(builder: CandleBuilder, venueNowMs: number, isLive: boolean, sink: MarketSink): void {
    let candle = builder.closeNext(venueNowMs);
    while (candle !== undefined) {
      sink.onCandle(this.#index, candle);
      if (!isLive) builder.taint();
      candle = builder.closeNext(venueNowMs);
    }
  }

  /** By the lengths. */
  save(): readonly CandleBuilderState[] {
    return this.#builders.map((builder) => builder.save());
  }
  load(state: readonly CandleBuilderState[]): void {
    for (const [builder, saved] of inPairs(this.#builders, state)) builder.load(saved);
  }
}
