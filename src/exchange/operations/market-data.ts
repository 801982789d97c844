import type { CandleInterval, CandleView } from '../../matching/candle-view.ts';
import { toWire } from '../../matching/scale.ts';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import type { Parameters } from '../parameters.ts';
import { type Operation, publicOperation, readSymbol } from './operation.ts';
import { readLimit } from './order-queries.ts';

/** Intervals that candles and kline streams come in. */
export const CANDLE_INTERVALS: readonly CandleInterval[] = [
  '1s',
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
];

const DEPTH_LIMIT_DEFAULT = 100;
const DEPTH_LIMIT_MAX = 5_000;
const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1_000;

/** `GET depth`, `depth`: the dearer the deeper. */
export const depth: Operation = publicOperation(
  (params) => {
    const limit = params.integer('limit') ?? DEPTH_LIMIT_DEFAULT;
    return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250;
  },
  (venue, { params }) => {
    const symbol = readSymbol(venue, params);
    const limit = readLimit(params.integer('limit'), DEPTH_LIMIT_DEFAULT, DEPTH_LIMIT_MAX);
    params.refuseUnread();
    venue.settleBook(symbol);
    const book = venue.core.depth(symbol, limit);
    if (book === undefined) throw REFUSALS.symbol();
    return {
      lastUpdateId: book.lastUpdateId,
      bids: book.bids.map(([price, quantity]) => [toWire(price), toWire(quantity)]),
      asks: book.asks.map(([price, quantity]) => [toWire(price), toWire(quantity)]),
    };
  },
  ['symbol'],
);

/** `GET trades` and `historicalTrades`, `trades.recent` and `trades.historical`. */
export const trades: Operation = publicOperation(
  25,
  (venue, { params }) => {
    const window = {
      symbol: readSymbol(venue, params),
      fromId: params.integer('fromId'),
      limit: readLimit(params.integer('limit'), LIMIT_DEFAULT, LIMIT_MAX),
    };
    params.refuseUnread();
    return (venue.core.trades(window) ?? []).map((trade) => ({
      id: trade.tradeId,
      price: toWire(trade.price),
      qty: toWire(trade.quantity),
      quoteQty: toWire(trade.quote),
      time: trade.atMs,
      isBuyerMaker: trade.buyerIsMaker,
      isBestMatch: true,
    }));
  },
  ['symbol'],
);

/** `GET aggTrades`, `trades.aggregate`. */
export const aggregateTrades: Operation = publicOperation(
  4,
  (venue, { params }) => {
    const window = {
      symbol: readSymbol(venue, params),
      fromId: params.integer('fromId'),
      ...readPeriod(params),
    };
    params.refuseUnread();
    return (venue.core.aggregateTrades(window) ?? []).map((trade) => ({
      a: trade.aggregateId,
      p: toWire(trade.price),
      q: toWire(trade.quantity),
      f: trade.firstTradeId,
      l: trade.lastTradeId,
      T: trade.atMs,
      m: trade.buyerIsMaker,
      M: true,
    }));
  },
  ['symbol'],
);

/** `GET klines` and `uiKlines`, `klines` and `uiKlines`: rows of twelve; the open candle comes last. */
export const klines: Operation = publicOperation(
  2,
  (venue, { params }) => {
    const symbol = readSymbol(venue, params);
    const interval = params.oneOf('interval', CANDLE_INTERVALS, REFUSALS.interval);
    if (interval === undefined) throw REFUSALS.missing('interval');
    params.text('timeZone');
    const window = { symbol, interval, ...readPeriod(params) };
    params.refuseUnread();
    return (venue.core.candles(window) ?? []).map(describeCandle);
  },
  ['symbol', 'interval'],
);

/** `GET avgPrice`, `avgPrice`. */
export const averagePrice: Operation = publicOperation(
  2,
  (venue, { params }) => {
    const symbol = readSymbol(venue, params);
    params.refuseUnread();
    const average = venue.core.averagePrice(symbol);
    if (average === undefined) throw REFUSALS.symbol();
    return {
      mins: average.mins,
      price: toWire(average.price),
      closeTime: average.closeAtMs,
    };
  },
  ['symbol'],
);

function readPeriod(params: Parameters) {
  return {
    startAtMs: params.integer('startTime'),
    endAtMs: params.integer('endTime'),
    limit: readLimit(params.integer('limit'), LIMIT_DEFAULT, LIMIT_MAX),
  };
}

function describeCandle(candle: CandleView): readonly unknown[] {
  return [
    candle.openAtMs,
    toWire(candle.open),
    toWire(candle.high),
    toWire(candle.low),
    toWire(candle.close),
    toWire(candle.volume),
    candle.closeAtMs,
    toWire(candle.quoteVolume),
    candle.tradeCount,
    toWire(candle.takerBuyVolume),
    toWire(candle.takerBuyQuote),
    '0',
  ];
}
