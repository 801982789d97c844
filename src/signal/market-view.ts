import type { Instrument } from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Lots, Price, UnixMs } from '../domain/units.ts';
import type { StrategyPosition, StrategyView } from './strategy.ts';

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

  constructor(instrument: Instrument, nowMs: UnixMs, top: TopOfBook) {
    this.instrument = instrument;
    this.nowMs = nowMs;
    this.bidPrice = top.bidPrice;
    this.bidQuantity = top.bidQuantity;
    this.askPrice = top.askPrice;
    this.askQuantity = top.askQuantity;
    this.setTop(nowMs, top);
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
