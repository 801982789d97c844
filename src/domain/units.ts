import { InvariantBroken } from './assert.ts';

declare const unit: unique symbol;

/** A number that says what it counts. Made only by the constructors of this file. */
export type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Whole ticks of the instrument's price grid. */
export type Price = Unit<'Price'>;
/** Whole lots of the instrument's quantity grid. Never negative. */
export type Lots = Unit<'Lots'>;
/** A moment: milliseconds since 1970-01-01 UTC. May carry a fraction. */
export type UnixMs = Unit<'UnixMs'>;
/** Money or coins as an integer at the asset's scale (`Asset.scale` decimals). May be negative. */
export type Amount = bigint & { readonly [unit]: 'Amount' };

/** Throws unless `value` is a positive safe integer. */
export function price(value: number): Price {
  if (!Number.isSafeInteger(value) || value <= 0)
    throw new InvariantBroken(`price: ${value} ticks`);
  return value as Price;
}

/** Throws unless `value` is a safe integer of 0 or more. */
export function lots(value: number): Lots {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvariantBroken(`quantity: ${value} lots`);
  return value as Lots;
}

/** Throws unless `value` is a finite number of 0 or more. */
export function unixMs(value: number): UnixMs {
  if (!Number.isFinite(value) || value < 0) throw new InvariantBroken(`moment: ${value} ms`);
  return value as UnixMs;
}

export function amount(value: bigint): Amount {
  return value as Amount;
}

export const NO_LOTS: Lots = lots(0);
export const NO_AMOUNT: Amount = amount(0n);
