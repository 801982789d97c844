import type { Effect } from './domain/effect.ts';
import type { DeskEvent } from './domain/event.ts';
import type { DecisionId } from './domain/ids.ts';
import type { VenueId } from './domain/instrument.ts';
import type { UnixMs } from './domain/units.ts';

/**
 * Write-only: the core says that it got somewhere, and learns nothing. Sim and replay do nothing here. The
 * world stamps the rest: receipt, journal, sending, answer and fill.
 */
export interface Probe {
  /** What arrived (a frame, a bar, the time) is read and believed: whatever is decided on it is timed from here. */
  markParsed(): void;
  /** A wish came to be, of a strategy or of a rule of the portfolio; `id` is that of its chain. */
  beginWish(id: DecisionId, venue: VenueId): void;
  /** The gate let the wish pass. */
  markApproved(): void;
  /** Nothing more is said about the wish: what the same frame leads to next is timed from here. */
  endWish(): void;
  /** The frame was evaluated to its end. If nobody wished for anything it may be timed as idle. */
  markIdle(): void;
  /** Time from the venue's event to our socket, clock offset taken out: t1 - t0. */
  observeFeed(venue: VenueId, seconds: number): void;
}

/** A world runs a core: it delivers events, one at a time, and performs what the core asks for. */
export interface World {
  onEvent(deliver: (event: DeskEvent) => void): void;
  /** What events of now are stamped with. */
  nowMs(): UnixMs;
  /** Keeps the event for replay, before the core hears it. */
  capture(event: DeskEvent): void;
  perform(effect: Effect): void;
}
