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

  /** Trades may be missing from the bars that run, and from those that this moment of the venue lies in. */
  taint(untilMs: number): void {
    for (const builder of this.#builders) builder.taint(untilMs);
  }

  onTrade(trade: Trade, sink: MarketSink): void {
    for (const builder of this.#builders) {
      this.#close(builder, trade.tradedAtMs, sink);
      builder.onTrade(trade);
    }
  }

  /** Bars are closed by the clock where no trade closes them. */
  onTime(venueNowMs: number, sink: MarketSink): void {
    for (const builder of this.#builders) this.#close(builder, venueNowMs, sink);
  }

  #close(builder: CandleBuilder, venueNowMs: number, sink: MarketSink): void {
    let candle = builder.closeNext(venueNowMs);
    while (candle !== undefined) {
      sink.onCandle(this.#index, candle);
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
