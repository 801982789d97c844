import { toWire } from '../../matching/scale.ts';
import { describeChange } from '../../matching/wire/day-change.ts';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import type { Parameters } from '../parameters.ts';
import { readNames, refuseUnknown } from './general.ts';
import { type Operation, publicOperation, type Venue } from './operation.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `GET ticker/24hr`, `ticker.24hr`. */
export const dayTicker: Operation = publicOperation(
  (params) => weightOf(params, 2, 40, 80),
  (venue, { params }) => {
    const short = params.text('type') === 'MINI';
    return answer(venue, params, (symbol) => describeDay(venue, symbol, short));
  },
);

/** `GET ticker/price`, `ticker.price`. */
export const priceTicker: Operation = publicOperation(
  (params) => weightOf(params, 2, 4, 4),
  (venue, { params }) =>
    answer(venue, params, (symbol) => {
      const average = venue.core.day(symbol);
      return { symbol, price: toWire(average?.last ?? 0) };
    }),
);

/** `GET ticker/bookTicker`, `ticker.book`. */
export const bookTicker: Operation = publicOperation(
  (params) => weightOf(params, 2, 4, 4),
  (venue, { params }) => answer(venue, params, (symbol) => describeTop(venue, symbol)),
);

function weightOf(params: Parameters, one: number, some: number, all: number): number {
  if (params.text('symbol') !== undefined) return one;
  return params.text('symbols') !== undefined ? some : all;
}

function answer(venue: Venue, params: Parameters, describe: (symbol: string) => Fields): unknown {
  const one = params.text('symbol');
  const many = params.text('symbols');
  params.refuseUnread();
  if (one !== undefined && many !== undefined) throw REFUSALS.combination();
  const names =
    one !== undefined
      ? [one]
      : many !== undefined
        ? readNames(many)
        : venue.core.symbols().map(({ symbol }) => symbol);
  refuseUnknown(venue, names);
  return one !== undefined ? describe(one) : names.map(describe);
}

function describeTop(venue: Venue, symbol: string): Fields {
  const top = venue.core.top(symbol);
  return {
    symbol,
    bidPrice: toWire(top?.bidPrice ?? 0),
    bidQty: toWire(top?.bidQuantity ?? 0),
    askPrice: toWire(top?.askPrice ?? 0),
    askQty: toWire(top?.askQuantity ?? 0),
  };
}

function describeDay(venue: Venue, symbol: string, short: boolean): Fields {
  const day = venue.core.day(symbol);
  if (day === undefined) throw REFUSALS.symbol();
  const common = {
    symbol,
    openPrice: toWire(day.open),
    highPrice: toWire(day.high),
    lowPrice: toWire(day.low),
    lastPrice: toWire(day.last),
    volume: toWire(day.volume),
    quoteVolume: toWire(day.quoteVolume),
    openTime: day.openAtMs,
    closeTime: day.closeAtMs,
    firstId: day.firstTradeId,
    lastId: day.lastTradeId,
    count: day.tradeCount,
  };
  if (short) return common;
  const { symbol: _, ...top } = describeTop(venue, symbol);
  return {
    ...common,
    ...describeChange(day),
    prevClosePrice: toWire(day.open),
    lastQty: toWire(day.lastQuantity),
    ...top,
  };
}
