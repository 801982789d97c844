import type { BoundedState } from '../domain/bounded.ts';
import type { Instrument, VenueId } from '../domain/instrument.ts';
import type { Balance } from '../domain/order.ts';
import type { UnixMs } from '../domain/units.ts';
import type { AccountStreamState } from '../execution/account-link.ts';
import type { OrderDeskState } from '../execution/order-desk.ts';
import { RequestLimiter } from '../execution/request-limiter.ts';
import type { MarketFeedState } from '../market/feed.ts';
import { MarketView, type MarketViewState } from '../signal/market-view.ts';
import type { StrategyHostState } from '../signal/strategy-host.ts';
import type { AbsentSymbol } from './absent-symbols.ts';
import type { DeniedExit } from './denied-exits.ts';
import type { Desk, ToldMismatch, VenueDesk } from './desk.ts';
import type { ListingsState } from './listings.ts';
import { furnish } from './open-venue.ts';
import type { VenueSetup } from './setup.ts';
import type { SkewWatchState } from './skew-watch.ts';
import type { StaleRunsState } from './stale-runs.ts';

/** A furnished venue and all its rooms. */
export interface VenueState {
  readonly venue: VenueId;
  /** Of the start: on these the rooms were furnished. */
  readonly furnished: readonly Instrument[];
  /** As the venue lists them now. */
  readonly instruments: readonly Instrument[];
  readonly absent: readonly AbsentSymbol[];
  readonly listings: ListingsState;
  readonly feed: MarketFeedState;
  readonly orders: OrderDeskState;
  readonly stream: AccountStreamState;
  readonly host: StrategyHostState;
  /** By the places of the instruments; `null`: no price yet. */
  readonly views: readonly (MarketViewState | null)[];
  readonly stale: StaleRunsState;
  readonly balances: BoundedState<readonly [string, Balance]>;
  readonly orderTimes: BoundedState<number>;
  readonly lastOrderAtMs: BoundedState<readonly [string, UnixMs]>;
  readonly exitRetryAtMs: BoundedState<readonly [string, number]>;
  readonly deniedExits: BoundedState<readonly [string, DeniedExit]>;
  readonly mismatches: readonly ToldMismatch[];
  readonly hasOpening: boolean;
  readonly hasReconciledOnce: boolean;
  readonly clockOffsetMs?: number | undefined;
  readonly skew: SkewWatchState;
}

export function saveVenue(venue: VenueDesk): VenueState {
  return {
    venue: venue.setup.venue,
    furnished: venue.feed.instruments,
    instruments: venue.instruments,
    absent: venue.absent,
    listings: venue.listings.save(),
    feed: venue.feed.save(),
    orders: venue.orders.save(),
    stream: venue.stream.save(),
    host: venue.host.save(),
    views: venue.views.map((view) => view?.save() ?? null),
    stale: venue.stale.save(),
    balances: venue.balances.save(),
    orderTimes: venue.orderTimes.save(),
    lastOrderAtMs: venue.lastOrderAtMs.save(),
    exitRetryAtMs: venue.exitRetryAtMs.save(),
    deniedExits: venue.deniedExits.save(),
    mismatches: venue.mismatches,
    hasOpening: venue.hasOpening,
    hasReconciledOnce: venue.hasReconciledOnce,
    clockOffsetMs: venue.clockOffsetMs,
    skew: venue.skew.save(),
  };
}

/** Furnishes the venue as its start did, and puts everything back where it stood. */
export function loadVenue(desk: Desk, setup: VenueSetup, state: VenueState): VenueDesk {
  const limiter = new RequestLimiter(desk.setup.execution);
  const venue = furnish(desk, { setup, limiter }, state.furnished);
  venue.instruments = state.instruments;
  venue.absent = state.absent;
  venue.listings.load(state.listings);
  venue.feed.load(state.feed);
  venue.orders.load(state.orders);
  venue.stream.load(state.stream);
  venue.host.load(state.host);
  for (const [place, view] of state.views.entries()) {
    venue.views[place] = view === null ? undefined : MarketView.restore(view);
  }
  venue.stale.load(state.stale);
  venue.balances.load(state.balances);
  venue.orderTimes.load(state.orderTimes);
  venue.lastOrderAtMs.load(state.lastOrderAtMs);
  venue.exitRetryAtMs.load(state.exitRetryAtMs);
  venue.deniedExits.load(state.deniedExits);
  venue.mismatches = state.mismatches;
  venue.hasOpening = state.hasOpening;
  venue.hasReconciledOnce = state.hasReconciledOnce;
  venue.clockOffsetMs = state.clockOffsetMs;
  venue.skew.load(state.skew);
  return venue;
}
