import { hasGridOf, type Instrument } from './instrument.ts';
import { type Lots, lots, type Price, price } from './units.ts';

/**
 * Steps that were counted on the grid of one version of an instrument, counted on the grid of another.
 * Exact: `undefined` when the other grid has no such number.
 */
export interface Regrid {
  readonly price: (at: Price) => Price | undefined;
  readonly quantity: (of: Lots) => Lots | undefined;
}

const SAME: Regrid = { price: (at) => at, quantity: (of) => of };

export function regrid(from: Instrument, to: Instrument): Regrid {
  if (hasGridOf(from, to)) return SAME;
  const count = (steps: number, one: Step, other: Step): number | undefined => {
    const numerator = BigInt(steps) * BigInt(one.units) * 10n ** BigInt(other.decimals);
    const denominator = BigInt(other.units) * 10n ** BigInt(one.decimals);
    return numerator % denominator === 0n ? Number(numerator / denominator) : undefined;
  };
  return {
    price: (at) => {
      const ticks = count(at, tickOf(from), tickOf(to));
      return ticks === undefined ? undefined : price(ticks);
    },
    quantity: (of) => {
      const whole = count(of, lotOf(from), lotOf(to));
      return whole === undefined ? undefined : lots(whole);
    },
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
