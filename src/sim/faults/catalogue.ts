import type { SimFault } from '../fault.ts';

const ALL: readonly SimFault[] = [];

/** Every fault that a night may have, by name. */
export const SIM_FAULTS: ReadonlyMap<string, SimFault> = new Map(
  ALL.map((fault) => [fault.name, fault]),
);
