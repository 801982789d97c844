import { InvariantBroken } from '../domain/assert.ts';
import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import { type Asset, notionalOf } from '../domain/instrument.ts';
import type { OrderIntent } from '../domain/order.ts';
import { type Amount, amount, type Lots } from '../domain/units.ts';
import type { QuoteRate, RiskFacts } from './facts.ts';
import type { Finding } from './verdict.ts';

/** An amount of the instrument's quote in the account's quote, rounded up: a limit is never passed by rounding. */
export function inAccountQuote(value: Amount, rate: QuoteRate): Amount {
  if (rate.accountUnits <= 0n || rate.quoteUnits <= 0n) {
    throw new InvariantBroken(`quote rate: ${rate.accountUnits} for ${rate.quoteUnits}`);
  }
  const scaled = value * rate.accountUnits;
  const whole = scaled / rate.quoteUnits;
  return amount(scaled > 0n && scaled % rate.quoteUnits !== 0n ? whole + 1n : whole);
}

/** A limit from the settings at the asset's scale. Throws when it is no decimal or finer than the asset. */
export function limitAmount(text: string, asset: Asset): Amount {
  const value = parseDecimal(text, asset.scale);
  if (value === undefined) throw new InvariantBroken(`limit '${text}' is no ${asset.name} amount`);
  return amount(value);
}

/** `quantity` at the intent's limit price, in the account's quote; `undefined` without a rate. */
export function worthInAccountQuote(
  intent: OrderIntent,
  facts: RiskFacts,
  quantity: Lots,
): Amount | undefined {
  if (facts.quoteRate === undefined) return undefined;
  return inAccountQuote(notionalOf(intent.instrument, intent.price, quantity), facts.quoteRate);
}

/** `value` may be as large as `limit`. What could not be valued does not pass. */
export function atMost(value: Amount | undefined, limit: Amount, asset: Asset): Finding {
  return {
    value: value === undefined ? 'unknown' : formatDecimal(value, asset.scale),
    limit: formatDecimal(limit, asset.scale),
    passed: value !== undefined && value <= limit,
  };
}

/** Distance between two prices in hundredths of a percent of the second. */
export function distanceBps(price: number, reference: number): number {
  return (Math.abs(price - reference) * 10_000) / reference;
}
