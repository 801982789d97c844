import type { DecisionOutcome, SkipRun } from '../domain/decision.ts';
import type { SymbolId } from '../domain/instrument.ts';
import type { Reason } from '../domain/reason.ts';
import type { Desk, VenueDesk } from './desk.ts';

/** What is true of a symbol, whatever any strategy wants: a chain of its own, of one record. */
export function recordMarket(
  desk: Desk,
  venue: VenueDesk,
  note: {
    readonly symbol: SymbolId;
    readonly outcome: DecisionOutcome;
    readonly reason: Reason;
    readonly run?: SkipRun | undefined;
  },
): void {
  if (desk.recorder === undefined) return;
  desk.out.push(
    desk.recorder.record({
      ...note,
      atMs: desk.nowMs,
      decisionId: venue.orders.nextDecisionId(),
      stage: 'market',
      venue: venue.setup.venue,
      strategy: undefined,
    }),
  );
}
