import type { Instrument } from '../../domain/instrument.ts';
import type { Fill } from '../../domain/order.ts';

/** The exchange counts everything in whole 10^-8; the daemon in ticks and lots. */
const SCALE = 8;
const ONE = 10n ** BigInt(SCALE);

export function priceE8({ tickUnits, tickDecimals }: Instrument, ticks: number): bigint {
  return inE8(BigInt(ticks) * BigInt(tickUnits), tickDecimals);
}

export function quantityE8({ lotUnits, lotDecimals }: Instrument, lots: number): bigint {
  return inE8(BigInt(lots) * BigInt(lotUnits), lotDecimals);
}

/** An amount at an asset's scale. Throws when it is finer than the exchange counts. */
export function inE8(value: bigint, decimals: number): bigint {
  if (decimals > SCALE) throw new RangeError(`${decimals} decimals are finer than 10^-${SCALE}`);
  return value * 10n ** BigInt(SCALE - decimals);
}

/**
 * What was paid, by the price and the quantity of a row. Its own sum is believed only as far as they allow for it: a
 * price between two ticks is told to the nearest one.
 */
export function paidE8(instrument: Instrument, fill: Fill): bigint {
  const quantity = quantityE8(instrument, fill.quantity);
  const byPrice = (priceE8(instrument, fill.price) * quantity) / ONE;
  const halfTick = (priceE8(instrument, 1) * quantity) / (2n * ONE);
  const told = inE8(fill.quote, instrument.quote.scale);
  const apart = told > byPrice ? told - byPrice : byPrice - told;
  return apart <= halfTick ? told : byPrice;
}

/** How finely amounts of an asset are counted: as the instrument says of its own two, else 10^-8. */
export function scaleOf({ base, quote }: Instrument, asset: string): number {
  if (asset === base.name) return base.scale;
  return asset === quote.name ? quote.scale : SCALE;
}
