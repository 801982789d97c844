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

/** So many questions for the venue's time, as they come when nothing is in doubt, must find nothing wrong. */
const CALM_QUESTIONS = 3;

/** On each tick: tells when the clocks begin to differ too much, and when that has been over for a while. */
export function watchClock(desk: Desk, venue: VenueDesk): void {
  const { risk, feed } = desk.setup;
  const clock = clockFacts(venue);
  // Not measured is told by whatever waits for it: the start, `/readyz`, each denied entry.
  const { value, limit } = assessClock(clock, risk);
  const worstMs = typeof value === 'number' ? value : undefined;
  const holdMs = CALM_QUESTIONS * feed.serverTimeEveryMs;
  const news = venue.skew.look(worstMs, risk.clockOffsetMsMax, desk.nowMs, holdMs);
  if (news === 'none') return;
  const offsetMs = Math.round(clock.offsetMs ?? 0);
  const detail = { venue: venue.setup.venue, offsetMs, limitMs: Number(limit) };
  if (news === 'ended') {
    const message = 'our clock and the venue clock agree again';
    desk.out.push({ type: 'logChange', event: 'clock.agreed', message, detail });
  } else {
    const told = { ...detail, worstMs: Math.round(worstMs ?? 0) };
    desk.out.push({ type: 'raiseFault', fault: 'clock.skewed', severity: 'error', detail: told });
  }
}
