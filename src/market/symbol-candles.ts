import type { Trade } from '../domain/market.ts';
import { inPairs } from '../domain/pairs.ts';
import { CandleBuilder, type CandleBuilderState } from './candle-builder.ts';
import type { MarketSink } from './feed-views.ts';

/** A look that comes so long after the last one comes late: what waited meanwhile comes behind it. */
const PAUSE_MS_MIN = 1_000;
/** A clock that moves so far from one look to the next was measured wrong before, or is now. */
const MOVED_MS_MIN = 30_000;

/** `null`: never looked at. */
export interface SymbolCandlesState {
  readonly builders: readonly CandleBuilderState[];
  readonly lookedAtMs: number | null;
  readonly heldUntilMs: number;
}

/** The bars of one symbol, of every length that is wanted. */
export class SymbolCandles {
  readonly #index: number;
  readonly #builders: readonly CandleBuilder[];
  readonly #graceMs: number;
  #lookedAtMs: number | undefined;
  #heldUntilMs = 0;

  /** `index`: the instrument's; `graceMs`: the clock closes a bar so long after its end. */
  constructor(intervalsMs: readonly number[], index: number, graceMs: number) {
    this.#index = index;
    this.#graceMs = graceMs;
    this.#builders = intervalsMs.map((ms) => new CandleBuilder(ms));
  }

  /** Trades may be missing from the bars that run, and from those that this moment of the venue lies in. */
  taint(untilMs: number): void {
    for (const builder of this.#builders) builder.taint(untilMs);
  }

  onTrade(trade: Trade, sink: MarketSink): void {
    const aheadMs = trade.tradedAtMs - (this.#lookedAtMs ?? trade.tradedAtMs);
    if (aheadMs >= MOVED_MS_MIN) this.#breakOff(aheadMs, sink);
    for (const builder of this.#builders) {
      this.#close(builder, trade.tradedAtMs, sink);
      builder.onTrade(trade);
    }
  }

  /**
   * Bars are closed by the clock where no trade closes them. After a pause of ours the trades of it are still on
   * their way: they close first. A clock that moved by more than a pause says that the bars lie in a wrong time.
   */
  onTime(venueNowMs: number, sink: MarketSink): void {
    const passedMs = venueNowMs - (this.#lookedAtMs ?? venueNowMs);
    this.#lookedAtMs = venueNowMs;
    if (Math.abs(passedMs) >= MOVED_MS_MIN) this.#breakOff(Math.abs(passedMs), sink);
    // A pause behind a pause is our pace: what waited for the first one has come.
    const isLate = passedMs > PAUSE_MS_MIN && this.#heldUntilMs === 0;
    if (isLate) this.#heldUntilMs = venueNowMs + PAUSE_MS_MIN;
    if (venueNowMs < this.#heldUntilMs) return;
    this.#heldUntilMs = 0;
    for (const builder of this.#builders) this.#close(builder, venueNowMs - this.#graceMs, sink);
  }

  /** Nobody knows the time of the venue: bars that run end here, and the next ones begin with their first trade. */
  breakOff(sink: MarketSink): void {
    this.#lookedAtMs = undefined;
    this.#heldUntilMs = 0;
    this.#breakOff(Number.POSITIVE_INFINITY, sink);
  }

  /** A bar longer than the step may still be the one that runs. */
  #breakOff(movedMs: number, sink: MarketSink): void {
    for (const builder of this.#builders) {
      const candle = movedMs < builder.intervalMs ? undefined : builder.breakOff();
      if (candle !== undefined) sink.onCandle(this.#index, candle);
    }
  }

  #close(builder: CandleBuilder, venueNowMs: number, sink: MarketSink): void {
    let candle = builder.closeNext(venueNowMs);
    while (candle !== undefined) {
      sink.onCandle(this.#index, candle);
      candle = builder.closeNext(venueNowMs);
    }
  }

  save(): SymbolCandlesState {
    return {
      builders: this.#builders.map((builder) => builder.save()),
      lookedAtMs: this.#lookedAtMs ?? null,
      heldUntilMs: this.#heldUntilMs,
    };
  }
  load(state: SymbolCandlesState): void {
    for (const [builder, saved] of inPairs(this.#builders, state.builders)) builder.load(saved);
    this.#lookedAtMs = state.lookedAtMs ?? undefined;
    this.#heldUntilMs = state.heldUntilMs;
  }
}
