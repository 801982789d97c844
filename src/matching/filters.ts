/**
 * Are these parameters an order at all, and within the symbol's filters. Looks at nothing but its
 * arguments; what depends on the account or the book is asked in `order-entry.ts`.
 */
import type { OrderParams, Refused } from './exchange-core.ts';
import type { OrderType } from './happening.ts';
import type { OrderTerms } from './order.ts';
import {
  filterFailure,
  ICEBERG_TOO_LARGE,
  INVALID_COMBINATION,
  INVALID_PRICE,
  INVALID_QUANTITY,
  INVALID_STOP_PRICE,
  illegalNumber,
  missingEither,
  missingParameter,
  STP_NOT_ALLOWED,
  tooPrecise,
  UNSUPPORTED_COMBINATION,
  UNSUPPORTED_TYPE,
  unneededParameter,
} from './refusal.ts';
import { type E8, ONE, parseE8, quoteOf } from './scale.ts';
import type { Grid, SymbolRules } from './symbol-rules.ts';

/** What the percent and notional filters compare with; `undefined` before the first price, which passes. */
export interface ReferencePrices {
  readonly average: E8 | undefined;
  readonly last: E8 | undefined;
}

type NumberName = 'quantity' | 'quoteOrderQty' | 'price' | 'stopPrice' | 'icebergQty';

/** Which parameters a type must have; every other of these is refused with -1106. */
const NEEDS: Readonly<Record<OrderType, readonly (NumberName | 'timeInForce')[]>> = {
  LIMIT: ['timeInForce', 'quantity', 'price'],
  LIMIT_MAKER: ['quantity', 'price'],
  MARKET: [],
  STOP_LOSS: ['quantity', 'stopPrice'],
  STOP_LOSS_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
  TAKE_PROFIT: ['quantity', 'stopPrice'],
  TAKE_PROFIT_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
};

/** The order's terms, or the venue's refusal with its first reason. */
export function assessParams(
  params: OrderParams,
  rules: SymbolRules,
  references: ReferencePrices,
): OrderTerms | Refused {
  return (
    findShapeProblem(params, rules) ??
    readTerms(params, rules, (terms) => {
      return findFilterFailure(terms, rules, references);
    })
  );
}

function findShapeProblem(params: OrderParams, rules: SymbolRules): Refused | undefined {
  if (!rules.orderTypes.includes(params.type)) return UNSUPPORTED_TYPE;
  const needs = NEEDS[params.type];
  for (const name of needs) {
    if (params[name] === undefined || params[name] === '') return missingParameter(name);
  }
  if (params.type === 'MARKET') {
    if (params.quantity === undefined && params.quoteOrderQty === undefined) {
      return missingEither('quantity', 'quoteOrderQty');
    }
    if (params.quantity !== undefined && params.quoteOrderQty !== undefined) {
      return INVALID_COMBINATION;
    }
  } else if (params.quoteOrderQty !== undefined) return unneededParameter('quoteOrderQty');
  for (const name of ['timeInForce', 'price', 'stopPrice'] as const) {
    if (params[name] !== undefined && !needs.includes(name)) return unneededParameter(name);
  }
  if (params.icebergQty !== undefined) {
    if (!needs.includes('price')) return unneededParameter('icebergQty');
    if (params.timeInForce !== undefined && params.timeInForce !== 'GTC') {
      return UNSUPPORTED_COMBINATION;
    }
  }
  const stp = params.selfTradePreventionMode;
  if (stp !== undefined && !rules.selfTradePreventions.includes(stp)) return STP_NOT_ALLOWED;
  return undefined;
}

function readTerms(
  params: OrderParams,
  rules: SymbolRules,
  findFailure: (terms: OrderTerms) => Refused | undefined,
): OrderTerms | Refused {
  const quantity = readNumber(params, 'quantity');
  if (typeof quantity !== 'number') return quantity;
  const quoteOrderQty = readNumber(params, 'quoteOrderQty');
  if (typeof quoteOrderQty !== 'number') return quoteOrderQty;
  const price = readNumber(params, 'price');
  if (typeof price !== 'number') return price;
  const stopPrice = readNumber(params, 'stopPrice');
  if (typeof stopPrice !== 'number') return stopPrice;
  const icebergQty = readNumber(params, 'icebergQty');
  if (typeof icebergQty !== 'number') return icebergQty;

  if (params.quantity !== undefined && quantity === 0) return INVALID_QUANTITY;
  if (params.quoteOrderQty !== undefined && quoteOrderQty === 0) return INVALID_QUANTITY;
  if (params.price !== undefined && price === 0) return INVALID_PRICE;
  if (params.stopPrice !== undefined && stopPrice === 0) return INVALID_STOP_PRICE;

  const terms: OrderTerms = {
    side: params.side,
    type: params.type,
    timeInForce: params.timeInForce ?? 'GTC',
    price,
    quantity,
    quoteOrderQty: BigInt(quoteOrderQty),
    stopPrice,
    icebergQty,
    selfTradePrevention: params.selfTradePreventionMode ?? rules.defaultSelfTradePrevention,
  };
  return findFailure(terms) ?? terms;
}

