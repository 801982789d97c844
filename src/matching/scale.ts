/**
 * The exchange counts everything in whole 10^-8: prices and quantities as safe integers (`E8`),
 * money as BigInt. One scale for all symbols, so that a tick or lot size may change in mid-run
 * without converting a single resting order.
 */
import { InvariantBroken } from '../domain/assert.ts';
import { formatFixed, parseDecimal } from '../domain/decimal.ts';

/** A price or a quantity: a safe integer of 10^-8, never negative. Up to 90 million. */
export type E8 = number;

export const SCALE = 8;
export const ONE: E8 = 100_000_000;
const ONE_BIG = 100_000_000n;

/** Decimal text to `E8`; `'malformed'` when it is no decimal, `'tooPrecise'` beyond eight decimals, `'tooLarge'` beyond safe integers. */
export function parseE8(text: string): E8 | 'malformed' | 'tooPrecise' | 'tooLarge' {
  const value = parseDecimal(text, SCALE);
  if (value === undefined) {
    return parseDecimal(text, 64) === undefined ? 'malformed' : 'tooPrecise';
  }
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : 'tooLarge';
}

/** Decimal text of our own (tables, tests, recordings) to `E8`; throws when it does not fit. */
export function e8(text: string): E8 {
  const value = parseE8(text);
  if (typeof value === 'string') throw new InvariantBroken(`no number of 10^-8: ${text}`);
  return value;
}

/** Decimal text of our own to an amount; throws when it does not fit. */
export function amountE8(text: string): bigint {
  const value = parseDecimal(text, SCALE);
  if (value === undefined) throw new InvariantBroken(`no amount of 10^-8: ${text}`);
  return value;
}

/** Eight decimals, always: `0.01000000`. */
export function toWire(value: E8 | bigint): string {
  return formatFixed(BigInt(value), SCALE);
}

/** Price times quantity, cut to 10^-8. Exact for every pair on Binance's grids. */
export function quoteOf(price: E8, quantity: E8): bigint {
  return (BigInt(price) * BigInt(quantity)) / ONE_BIG;
}

/** `amount` times a rate given in 10^-8, cut: what commission is. */
export function shareOf(amount: bigint, rate: bigint): bigint {
  return (amount * rate) / ONE_BIG;
}
