import type { PlannedFault } from '../../src/sim/fault.ts';
import { SIM_FAULTS } from '../../src/sim/faults/catalogue.ts';
import { CALM_MS, drawSchedule } from '../../src/sim/schedule.ts';
import { loadNightSettings } from '../../src/sim/settings.ts';
import { toVenueSymbol } from '../../src/venues/binance-instruments.ts';

const HOUR_MS = 3_600_000;

/**
 * The last part of a night, in which nothing goes wrong and the daemon must be well again. A night of
 * minutes keeps half of itself for what may go wrong.
 */
export function calmMsOf(hours: number): number {
  return Math.min(CALM_MS, (hours * HOUR_MS) / 2);
}

/** What goes wrong in the night of a seed; `names`: these faults and no others. */
export function drawFaults(
  seed: string,
  hours: number,
  names: readonly string[] | undefined,
): readonly PlannedFault[] {
  if (names?.length === 0) return [];
  const symbols = loadNightSettings().settings.symbols.map(toVenueSymbol);
  const calmMs = calmMsOf(hours);
  return drawSchedule({ seed, hours, catalogue: SIM_FAULTS, symbols, only: names, calmMs });
}
