import type { CheckResult } from './decision.ts';
import type { ClientOrderId, VenueOrderId } from './ids.ts';
import type { Instrument, SymbolId, VenueId } from './instrument.ts';
import type { Mode, ModeActor } from './mode.ts';
import type {
  Fill,
  OrderIntent,
  OrderStateName,
  ReportSource,
  UnknownCause,
  VenueRefusal,
} from './order.ts';
import type { Reason } from './reason.ts';
import type { Lots, UnixMs } from './units.ts';

/**
 * What must survive a crash, one shape per kind. Rows are only ever appended; the present state is a
 * projection of them. The store adds the row number, the hash chain, the build and three clocks.
 */
export type JournalRow =
  | {
      readonly type: 'intent';
      readonly atMs: UnixMs;
      readonly intent: OrderIntent;
      readonly checks: readonly CheckResult[];
    }
  | {
      readonly type: 'submitted';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      /** Our estimate of the venue clock when the request left, and when the venue would refuse it. */
      readonly sentAtMs: UnixMs;
      readonly leaseEndMs: UnixMs;
      readonly payloadHash: string;
      readonly sendAttempts: 1;
    }
  | {
      readonly type: 'voided';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly reason: Reason;
    }
  | {
      readonly type: 'reported';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly venueOrderId: VenueOrderId;
      readonly state: Extract<
        OrderStateName,
        'ACCEPTED' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED'
      >;
      readonly filledQuantity: Lots;
      readonly source: ReportSource;
      readonly text: string;
    }
  | {
      readonly type: 'rejected';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly proof: VenueRefusal;
    }
  | {
      readonly type: 'unknown';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly cause: UnknownCause;
    }
  | {
      readonly type: 'absent';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly proof: string;
    }
  | { readonly type: 'dead'; readonly atMs: UnixMs; readonly clientOrderId: ClientOrderId }
  | {
      readonly type: 'cancelRequested';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly reason: Reason;
    }
  | {
      readonly type: 'filled';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly fill: Fill;
      readonly source: ReportSource;
      readonly late: boolean;
    }
  /**
   * From here on the order and all its rows are counted in the steps of this instrument: the venue told of it in
   * finer ones than it was written with.
   */
  | {
      readonly type: 'regridded';
      readonly atMs: UnixMs;
      readonly clientOrderId: ClientOrderId;
      readonly instrument: Instrument;
    }
  /** An order at the venue that is not ours. */
  | {
      readonly type: 'external';
      readonly atMs: UnixMs;
      readonly venue: VenueId;
      readonly symbol: SymbolId;
      readonly venueOrderId: VenueOrderId;
      readonly clientOrderId: string;
      readonly text: string;
    }
  | {
      readonly type: 'mode';
      readonly atMs: UnixMs;
      readonly from: Mode;
      readonly to: Mode;
      readonly actor: ModeActor;
      readonly cause: string;
    }
  /** What the first start found: the portfolio counts from here. Balances as decimal text per asset. */
  | {
      readonly type: 'opening';
      readonly atMs: UnixMs;
      readonly venue: VenueId;
      readonly balances: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'dayOpened';
      readonly atMs: UnixMs;
      readonly day: string;
      readonly realizedQuote: string;
      readonly ordersCount: number;
    }
  | {
      readonly type: 'started';
      readonly atMs: UnixMs;
      readonly epoch: number;
      readonly clean: boolean;
      readonly configHash: string;
      readonly buildId: string;
    }
  | { readonly type: 'stopped'; readonly atMs: UnixMs; readonly cause: string };

export type JournalRowType = JournalRow['type'];
