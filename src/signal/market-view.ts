import type { Instrument } from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Lots, Price, UnixMs } from '../domain/units.ts';
import type { StrategyPosition, StrategyView } from './strategy.ts';

/** `null`: not known. What is held and pending is written anew before each question. */
export interface MarketViewState {
  /** As it was listed when the view was made. */
  readonly instrument: Instrument;
  readonly nowMs: UnixMs;
  readonly bidPrice: Price;
  readonly bidQuantity: Lots;
  readonly askPrice: Price;
  readonly askQuantity: Lots;
  readonly bidDepthLots: number | null;
  readonly askDepthLots: number | null;
  readonly lastTradePrice: Price | null;
  readonly lastTradeAtMs: UnixMs | null;
}

/**
 * The view of one instrument: one object for its whole life, written by the pipeline (market) and by
 * the host (what each strategy holds), read by strategies. Made from the first top of book, so that
 * no field is ever missing.
 */
export class MarketView implements StrategyView {
  readonly instrument: Instrument;
  nowMs: UnixMs;
  bidPrice: Price;
  bidQuantity: Lots;
  askPrice: Price;
  askQuantity: Lots;
  midTicks = 0;
  spreadTicks = 0;
  bidDepthLots: number | undefined = undefined;
  askDepthLots: number | undefined = undefined;
  lastTradePrice: Price | undefined = undefined;
  lastTradeAtMs: UnixMs | undefined = undefined;
  position: StrategyPosition | undefined = undefined;
  orderPending = false;

  constructor(
    instrument: Instrument,
    nowMs: UnixMs,
    top: Pick<TopOfBook, 'bidPrice' | 'bidQuantity' | 'askPrice' | 'askQuantity'>,
  ) {
    this.instrument = instrument;
    this.nowMs = nowMs;
    this.bidPrice = top.bidPrice;
    this.bidQuantity = top.bidQuantity;
    this.askPrice = top.askPrice;
    this.askQuantity = top.askQuantity;
    this.midTicks = (top.bidPrice + top.askPrice) / 2;
    this.spreadTicks = top.askPrice - top.bidPrice;
  }

  save(): MarketViewState {
    return {
      instrument: this.instrument,
      nowMs: this.nowMs,
      bidPrice: this.bidPrice,
      bidQuantity: this.bidQuantity,
      askPrice: this.askPrice,
      askQuantity: this.askQuantity,
      bidDepthLots: this.bidDepthLots ?? null,
      askDepthLots: this.askDepthLots ?? null,
      lastTradePrice: this.lastTradePrice ?? null,
      lastTradeAtMs: this.lastTradeAtMs ?? null,
    };
  }
  /** The view that was saved; middle and spread follow from the best prices. */
  static restore(state: MarketViewState): MarketView {
    const view = new MarketView(state.instrument, state.nowMs, state);
    view.bidDepthLots = state.bidDepthLots ?? undefined;
    view.askDepthLots = state.askDepthLots ?? undefined;
    view.lastTradePrice = state.lastTradePrice ?? undefined;
    view.lastTradeAtMs = state.lastTradeAtMs ?? undefined;
    return view;
  }

  setTop(nowMs: UnixMs, top: TopOfBook): void {
    this.nowMs = nowMs;
    this.bidPrice = top.bidPrice;
    this.bidQuantity = top.bidQuantity;
    this.askPrice = top.askPrice;
    this.askQuantity = top.askQuantity;
    this.midTicks = (top.bidPrice + top.askPrice) / 2;
    this.spreadTicks = top.askPrice - top.bidPrice;
  }

  /** Sums of the best `depthLevelsCount` levels per side; both `undefined` while the book is not synced. */
  setDepth(bidDepthLots: number | undefined, askDepthLots: number | undefined): void {
    this.bidDepthLots = bidDepthLots;
    this.askDepthLots = askDepthLots;
  }

  setLastTrade(atMs: UnixMs, at: Price): void {
    this.lastTradePrice = at;
    this.lastTradeAtMs = atMs;
  }
}
