import { InvariantBroken } from './assert.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { type Amount, amount, type Lots, lots, type Price, price } from './units.ts';

/** A coin or currency. All its amounts are integers with `scale` decimals. */
export interface Asset {
  readonly name: string;
  readonly scale: number;
}

export type VenueId = string;
/** Our name of a market, venue-neutral: `BTC/USDT`. */
export type SymbolId = string;

export type InstrumentStatus = 'TRADING' | 'HALT' | 'BREAK' | 'CANCEL_ONLY' | 'OTHER';

/**
 * A market of one venue with its grids and filters. One tick is `tickUnits` x 10^-`tickDecimals` of
 * the quote per one base; one lot is `lotUnits` x 10^-`lotDecimals` of the base.
 * `version` rises whenever the venue changes grids or filters; prices and lots of an older version
 * must not be mixed with it.
 */
export interface Instrument {
  /** Place of the instrument in the desk's tables: dense, from 0. */
  readonly index: number;
  readonly venue: VenueId;
  readonly symbol: SymbolId;
  /** The venue's own name: `BTCUSDT`. */
  readonly venueSymbol: string;
  readonly version: number;
  readonly base: Asset;
  readonly quote: Asset;
  readonly tickDecimals: number;
  readonly tickUnits: number;
  readonly lotDecimals: number;
  readonly lotUnits: number;
  readonly priceMin: Price;
  readonly priceMax: Price;
  readonly quantityMin: Lots;
  readonly quantityMax: Lots;
  /** At the quote asset's scale. */
  readonly notionalMin: Amount;
  readonly notionalMax: Amount | undefined;
  readonly status: InstrumentStatus;
}

/** Whether both count prices and sizes in the same steps. */
export function hasGridOf(one: Instrument, other: Instrument): boolean {
  return (
    one.tickDecimals === other.tickDecimals &&
    one.tickUnits === other.tickUnits &&
    one.lotDecimals === other.lotDecimals &&
    one.lotUnits === other.lotUnits
  );
}

/** Value of `quantity` at `at`, at the quote asset's scale. Exact: the instrument's parser refuses grids that would not be. */
export function notionalOf(instrument: Instrument, at: Price, quantity: Lots): Amount {
  return amount(BigInt(at) * BigInt(quantity) * notionalUnit(instrument));
}

/** Quote amount of one tick times one lot, at the quote asset's scale. Throws when it is not whole. */
export function notionalUnit(instrument: Instrument): bigint {
  const decimals = instrument.tickDecimals + instrument.lotDecimals;
  const spare = instrument.quote.scale - decimals;
  if (spare < 0) {
    throw new InvariantBroken(
      `${instrument.symbol}: tick x lot has ${decimals} decimals, ${instrument.quote.name} only ${instrument.quote.scale}`,
    );
  }
  return BigInt(instrument.tickUnits) * BigInt(instrument.lotUnits) * 10n ** BigInt(spare);
}

/** Base amount of `quantity`, at the base asset's scale. */
export function baseAmountOf(instrument: Instrument, quantity: Lots): Amount {
  const spare = instrument.base.scale - instrument.lotDecimals;
  return amount(BigInt(quantity) * BigInt(instrument.lotUnits) * 10n ** BigInt(spare));
}

/** Whole lots in a base amount, rounded down: what an exit may sell. The rest is dust. */
export function lotsIn(instrument: Instrument, base: Amount): Lots {
  if (base <= 0n) return lots(0);
  const lot =
    BigInt(instrument.lotUnits) * 10n ** BigInt(instrument.base.scale - instrument.lotDecimals);
  return lots(Number(base / lot));
}

/** Whole lots that hold all of a base amount: rounded up. */
export function lotsCovering(instrument: Instrument, base: Amount): Lots {
  const lot = baseAmountOf(instrument, lots(1));
  return lots(Number((base + lot - 1n) / lot));
}

/** Decimal text to ticks; `undefined` if it is no decimal, not positive, too large or off the grid. */
export function parsePrice(instrument: Instrument, text: string): Price | undefined {
  const ticks = parseSteps(text, instrument.tickDecimals, instrument.tickUnits);
  return ticks === undefined || ticks <= 0 ? undefined : price(ticks);
}

/** Decimal text to lots; `undefined` if it is no decimal, too large or off the grid. Zero is allowed. */
export function parseQuantity(instrument: Instrument, text: string): Lots | undefined {
  const count = parseSteps(text, instrument.lotDecimals, instrument.lotUnits);
  return count === undefined ? undefined : lots(count);
}

function parseSteps(text: string, decimals: number, units: number): number | undefined {
  const scaled = parseDecimal(text, decimals);
  if (scaled === undefined || scaled % BigInt(units) !== 0n) return undefined;
  const steps = Number(scaled / BigInt(units));
  return Number.isSafeInteger(steps) ? steps : undefined;
}

export function formatPrice(instrument: Instrument, at: Price): string {
  return formatDecimal(BigInt(at) * BigInt(instrument.tickUnits), instrument.tickDecimals);
}

export function formatQuantity(instrument: Instrument, quantity: Lots): string {
  return formatDecimal(BigInt(quantity) * BigInt(instrument.lotUnits), instrument.lotDecimals);
}

export function formatAmount(asset: Asset, value: Amount): string {
  return formatDecimal(value, asset.scale);
}
