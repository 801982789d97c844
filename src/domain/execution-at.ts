import { parseDecimal } from './decimal.ts';
import { type Instrument, notionalOf, parsePrice } from './instrument.ts';
import { type Amount, amount, type Lots, type Price, price } from './units.ts';

/** Finer than any venue writes prices. */
const DECIMALS = 18;

export interface Execution {
  /** The nearest tick. */
  readonly price: Price;
  /** Exact, floored to the scale of the quote asset. */
  readonly quote: Amount;
}

/**
 * What an execution at a price, decimal text, is worth. Orders that stood in the book before the venue made its
 * steps larger are still met at their own prices, between our ticks: money is counted by the price as it
 * was said, and the price itself is told to the nearest tick. `undefined`: no price.
 */
export function executionAt(
  instrument: Instrument,
  text: string,
  quantity: Lots,
): Execution | undefined {
  const { tickUnits, tickDecimals, lotUnits, lotDecimals, quote } = instrument;
  const onTick = parsePrice(instrument, text);
  // Lots finer than the venue's own may be worth less than the smallest piece of the quote asset.
  if (onTick !== undefined && tickDecimals + lotDecimals <= quote.scale) {
    return { price: onTick, quote: notionalOf(instrument, onTick, quantity) };
  }
  const exact = parseDecimal(text, DECIMALS);
  if (exact === undefined || exact === 0n) return undefined;
  const tick = BigInt(tickUnits) * 10n ** BigInt(DECIMALS - tickDecimals);
  const ticks = Number((exact + tick / 2n) / tick);
  if (!Number.isSafeInteger(ticks)) return undefined;
  const base = BigInt(quantity) * BigInt(lotUnits);
  const scale = 10n ** BigInt(DECIMALS + lotDecimals);
  return {
    price: price(Math.max(1, ticks)),
    quote: amount((exact * base * 10n ** BigInt(quote.scale)) / scale),
  };
}
