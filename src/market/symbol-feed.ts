import type { Instrument } from '../domain/instrument.ts';
import type {
  DataRejection,
  DepthDiff,
  DepthSnapshot,
  InvalidFrame,
  TopOfBook,
  Trade,
} from '../domain/market.ts';
import type { UnixMs } from '../domain/units.ts';
import type { Answered } from '../domain/venue.ts';
import { hasPrices, topOfBook } from './best-levels.ts';
import { BookKeeper, type BookKeeperState } from './book-keeper.ts';
import { toVenueTime } from './clock-offset.ts';
import { DOUBTED_TIME_EVERY_MS, type FeedContext } from './feed-context.ts';
import type { MarketSink } from './feed-views.ts';
import { SymbolFreshness, type SymbolFreshnessState } from './freshness.ts';
import { PriceCollar, type PriceCollarState } from './price-collar.ts';
import { SymbolCandles, type SymbolCandlesState } from './symbol-candles.ts';
import { TradePace, type TradePaceState } from './trade-pace.ts';

/** While events come late, the venue is asked for its time so often. */
const LATE_TIME_EVERY_MS = 2_000;

/** `null`: not yet. */
export interface SymbolFeedState {
  readonly keeper: BookKeeperState;
  readonly freshness: SymbolFreshnessState;
  readonly collar: PriceCollarState;
  readonly top: TopOfBook | null;
  readonly isLive: boolean;
  readonly resubscribedAtMs: UnixMs | null;
  readonly isOwed: boolean;
  readonly isDoubled: boolean;
  /** By the intervals of the limits. */
  readonly candles: SymbolCandlesState;
  readonly topId: number;
  readonly tradeId: number;
  readonly tradePace: TradePaceState;
}

/** One symbol: what its streams say, what of it is believed, and how fresh it is. */
export class SymbolFeed {
  readonly instrument: Instrument;
  readonly keeper: BookKeeper;
  readonly freshness: SymbolFreshness;
  readonly collar: PriceCollar;
  readonly #candles: SymbolCandles;
  /** The last believed best bid and ask. */
  top: TopOfBook | undefined;
  /** The streams are acknowledged on an open socket. */
  isLive = false;
  resubscribedAtMs: UnixMs | undefined;
  /** Two sockets carry the symbol: repeats are expected. */
  isDoubled = false;
  readonly #context: FeedContext;
  readonly #index: number;
  #topId = 0;
  #tradeId = 0;
  readonly #tradePace = new TradePace();
  /** Nobody has heard of `top` since somebody could act upon it. */
  #isOwed = false;

  constructor(instrument: Instrument, context: FeedContext) {
    this.instrument = instrument;
    this.#index = instrument.index;
    this.#context = context;
    this.keeper = new BookKeeper(instrument, context);
    this.freshness = new SymbolFreshness(context.limits);
    this.collar = new PriceCollar(context.limits);
    const { candleIntervalsMs, candleGraceMs } = context.limits;
    this.#candles = new SymbolCandles(candleIntervalsMs, instrument.index, candleGraceMs);
  }

  /** The streams were cut: what was known is history. On a new socket even the ids may start anew. */
  onInterrupted(idsContinue: boolean): void {
    this.isLive = false;
    this.#tradePace.onInterrupted();
    if (!idsContinue) {
      this.#topId = 0;
      this.#tradeId = 0;
    }
    this.keeper.restart();
    this.freshness.onInterrupted();
    this.#candles.taint(0);
  }

  /** The streams are acknowledged; from now on nothing may be missed, so a snapshot can be asked for. */
  onSubscribed(atMs: UnixMs): void {
    this.isLive = true;
    // A bar may have begun since the last tick.
    this.#taintUntil(atMs);
    this.keeper.syncNow(atMs);
  }

  /** True when the message was new. */
  onTop(top: TopOfBook, atMs: UnixMs, sink: MarketSink): boolean {
    this.#context.counters.tops += 1;
    if (top.updateId <= this.#topId) return this.#onRepeat(top.updateId, this.#topId, 'top', sink);
    if (top.bidPrice >= top.askPrice) {
      this.freshness.onDoubted(atMs);
      return this.#reject('crossed', `bid ${top.bidPrice} ask ${top.askPrice}`, atMs, sink);
    }
    const verdict = this.collar.judge((top.bidPrice + top.askPrice) / 2);
    this.#topId = top.updateId;
    if (verdict === 'outlier') {
      return this.#reject('outlier', `bid ${top.bidPrice} ask ${top.askPrice}`, atMs, sink);
    }
    if (verdict === 'levelShift') this.#onLevelShift(top.bidPrice, top.askPrice);
    this.top = top;
    this.keeper.onTop(top, atMs);
    this.freshness.onAdvanced(atMs);
    // Behind a silence only once it is known how late it is: whoever acts upon it would be denied, and not asked again.
    if (this.freshness.isHeldBack) this.#isOwed = true;
    else this.#tellTop(atMs, sink);
    return true;
  }

  #tellTop(atMs: UnixMs, sink: MarketSink): void {
    this.#isOwed = !this.#isUsable(atMs);
    sink.onTop(this.#index, atMs);
  }

  /** Nothing may come any more that would make somebody look: a price that could not be used is told when it can. */
  #tellOwed(atMs: UnixMs, sink: MarketSink): void {
    if (this.#isOwed && this.#isUsable(atMs)) this.#tellTop(atMs, sink);
  }

  #isUsable(atMs: UnixMs): boolean {
    return !this.collar.isSuspect && this.freshness.isFresh(atMs, this.isLive);
  }

