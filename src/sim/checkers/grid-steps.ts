import type { Instrument } from '../../domain/instrument.ts';

/** Decimal texts became floating numbers on the way. */
const ROUNDING = 1e-4;

/** What the venue says, in the steps that the daemon counts in. */
interface Steps {
  /** Not whole for a price off the grid: such levels are left from before a change of the grid. */
  readonly ticks: (price: number) => number;
  /** Rounded down for the same reason, but never to nothing. */
  readonly lots: (quantity: number) => number;
}

export function stepsOf({ tickDecimals, tickUnits, lotDecimals, lotUnits }: Instrument): Steps {
  const near = (steps: number): number =>
    Math.abs(steps - Math.round(steps)) < ROUNDING ? Math.round(steps) : steps;
  return {
    ticks: (price) => near((price * 10 ** tickDecimals) / tickUnits),
    lots: (quantity) => Math.max(1, Math.floor(near((quantity * 10 ** lotDecimals) / lotUnits))),
  };
}
