import type { BoundedState } from '../domain/bounded.ts';
import type { SymbolId, VenueId } from '../domain/instrument.ts';
import type { Listed } from '../domain/venue.ts';
import type { RequestLimiterState } from '../execution/request-limiter.ts';
import { newBoot } from './boot.ts';
import type { BootDoubt, BootQuestion, Desk } from './desk.ts';
import { ListingRound, type ListingRoundState } from './listing-round.ts';
import type { VenueSetup } from './setup.ts';

/** A venue that has not told yet what it trades. */
export interface BootState {
  readonly venue: VenueId;
  readonly requestId?: number | undefined;
  readonly round?: ListingRoundState | undefined;
  readonly found: BoundedState<readonly [SymbolId, Found]>;
  readonly doubts: BoundedState<readonly [SymbolId, BootDoubt]>;
  readonly held?: readonly SymbolId[] | undefined;
  readonly limiter: RequestLimiterState;
  readonly retryAtMs: number;
  readonly triesCount: number;
  readonly trouble: string;
}

interface Found {
  readonly listed: Listed;
  readonly atMs: number;
}

export function saveBoot(boot: BootQuestion): BootState {
  return {
    venue: boot.setup.venue,
    requestId: boot.requestId,
    round: boot.round?.save(),
    found: boot.found.save(),
    doubts: boot.doubts.save(),
    held: boot.held && [...boot.held],
    limiter: boot.limiter.save(),
    retryAtMs: boot.retryAtMs,
    triesCount: boot.triesCount,
    trouble: boot.trouble,
  };
}

export function loadBoot(desk: Desk, setup: VenueSetup, state: BootState): BootQuestion {
  const boot = newBoot(desk, setup);
  boot.requestId = state.requestId;
  boot.round = state.round && ListingRound.load(state.round);
  boot.found.load(state.found);
  boot.doubts.load(state.doubts);
  boot.held = state.held && new Set(state.held);
  boot.limiter.load(state.limiter);
  boot.retryAtMs = state.retryAtMs;
  boot.triesCount = state.triesCount;
  boot.trouble = state.trouble;
  return boot;
}
