import type { PlannedFault } from '../../src/sim/fault.ts';

export function drawFaults(
  _seed: string,
  _hours: number,
  _names: readonly string[] | undefined,
): readonly PlannedFault[] {
  return [];
}
