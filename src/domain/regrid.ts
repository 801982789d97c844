import { hasGridOf, type Instrument } from './instrument.ts';
import { type Lots, lots, type Price, price } from './units.ts';

const MAX_STEPS = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Steps that were counted on the grid of one version of an instrument, counted on the grid of another.
 * Exact: `undefined` when the other grid has no such number.
 */
export interface Regrid {
  readonly price: (at: Price) => Price | undefined;
  /** For what only tells where something happened: the nearest number that the other grid has. */
  readonly nearestPrice: (at: Price) => Price;
  readonly quantity: (of: Lots) => Lots | undefined;
}

const SAME: Regrid = { price: (at) => at, nearestPrice: (at) => at, quantity: (of) => of };

export function regrid(from: Instrument, to: Instrument): Regrid {
  if (hasGridOf(from, to)) return SAME;
  const count = (steps: number, one: Step, other: Step): number | undefined => {
    const { numerator, denominator } = ratioOf(steps, one, other);
    const isCountable = numerator % denominator === 0n && numerator / denominator <= MAX_STEPS;
    return isCountable ? Number(numerator / denominator) : undefined;
  };
  return {
    price: (at) => {
      const ticks = count(at, tickOf(from), tickOf(to));
      return ticks === undefined ? undefined : price(ticks);
    },
    nearestPrice: (at) => {
      const { numerator, denominator } = ratioOf(at, tickOf(from), tickOf(to));
      return price(Math.max(1, Number((numerator + denominator / 2n) / denominator)));
    },
    quantity: (of) => {
      const whole = count(of, lotOf(from), lotOf(to));
      return whole === undefined ? undefined : lots(whole);
    },
  };
}

export const FILTER_NAMES = [
  'priceMin',
  'priceMax',
  'quantityMin',
  'quantityMax',
  'notionalMin',
  'notionalMax',
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** The filters of `listed`, counted in the steps of `used`: what they let pass, those of `listed` let pass. */
export function filtersOn(used: Instrument, listed: Instrument): Pick<Instrument, FilterName> {
  const { priceMin, priceMax, quantityMin, quantityMax, notionalMin, notionalMax } = listed;
  const ticks = (steps: number, isLeast: boolean) =>
    price(countAbout(steps, tickOf(listed), tickOf(used), isLeast));
  const whole = (steps: number, isLeast: boolean) =>
    lots(countAbout(steps, lotOf(listed), lotOf(used), isLeast));
  return {
    priceMin: ticks(priceMin, true),
    priceMax: ticks(priceMax, false),
    quantityMin: whole(quantityMin, true),
    quantityMax: whole(quantityMax, false),
    notionalMin,
    notionalMax,
  };
}

/** Up to a whole step for a least one, down for a greatest one. One that is switched off stays so. */
function countAbout(steps: number, one: Step, other: Step, isLeast: boolean): number {
  if (BigInt(steps) === MAX_STEPS) return steps;
  const { numerator, denominator } = ratioOf(steps, one, other);
  const rounded = (numerator + (isLeast ? denominator - 1n : 0n)) / denominator;
  return Number(rounded < MAX_STEPS ? rounded : MAX_STEPS);
}

function ratioOf(
  steps: number,
  one: Step,
  other: Step,
): { readonly numerator: bigint; readonly denominator: bigint } {
  return {
    numerator: BigInt(steps) * BigInt(one.units) * 10n ** BigInt(other.decimals),
    denominator: BigInt(other.units) * 10n ** BigInt(one.decimals),
  };
}

interface Step {
  readonly units: number;
  readonly decimals: number;
}

function tickOf({ tickUnits: units, tickDecimals: decimals }: Instrument): Step {
  return { units, decimals };
}

function lotOf({ lotUnits: units, lotDecimals: decimals }: Instrument): Step {
  return { units, decimals };
}
