import type { Effect } from './domain/effect.ts';
import type { DeskEvent } from './domain/event.ts';
import type { VenueId } from './domain/instrument.ts';

/** Stages of the hot path that are timed. `t1` is the receipt of the frame at the socket. */
export type LatencyStage =
  | 'received'
  | 'parsed'
  | 'decided'
  | 'approved'
  | 'durable'
  | 'sent'
  | 'answered'
  | 'filled';

/** Write-only: the core can say that it got somewhere, and learns nothing. Sim and replay do nothing here. */
export interface Probe {
  mark(stage: LatencyStage): void;
  /** The frame was evaluated to its end and nobody wished for anything. */
  markIdle(): void;
  /** Time from the venue's event to our socket, clock offset taken out: t1 - t0. */
  observeFeed(venue: VenueId, seconds: number): void;
}

/** A world runs a core: it delivers events, one at a time, and performs what the core asks for. */
export interface World {
  onEvent(deliver: (event: DeskEvent) => void): void;
  /** Keeps the event for replay, before the core hears it. */
  capture(event: DeskEvent): void;
  perform(effect: Effect): void;
}
