import type { Instrument } from '../../domain/instrument.ts';

/** The exchange counts everything in whole 10^-8; the daemon in ticks and lots. */
const SCALE = 8;

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

/** How finely amounts of an asset are counted: as the instrument says of its own two, else 10^-8. */
export function scaleOf({ base, quote }: Instrument, asset: string): number {
  if (asset === base.name) return base.scale;
  return asset === quote.name ? quote.scale : SCALE;
}
