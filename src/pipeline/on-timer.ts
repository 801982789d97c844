import type { Instrument } from '../domain/instrument.ts';
import { unixMs } from '../domain/units.ts';
import { tellStuck, watchUnconfigured } from './absent-symbols.ts';
import { applyStep, applyStream } from './apply-step.ts';
import { retryBoots } from './boot.ts';
import { watchClock } from './clock-watch.ts';
import { turnDay } from './day.ts';
import { type Desk, type VenueDesk, venueNowMs } from './desk.ts';
import { pushFeed } from './feed-effects.ts';
import { findRecoveryGaps, refreshMode } from './mode-machine.ts';
import { tellVenueClock } from './on-answer.ts';
import { askListings } from './on-listing.ts';
import { watchFreshness } from './on-market.ts';
import { continueStop } from './on-stop.ts';
import { onPortfolioExit } from './on-wish.ts';
import { TICK_MS } from './setup.ts';
import { tellAgain } from './tell-again.ts';

/** The only timer of the core. Everything that is due by the clock is looked at here. */
export function onTimer(desk: Desk): void {
  desk.out.push({ type: 'setTimer', timer: 'tick', atMs: unixMs(desk.nowMs + TICK_MS) });
  const { lastTickAtMs } = desk;
  desk.lastTickAtMs = desk.nowMs;
  retryBoots(desk);
  for (const venue of desk.venues) {
    pushFeed(desk, venue, venue.feed.onTick(desk.nowMs, venue.marketSink));
    tellVenueClock(desk, venue);
    watchClock(desk, venue);
    askListings(desk, venue);
    applyStream(desk, venue, venue.stream.onTick(desk.nowMs));
    applyStep(desk, venue, venue.orders.onTick(desk.nowMs, venueNowMs(desk, venue)));
    watchFreshness(desk, venue);
    venue.host.flush(desk.nowMs, venue.signalSink);
    watchUnconfigured(desk, venue);
  }
  tellAgain(desk, lastTickAtMs);
  turnDay(desk);
  refreshMode(desk);
  lookForExits(desk);
  if (desk.phase === 'stopping') continueStop(desk);
}

/** What the rules of a position want, and everything when an operator flattens: no price needs to move for that. */
function lookForExits(desk: Desk): void {
  if (desk.phase !== 'running' || desk.portfolio === undefined) return;
  // Nobody waits at the keyboard this time: what the dead process sold must be known first.
  if (desk.mustGoOnFlattening && findRecoveryGaps(desk).length === 0) {
    desk.mustGoOnFlattening = false;
    desk.flattening = true;
  }
  // What else this tick led to is no part of the time that an exit takes.
  desk.setup.probe.markParsed();
  const exits = desk.flattening
    ? desk.portfolio.findAllExits({ code: 'OPERATOR_EXIT' })
    : desk.portfolio.findDueExits(desk.nowMs, (instrument) => isPriced(desk, instrument));
  for (const exit of exits) {
    for (const venue of desk.venues) {
      onPortfolioExit(desk, venue, exit);
      tellStuck(desk, venue, exit);
    }
  }
  if (desk.flattening && exits.length === 0 && desk.venues.every(isQuiet)) {
    desk.flattening = false;
    const message = 'every position is closed';
    desk.out.push({ type: 'logChange', event: 'mode.changed', message, detail: {} });
  }
}

/** Its last price is as good as one that comes now. */
function isPriced(desk: Desk, { venue: name, index }: Instrument): boolean {
  const feed = desk.venues.find(({ setup }) => setup.venue === name)?.feed;
  if (feed === undefined || feed.isSuspect(index)) return false;
  return feed.assessFreshness(index, desk.nowMs).fresh;
}

/** Nothing under way can make a position any more: no order without an end, no fill not booked, all proven. */
function isQuiet({ orders, instruments }: VenueDesk): boolean {
  if (!orders.isReconciled() || orders.openOrders().length > 0) return false;
  return !instruments.some(({ symbol }) => orders.isUnsettled(symbol));
}
