/** What a market traded over a time, as anybody may ask for it. */
import type { E8 } from './scale.ts';

export type CandleInterval =
  | '1s'
  | '1m'
  | '3m'
  | '5m'
  | '15m'
  | '30m'
  | '1h'
  | '2h'
  | '4h'
  | '6h'
  | '8h'
  | '12h'
  | '1d'
  | '3d'
  | '1w';

export interface CandleView {
  readonly openAtMs: number;
  /** Open plus interval minus 1 ms. */
  readonly closeAtMs: number;
  readonly open: E8;
  readonly high: E8;
  readonly low: E8;
  readonly close: E8;
  readonly volume: bigint;
  readonly quoteVolume: bigint;
  readonly tradeCount: number;
  readonly takerBuyVolume: bigint;
  readonly takerBuyQuote: bigint;
  /** -1 when the candle has no trade. */
  readonly firstTradeId: number;
  readonly lastTradeId: number;
}

/** The last 24 hours, from the 1m candles. */
export interface DayView {
  readonly openAtMs: number;
  readonly closeAtMs: number;
  readonly open: E8;
  readonly high: E8;
  readonly low: E8;
  readonly last: E8;
  readonly lastQuantity: E8;
  readonly volume: bigint;
  readonly quoteVolume: bigint;
  readonly tradeCount: number;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
}
