import type { BoundedState } from '../domain/bounded.ts';
import type { VenueId } from '../domain/instrument.ts';
import type { BookedTradesState } from './booked-trades.ts';
import type { DayBookState } from './day-book.ts';
import type { EarningsState } from './earnings.ts';
import type { LedgerState } from './ledger.ts';
import type { MarksState } from './marks.ts';
import type { PositionState } from './positions.ts';

/** What a checkpoint keeps of the portfolio. */
export interface PortfolioState {
  readonly days: DayBookState;
  readonly marks: MarksState;
  readonly ledger: LedgerState;
  readonly earnings: EarningsState;
  readonly positions: BoundedState<readonly [string, PositionState]>;
  readonly trades: BookedTradesState;
  readonly opened: BoundedState<readonly [VenueId, true]>;
}
