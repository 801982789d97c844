import type { Instrument } from '../domain/instrument.ts';
import { describeAbsent } from '../pipeline/absent-symbols.ts';
import { findClockSkew } from '../pipeline/clock-watch.ts';
import type { Desk, VenueDesk } from '../pipeline/desk.ts';
import { isClosed } from '../pipeline/listings.ts';
import { findRecoveryGaps } from '../pipeline/mode-machine.ts';
import type { ReadinessView } from './daemon-view.ts';

/** Ready: the mode lets orders leave, data are fresh, and nothing makes the gate deny every entry. */
export function assessReadiness(desk: Desk): ReadinessView {
  const { mode, cause } = desk.mode;
  const reasons: string[] = [];
  const mayTrade = mode === 'ACTIVE' || mode === 'REDUCING';
  if (!mayTrade) reasons.push(`mode is ${mode}: ${cause}`);
  if (mode === 'RECOVERING') reasons.push(...findRecoveryGaps(desk));
  else reasons.push(...desk.venues.flatMap((venue) => findDoubts(desk, venue)));
  const symbols = desk.venues.flatMap(({ instruments }) => instruments);
  for (const { setup, trouble } of desk.boots) {
    if (trouble !== '') reasons.push(`${setup.venue}: ${trouble}`);
  }
  for (const venue of desk.venues) {
    reasons.push(...venue.absent.flatMap((absent) => describeAbsent(desk, venue, absent) ?? []));
  }
  if (symbols.length === 0) reasons.push('no data yet');
  for (const venue of desk.venues) {
    for (const instrument of venue.instruments) {
      const trouble = findDataTrouble(desk, venue, instrument);
      if (trouble !== undefined) reasons.push(`${instrument.symbol}: ${trouble}`);
    }
  }
  return { ready: reasons.length === 0, mode, reasons };
}

/** What makes the gate deny every entry at a venue, though the mode would allow them. */
function findDoubts(desk: Desk, venue: VenueDesk): string[] {
  const doubts: string[] = [];
  const skew = findClockSkew(desk, venue);
  if (skew !== undefined) doubts.push(skew);
  if (!venue.stream.isUp(desk.nowMs)) doubts.push('account events do not arrive');
  if (!venue.orders.isReconciled()) doubts.push(describeUnproven(venue));
  if (isClosed(venue)) doubts.push('none of our symbols is traded now');
  return doubts.map((doubt) => `${venue.setup.venue}: ${doubt}`);
}

function describeUnproven({ mismatches }: VenueDesk): string {
  if (mismatches.length === 0) return 'orders and balances are not proven';
  const told = mismatches.map(
    ({ asset, actual, expected }) => `${asset} is ${actual}, by our books ${expected}`,
  );
  return `balances differ: ${told.join('; ')}`;
}

function findDataTrouble(desk: Desk, venue: VenueDesk, { index }: Instrument): string | undefined {
  const freshness = venue.feed.assessFreshness(index, desk.nowMs);
  const { ageMs, limitMs, eventLagMs, eventLagMsMax } = freshness;
  if (!Number.isFinite(ageMs)) return 'no data yet';
  switch (freshness.cause) {
    case undefined:
      return undefined;
    case 'old':
      return `data is ${Math.round(ageMs)} ms old, limit is ${Math.round(limitMs)} ms`;
    case 'late':
      return `data comes ${Math.round(eventLagMs)} ms late, limit is ${eventLagMsMax} ms`;
    case 'invalid':
      return 'too many messages could not be used';
    case 'notLive':
      return 'its streams are not proven live';
  }
}