/** 0 when absent. */
function readNumber(params: OrderParams, name: NumberName): E8 | Refused {
  const text = params[name];
  if (text === undefined) return 0;
  const value = parseE8(text);
  if (value === 'tooPrecise') return tooPrecise(name);
  if (value === 'malformed') return illegalNumber(name);
  if (value === 'tooLarge') {
    return filterFailure(name === 'price' || name === 'stopPrice' ? 'PRICE_FILTER' : 'LOT_SIZE');
  }
  return value;
}

function findFilterFailure(
  terms: OrderTerms,
  rules: SymbolRules,
  references: ReferencePrices,
): Refused | undefined {
  const { price, quantity, stopPrice, icebergQty } = terms;
  if (price > 0 && !isOnGrid(price, rules.price)) return filterFailure('PRICE_FILTER');
  if (stopPrice > 0 && !isOnGrid(stopPrice, rules.price)) return filterFailure('PRICE_FILTER');
  if (price > 0 && !isWithinPercent(terms, rules, references)) {
    return filterFailure('PERCENT_PRICE_BY_SIDE');
  }
  if (quantity > 0 && !isOnGrid(quantity, rules.lot)) return filterFailure('LOT_SIZE');
  if (price === 0 && quantity > 0 && !isOnGrid(quantity, rules.marketLot)) {
    return filterFailure('MARKET_LOT_SIZE');
  }
  if (icebergQty > 0) {
    if (icebergQty > quantity) return ICEBERG_TOO_LARGE;
    if (!isOnGrid(icebergQty, rules.lot)) return filterFailure('LOT_SIZE');
    if (Math.ceil(quantity / icebergQty) > rules.icebergPartsMax) {
      return filterFailure('ICEBERG_PARTS');
    }
  }
  return isWithinNotional(terms, rules, references) ? undefined : filterFailure('NOTIONAL');
}

function isOnGrid(value: E8, grid: Grid): boolean {
  if (grid.min > 0 && value < grid.min) return false;
  if (grid.max > 0 && value > grid.max) return false;
  // Counted from 0 as the venue documents it, not from the minimum.
  return grid.step === 0 || value % grid.step === 0;
}

function isWithinPercent(
  terms: OrderTerms,
  rules: SymbolRules,
  references: ReferencePrices,
): boolean {
  const percent = rules.percentPrice;
  const reference = percent.averageMins === 0 ? references.last : references.average;
  if (reference === undefined) return true;
  const up = terms.side === 'BUY' ? percent.bidUp : percent.askUp;
  const down = terms.side === 'BUY' ? percent.bidDown : percent.askDown;
  const scaled = BigInt(terms.price) * BigInt(ONE);
  return scaled <= BigInt(reference) * BigInt(up) && scaled >= BigInt(reference) * BigInt(down);
}

function isWithinNotional(
  terms: OrderTerms,
  rules: SymbolRules,
  references: ReferencePrices,
): boolean {
  const limits = rules.notional;
  const isMarket = terms.price === 0;
  const value = notionalOf(terms, limits.averageMins === 0 ? references.last : references.average);
  if (value === undefined) return true;
  if (value < limits.min && (!isMarket || limits.applyMinToMarket)) return false;
  return value <= limits.max || (isMarket && !limits.applyMaxToMarket);
}

function notionalOf(terms: OrderTerms, reference: E8 | undefined): bigint | undefined {
  if (terms.quoteOrderQty > 0n) return terms.quoteOrderQty;
  if (terms.price > 0) return quoteOf(terms.price, terms.quantity);
  return reference === undefined ? undefined : quoteOf(reference, terms.quantity);
}
