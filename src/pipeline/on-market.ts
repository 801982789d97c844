import type { Effect } from '../domain/effect.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { Candle, Trade } from '../domain/market.ts';
import type { MarketSink } from '../market/feed.ts';
import { MarketView } from '../signal/market-view.ts';
import type { SignalSink } from '../signal/strategy-host.ts';
import type { Desk, VenueDesk } from './desk.ts';
import { doubtGrid } from './on-listing.ts';
import { onEnterWish, onExitWish, onPortfolioExit } from './on-wish.ts';
import { recordMarket } from './record-market.ts';
import type { StaleTold } from './stale-runs.ts';

/** What a usable message leads to. Made once per venue: the hot path makes nothing. */
export function makeMarketSink(desk: Desk, venueOf: () => VenueDesk): MarketSink {
  const { probe } = desk.setup;
  return {
    onTop(instrument, atMs) {
      const venue = venueOf();
      const top = venue.feed.top(instrument);
      if (top === undefined) return;
      probe.markParsed();
      let view = venue.views[instrument];
      if (view === undefined) {
        const known = venue.instruments[instrument];
        if (known === undefined) return;
        view = new MarketView(known, atMs, top);
        venue.views[instrument] = view;
      } else view.setTop(atMs, top);
      forgetDepth(venue, instrument, view);
      // A price that may be in another unit is no mark: it would hide a loss, or meet a target.
      const exits = venue.feed.isSuspect(instrument)
        ? undefined
        : desk.portfolio?.onTop(venue.setup.venue, top, atMs);
      if (exits !== undefined && exits.length > 0) {
        for (const exit of exits) onPortfolioExit(desk, venue, exit);
      }
      venue.host.evaluate(instrument, view, venue.signalSink);
      probe.markIdle();
    },
    onTrade(trade: Trade, atMs) {
      const venue = venueOf();
      venue.views[trade.instrument]?.setLastTrade(atMs, trade.price);
      const { clockOffsetMs } = venue;
      if (clockOffsetMs === undefined) return;
      probe.observeFeed(venue.setup.venue, (atMs + clockOffsetMs - trade.eventAtMs) / 1_000);
    },
    onBook(instrument) {
      const venue = venueOf();
      const book = venue.feed.book(instrument);
      const view = venue.views[instrument];
      if (book === undefined || view === undefined) return;
      if (!book.isSynced) {
        view.setDepth(undefined, undefined);
        return;
      }
      const { depthLevelsCount } = desk.setup.signal;
      view.setDepth(
        book.bids.sumQuantity(depthLevelsCount),
        book.asks.sumQuantity(depthLevelsCount),
      );
    },
    onCandle(instrument: number, candle: Candle) {
      const venue = venueOf();
      probe.markParsed();
      venue.host.onCandle(instrument, candle, venue.signalSink);
      const view = venue.views[instrument];
      if (view === undefined) return;
      view.nowMs = desk.nowMs;
      forgetDepth(venue, instrument, view);
      // A bar may be closed by the clock while the symbol is stale: what it leads to is decided, and denied, too.
      venue.host.evaluate(instrument, view, venue.signalSink);
    },
    /** Counted by the feed with its reason; a message that cannot be used reaches nobody. */
    onRejected(rejection, instrument) {
      if (rejection !== 'offGrid') return;
      const venue = venueOf();
      const known = instrument === undefined ? undefined : venue.instruments[instrument];
      if (known !== undefined) doubtGrid(desk, venue, known.symbol);
    },
  };
}

/** A book that fell apart tells nobody: whoever is asked next must not see its old levels. */
function forgetDepth(venue: VenueDesk, instrument: number, view: MarketView): void {
  if (venue.feed.book(instrument)?.isSynced !== true) view.setDepth(undefined, undefined);
}

export function makeSignalSink(desk: Desk, venueOf: () => VenueDesk): SignalSink {
  return {
    onWish(strategy, instrument, wish) {
      if (wish.type === 'enter') onEnterWish(desk, venueOf(), strategy, instrument, wish);
      else onExitWish(desk, venueOf(), strategy, instrument, wish);
      desk.setup.probe.endWish();
    },
    onSkipRunClosed(strategy, instrument, reason, run) {
      const venue = venueOf();
      const known = venue.instruments[instrument];
      if (known === undefined || desk.recorder === undefined) return;
      desk.out.push(
        desk.recorder.record({
          atMs: desk.nowMs,
          decisionId: venue.orders.nextDecisionId(),
          stage: 'signal',
          venue: venue.setup.venue,
          symbol: known.symbol,
          strategy,
          outcome: 'skipped',
          reason,
          run,
        }),
      );
    },
    onQuarantined(strategy, instrument, text) {
      desk.out.push(tellQuarantine(venueOf(), strategy, instrument, text));
    },
  };
}

function tellQuarantine(
  venue: VenueDesk,
  strategy: StrategyId,
  instrument: number,
  text: string,
): Effect {
  const symbol = venue.instruments[instrument]?.symbol ?? '';
  return {
    type: 'raiseFault',
    fault: 'strategy.quarantined',
    severity: 'error',
    detail: { strategy, symbol, text },
  };
}

/** Looks at the freshness of every symbol: on each tick, because a silent symbol sends nothing to look at. */
export function watchFreshness(desk: Desk, venue: VenueDesk): void {
  for (const { index, symbol } of venue.instruments) {
    const freshness = venue.feed.assessFreshness(index, desk.nowMs);
    const look = venue.stale.look(index, freshness, desk.nowMs);
    if (look.told !== undefined) recordStale(desk, venue, look.told);
    if (look.change === 'began' && Number.isFinite(freshness.ageMs)) {
      const { ageMs, limitMs, eventLagMs, cause = 'old' } = freshness;
      const detail = { venue: venue.setup.venue, symbol, cause, ageMs, limitMs, eventLagMs };
      desk.out.push({ type: 'raiseFault', fault: 'symbol.stale', severity: 'warn', detail });
    } else if (look.change === 'ended') {
      const detail = { venue: venue.setup.venue, symbol, ageMs: freshness.ageMs };
      const message = 'the symbol is fresh again';
      desk.out.push({ type: 'logChange', event: 'symbol.fresh', message, detail });
    }
  }
}

export function recordStale(desk: Desk, venue: VenueDesk, told: StaleTold): void {
  const symbol = venue.instruments[told.instrument]?.symbol;
  if (symbol === undefined) return;
  const { ageMs, limitMs, cause, run } = told;
  const reason = { code: 'STALE_DATA', ageMs, limitMs, cause } as const;
  recordMarket(desk, venue, { symbol, outcome: 'skipped', reason, run });
}
