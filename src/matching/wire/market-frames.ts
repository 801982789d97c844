import type { CandleInterval, CandleView, DayView } from '../candle-view.ts';
import type { DepthView, TopView } from '../exchange-core.ts';
import type { AggregateTradeView, TopChanged, TradeView } from '../happening.ts';
import { type E8, toWire } from '../scale.ts';
import { describeChange } from './day-change.ts';

/** Payload texts of the market streams: field names and order as the venue sends them. */

export function tradeFrame(trade: TradeView, eventAtMs: number): string {
  return `{"e":"trade","E":${eventAtMs},"s":"${trade.symbol}","t":${trade.tradeId},"p":"${toWire(trade.price)}","q":"${toWire(trade.quantity)}","T":${trade.atMs},"m":${trade.buyerIsMaker},"M":true}`;
}

export function aggregateTradeFrame(trade: AggregateTradeView, eventAtMs: number): string {
  return `{"e":"aggTrade","E":${eventAtMs},"s":"${trade.symbol}","a":${trade.aggregateId},"p":"${toWire(trade.price)}","q":"${toWire(trade.quantity)}","f":${trade.firstTradeId},"l":${trade.lastTradeId},"T":${trade.atMs},"m":${trade.buyerIsMaker},"M":true}`;
}

/** The only stream without an event time, and without an event name. */
export function bookTickerFrame(top: TopChanged): string {
  return `{"u":${top.updateId},"s":"${top.symbol}","b":"${toWire(top.bidPrice)}","B":"${toWire(top.bidQuantity)}","a":"${toWire(top.askPrice)}","A":"${toWire(top.askQuantity)}"}`;
}

/** Changed levels since the last event; sizes are absolute, 0 removes. */
export function depthFrame(
  symbol: string,
  diff: {
    readonly firstUpdateId: number;
    readonly lastUpdateId: number;
    readonly bids: ReadonlyMap<E8, E8>;
    readonly asks: ReadonlyMap<E8, E8>;
  },
  eventAtMs: number,
): string {
  return `{"e":"depthUpdate","E":${eventAtMs},"s":"${symbol}","U":${diff.firstUpdateId},"u":${diff.lastUpdateId},"b":${levels(diff.bids)},"a":${levels(diff.asks)}}`;
}

/** The top of a book as a whole. In the raw form nothing says which symbol it is. */
export function partialDepthFrame(book: DepthView): string {
  return `{"lastUpdateId":${book.lastUpdateId},"bids":${levels(book.bids)},"asks":${levels(book.asks)}}`;
}

export function klineFrame(
  symbol: string,
  interval: CandleInterval,
  candle: CandleView,
  closed: boolean,
  eventAtMs: number,
): string {
  return JSON.stringify({
    e: 'kline',
    E: eventAtMs,
    s: symbol,
    k: {
      t: candle.openAtMs,
      T: candle.closeAtMs,
      s: symbol,
      i: interval,
      f: candle.firstTradeId,
      L: candle.lastTradeId,
      o: toWire(candle.open),
      c: toWire(candle.close),
      h: toWire(candle.high),
      l: toWire(candle.low),
      v: toWire(candle.volume),
      n: candle.tradeCount,
      x: closed,
      q: toWire(candle.quoteVolume),
      V: toWire(candle.takerBuyVolume),
      Q: toWire(candle.takerBuyQuote),
      B: '0',
    },
  });
}

export function miniTickerFrame(symbol: string, day: DayView, eventAtMs: number): string {
  return JSON.stringify({ e: '24hrMiniTicker', E: eventAtMs, s: symbol, ...describeBar(day) });
}

export function tickerFrame(
  symbol: string,
  day: DayView,
  top: TopView | undefined,
  eventAtMs: number,
): string {
  const change = describeChange(day);
  return JSON.stringify({
    e: '24hrTicker',
    E: eventAtMs,
    s: symbol,
    p: change.priceChange,
    P: change.priceChangePercent,
    w: change.weightedAvgPrice,
    x: toWire(day.open),
    Q: toWire(day.lastQuantity),
    b: toWire(top?.bidPrice ?? 0),
    B: toWire(top?.bidQuantity ?? 0),
    a: toWire(top?.askPrice ?? 0),
    A: toWire(top?.askQuantity ?? 0),
    ...describeBar(day),
    O: day.openAtMs,
    C: day.closeAtMs,
    F: day.firstTradeId,
    L: day.lastTradeId,
    n: day.tradeCount,
  });
}

function describeBar(day: DayView): Readonly<Record<string, string>> {
  return {
    c: toWire(day.last),
    o: toWire(day.open),
    h: toWire(day.high),
    l: toWire(day.low),
    v: toWire(day.volume),
    q: toWire(day.quoteVolume),
  };
}

function levels(rows: Iterable<readonly [E8, E8]>): string {
  const texts: string[] = [];
  for (const [price, quantity] of rows) texts.push(`["${toWire(price)}","${toWire(quantity)}"]`);
  return `[${texts.join(',')}]`;
}