  #taintUntil(atMs: UnixMs): void {
    const { offsetMs } = this.#context.clock;
    this.#candles.taint(offsetMs === undefined ? 0 : toVenueTime(atMs, offsetMs));
  }

  onTrade(trade: Trade, atMs: UnixMs, sink: MarketSink): boolean {
    const { counters, limits } = this.#context;
    counters.trades += 1;
    const lastId = this.#tradeId;
    if (trade.tradeId <= lastId) return this.#onRepeat(trade.tradeId, lastId, 'trade', sink);
    if (!this.#isPossible(trade.eventAtMs, atMs, sink)) return false;
    if (trade.tradedAtMs > trade.eventAtMs + limits.futureMsMax) {
      return this.#reject('future', `traded after its event: ${trade.tradedAtMs}`, atMs, sink);
    }
    this.#tradeId = trade.tradeId;
    this.#tradePace.onTrade(atMs);
    if (lastId > 0 && trade.tradeId !== lastId + 1) {
      counters.tradeGaps += 1;
      this.#candles.taint(trade.tradedAtMs);
    }
    if (!this.collar.fits(trade.price)) {
      this.#candles.taint(trade.tradedAtMs);
      return this.#reject('outlier', `trade at ${trade.price}`, atMs, sink);
    }
    this.#candles.onTrade(trade, sink);
    sink.onTrade(trade, atMs);
    return true;
  }

  onDiff(diff: DepthDiff, atMs: UnixMs, sink: MarketSink): boolean {
    this.#context.counters.diffs += 1;
    if (!this.#isPossible(diff.eventAtMs, atMs, sink)) {
      this.keeper.onLost(atMs);
      return false;
    }
    // A level between our steps is an old one deep in the book, or garbage: then another level was meant.
    if (diff.offGridCount !== undefined) {
      this.keeper.onLost(atMs);
      return true;
    }
    const outcome = this.keeper.onDiff(diff, this.top, atMs);
    switch (outcome) {
      case 'duplicate':
      case 'outOfOrder':
        return this.#onRepeated(outcome, `depth ${diff.lastUpdateId}`, sink);
      case 'buffered':
      case 'gap':
        if (this.isLive) this.keeper.syncNow(atMs);
        return true;
      case 'covered':
        return true;
      case 'applied':
        // A newer book with the same top proves the top, though its own stream had nothing to say.
        if (!this.freshness.isOffGrid(atMs) && hasPrices(this.keeper.book, this.top))
          this.freshness.onAdvanced(atMs);
        sink.onBook(this.#index, atMs);
        this.#tellOwed(atMs, sink);
        return true;
    }
  }

  /** A frame of this symbol could not be used. */
  onInvalid({ rejection, detail, kind }: InvalidFrame, atMs: UnixMs, sink: MarketSink): void {
    if (rejection === 'offGrid') this.freshness.onOffGrid(atMs);
    else if (kind === 'top') this.freshness.onDoubted(atMs);
    if (kind === 'depth') this.keeper.onLost(atMs);
    this.#reject(rejection, detail, atMs, sink);
  }

  onDepthAnswer(
    requestId: number,
    answer: Answered<DepthSnapshot>,
    atMs: UnixMs,
    sink: MarketSink,
  ): void {
    const result = this.keeper.onAnswer(requestId, answer, this.top, atMs);
    if (result === undefined) return;
    if (result.type === 'confirmed') {
      // Levels between our steps are left out of a snapshot: then it says nothing of the best price.
      this.freshness.onConfirmed(result.askedAtMs, !this.freshness.isOffGrid(atMs));
      if (answer.type === 'value') this.#hearWitness(answer.value, atMs, sink);
      this.#tellOwed(atMs, sink);
      return;
    }
    if (answer.type === 'value') this.#hearWitness(answer.value, atMs, sink);
    // A quiet symbol says nothing until something changes: the snapshot is its first word. It counts
    // as fresh only when its streams bring something or the venue confirms that nothing came since.
    if (this.#topId === 0) this.#startTopFromBook(atMs, sink);
    if (this.keeper.book.isSynced) sink.onBook(this.#index, atMs);
  }

  onTick(atMs: UnixMs, sink: MarketSink): void {
    if (!this.isLive) this.#taintUntil(atMs);
    const { offsetMs } = this.#context.clock;
    // Until the venue's clock is known again, ours says nothing of its bars.
    if (offsetMs === undefined) this.#candles.breakOff(sink);
    else this.#candles.onTime(toVenueTime(atMs, offsetMs), sink);
    this.#tellOwed(atMs, sink);
    if (!this.isLive) return;
    this.keeper.onTick(atMs, this.freshness.wantsConfirmation(atMs));
    if (this.#isTradeSilent(atMs)) this.keeper.trouble = 'tradeSilent';
  }

  save(): SymbolFeedState {
    return {
      keeper: this.keeper.save(),
      freshness: this.freshness.save(),
      collar: this.collar.save(),
      top: this.top ?? null,
      isLive: this.isLive,
      resubscribedAtMs: this.resubscribedAtMs ?? null,
      isDoubled: this.isDoubled,
      candles: this.#candles.save(),
      topId: this.#topId,
      tradeId: this.#tradeId,
      tradePace: this.#tradePace.save(),
      isOwed: this.#isOwed,
    };
  }
  load(state: SymbolFeedState): void {
    this.keeper.load(state.keeper);
    this.freshness.load(state.freshness);
    this.collar.load(state.collar);
    this.top = state.top ?? undefined;
    this.isLive = state.isLive;
    this.resubscribedAtMs = state.resubscribedAtMs ?? undefined;
    this.isDoubled = state.isDoubled;
    this.#candles.load(state.candles);
    this.#topId = state.topId;
    this.#tradeId = state.tradeId;
    this.#tradePace.load(state.tradePace);
    this.#isOwed = state.isOwed;
  }

  #startTopFromBook(atMs: UnixMs, sink: MarketSink): void {
    const top = topOfBook(this.keeper.book, this.#index);
    if (top === undefined) return;
    this.top = top;
    this.#tellTop(atMs, sink);
  }

  /** Far longer without a trade than ever before, though the market moves. */
  #isTradeSilent(atMs: UnixMs): boolean {
    const { quietGapFactor } = this.#context.limits;
    if (!this.#tradePace.isSilent(atMs, quietGapFactor)) return false;
    return this.freshness.ageMs(atMs) <= this.freshness.limitMs;
  }

  /** Whether an event can have happened by now; learns its lag. */
  #isPossible(eventAtMs: UnixMs, atMs: UnixMs, sink: MarketSink): boolean {
    const { clock, limits } = this.#context;
    const lagMs = clock.lagOf(eventAtMs, atMs);
    if (lagMs < -limits.futureMsMax && clock.isTrusted) {
      this.#context.askTime(atMs, DOUBTED_TIME_EVERY_MS);
      this.#reject('future', `event is ${-lagMs} ms ahead of the venue`, atMs, sink);
      if (clock.onFutureEvent(atMs)) {
        this.#context.raise('clock.skewed', 'error', { aheadMs: -lagMs });
      }
      return false;
    }
    clock.onEvent(eventAtMs, atMs);
    this.freshness.onEventTime(clock.lagOf(eventAtMs, atMs));
    this.#tellOwed(atMs, sink);
    // Either it really came late, or the venue's clock was set back: only the venue can say.
    if (lagMs > limits.eventLagMsMax) this.#context.askTime(atMs, LATE_TIME_EVERY_MS);
    return true;
  }

  /** A snapshot comes another way than the streams: it is a witness of the unit that they count in, and of a jump. */
  #hearWitness({ bids, asks, updateId }: DepthSnapshot, atMs: UnixMs, sink: MarketSink): void {
    const [bid] = bids;
    const [ask] = asks;
    const { isWaiting } = this.collar;
    if (bid === undefined || ask === undefined) return;
    // It may have been made before the price that waits for others like it.
    if (isWaiting && updateId < this.#topId) return;
    if (this.collar.hearWitness((bid + ask) / 2) === 'levelShift') this.#onLevelShift(bid, ask);
    // The price that waited was held back: it is the book that has it now.
    if (isWaiting && !this.collar.isWaiting && this.keeper.book.isSynced) {
      this.#startTopFromBook(atMs, sink);
    }
  }

  /** Tells again that nobody may act upon the prices, for as long as that is so. */
  tellShifted(): void {
    const { collar, top } = this;
    if (collar.isShifted) this.#onLevelShift(top?.bidPrice ?? 0, top?.askPrice ?? 0);
  }

  #onLevelShift(bidTicks: number, askTicks: number): void {
    const { symbol } = this.instrument;
    const detail = { symbol, cause: 'levelShift', bidTicks, askTicks };
    this.#context.raise('data.invalid', 'error', detail);
  }

  #onRepeat(id: number, lastId: number, kind: string, sink: MarketSink): false {
    return this.#onRepeated(id === lastId ? 'duplicate' : 'outOfOrder', `${kind} ${id}`, sink);
  }

  #onRepeated(rejection: 'duplicate' | 'outOfOrder', detail: string, sink: MarketSink): false {
    if (this.isDoubled) this.#context.counters.overlapDuplicates += 1;
    else this.#context.reject(rejection, this.#index, detail, sink);
    return false;
  }

  #reject(rejection: DataRejection, detail: string, atMs: UnixMs, sink: MarketSink): false {
    this.#context.reject(rejection, this.#index, detail, sink);
    if (this.freshness.onInvalid(atMs, rejection === 'future')) {
      this.#context.raise('data.invalid', 'warn', {
        symbol: this.instrument.symbol,
        rejection,
        detail,
      });
    }
    return false;
  }
}
