import type { SimFault } from '../fault.ts';
import { lasting, numberOf, oneOf } from './drawn.ts';

/** Each step is taken back by the opposite step: two at once add up, and nothing of them stays. */
export const clockStepped: SimFault = {
  name: 'clock.stepped',
  family: 'clock',
  about: 'the clock of our machine jumps, by milliseconds or hours, and later jumps back',
  moments: ['orderLeft', 'orderTaken', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 240_000),
    parameters: { byMs: lasting(random, 300, 7_200_000) * oneOf(random, [-1, 1]) },
  }),
  begin: ({ machine }, plan) => {
    const byMs = numberOf(plan, 'byMs');
    machine.systemOffsetMs += byMs;
    return {
      end: () => {
        machine.systemOffsetMs -= byMs;
      },
    };
  },
};

const DRIFT_STEP_MS = 1_000;

export const clockDrifting: SimFault = {
  name: 'clock.drifting',
  family: 'clock',
  about: 'the clock of our machine goes wrong slowly, up to seconds, and is set right at last',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 60_000, 600_000),
    parameters: { toMs: lasting(random, 300, 4_000) * oneOf(random, [-1, 1]) },
  }),
  begin: ({ clock, machine }, plan) => {
    const step = (numberOf(plan, 'toMs') * DRIFT_STEP_MS) / plan.durationMs;
    let driftedMs = 0;
    let isOn = true;
    const drift = (): void => {
      driftedMs += step;
      machine.systemOffsetMs += step;
    };
    clock.every(DRIFT_STEP_MS, drift, () => isOn);
    return {
      end: () => {
        isOn = false;
        machine.systemOffsetMs -= driftedMs;
      },
    };
  },
};

export const venueClockJumped: SimFault = {
  name: 'venue_clock.jumped',
  family: 'clock',
  about: "the venue's own clock is wrong, by what every event and every check of it tells",
  moments: ['orderLeft', 'recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 5_000, 240_000),
    parameters: { byMs: lasting(random, 200, 60_000) * oneOf(random, [-1, 1]) },
  }),
  begin: ({ venue }, plan) => {
    const byMs = numberOf(plan, 'byMs');
    venue.skewMs += byMs;
    return {
      end: () => {
        venue.skewMs -= byMs;
      },
    };
  },
};
