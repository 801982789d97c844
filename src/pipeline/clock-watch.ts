import { assessClock } from '../risk/checks/clock-skew.ts';
import type { RiskFacts } from '../risk/facts.ts';
import type { Desk, VenueDesk } from './desk.ts';

/** What the gate knows of the clocks. A measurement that contradicts the offset widens it until others decide. */
export function clockFacts({ feed }: VenueDesk): RiskFacts['clock'] {
  return { offsetMs: feed.clockOffsetMs(), jitterMs: feed.clockDoubtMs() };
}

/** Why every entry at this venue is denied with CLOCK_SKEW now, in words; `undefined`: none is. */
export function findClockSkew(desk: Desk, venue: VenueDesk): string | undefined {
  const { value, limit, passed } = assessClock(clockFacts(venue), desk.setup.risk);
  if (passed) return undefined;
  if (typeof value === 'string') return 'the clock is not measured';
  return `the clock is ${Math.round(value)} ms off, limit is ${limit} ms`;
}

/** On each tick: tells once when the clocks begin to differ too much, and once when that is over. */
export function watchClock(desk: Desk, venue: VenueDesk): void {
  const clock = clockFacts(venue);
  // Not measured is told by whatever waits for it: the start, `/readyz`, each denied entry.
  if (clock.offsetMs === undefined) return;
  const { value, limit, passed } = assessClock(clock, desk.setup.risk);
  if (passed !== venue.isClockSkewed) return;
  venue.isClockSkewed = !passed;
  const offsetMs = Math.round(clock.offsetMs);
  const detail = { venue: venue.setup.venue, offsetMs, limitMs: Number(limit) };
  if (passed) {
    const message = 'our clock and the venue clock agree again';
    desk.out.push({ type: 'logChange', event: 'clock.agreed', message, detail });
  } else {
    const worstMs = Math.round(Number(value));
    const told = { ...detail, worstMs };
    desk.out.push({ type: 'raiseFault', fault: 'clock.skewed', severity: 'error', detail: told });
  }
}
