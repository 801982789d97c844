import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import { ConnectBudget } from '../domain/connect-budget.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Balance } from '../domain/order.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { Listed } from '../domain/venue.ts';
import { AccountStream } from '../execution/account-stream.ts';
import { OrderDesk, type OrderDeskSetup } from '../execution/order-desk.ts';
import { MarketFeed } from '../market/feed.ts';
import { restorePortfolio } from '../portfolio/restore.ts';
import type { AssetScales } from '../portfolio/views.ts';
import { StrategyHost } from '../signal/strategy-host.ts';
import { placeJournal, setAbsent, tellAbsent } from './absent-symbols.ts';
import { applyStep } from './apply-step.ts';
import type { DeniedExit } from './denied-exits.ts';
import { type BootQuestion, type Desk, keyOf, type VenueDesk } from './desk.ts';
import { pushFeed } from './feed-effects.ts';
import { Listings } from './listings.ts';
import { setMode } from './mode-machine.ts';
import { tellClosed } from './on-listing.ts';
import { makeMarketSink, makeSignalSink } from './on-market.ts';
import type { VenueSetup } from './setup.ts';
import { SkewWatch } from './skew-watch.ts';
import { StaleRuns } from './stale-runs.ts';
import { tellPositions } from './tell-positions.ts';

/** The rooms can be furnished, with all symbols that are there. */
export function openVenue(desk: Desk, boot: BootQuestion, listed: readonly Listed[]): void {
  desk.boots.splice(desk.boots.indexOf(boot), 1);
  const instruments = listed
    .flatMap((each) => (each.type === 'listed' ? [each.instrument] : []))
    .map((instrument, index) => ({ ...instrument, index }));
  const journal = placeJournal(desk.started?.rows ?? [], boot.setup.venue, instruments);
  openPortfolio(desk, journal.rows, instruments);
  const venue = furnish(desk, boot, instruments);
  venue.hasOpening = hasOpening(desk.started?.rows ?? [], boot.setup);
  desk.venues.push(venue);
  const restored = venue.orders.restore(journal.rows, desk.nowMs);
  restorePace(desk, venue, journal.rows);
  setAbsent(desk, venue, listed, journal.strangers);
  for (const { symbol, cause } of venue.absent) {
    if (cause === 'missing') venue.listings.setGone(symbol, true);
  }
  applyStep(desk, venue, restored);
  tellPositions(desk, venue);
  tellClosed(desk, venue);
  tellAbsent(desk, venue);
  pushFeed(desk, venue, venue.feed.start(desk.nowMs));
  desk.push(venue.stream.start(desk.nowMs).effects);
  if (desk.boots.length === 0) {
    desk.phase = 'running';
    if (desk.mode.mode !== 'HALTED') setMode(desk, 'RECOVERING', 'machine', 'start');
  }
}

/**
 * When orders left last: a start must not be a way around a cooldown or the limit of a window. A row says
 * when an order was about to leave; on a slow disk it left later, but within its lease and before this start.
 */
function restorePace(desk: Desk, venue: VenueDesk, rows: readonly JournalRow[]): void {
  for (const row of rows) {
    if (row.type !== 'submitted') continue;
    const order = venue.orders.findOrder(row.clientOrderId);
    if (order === undefined) continue;
    const latestMs = row.atMs + (row.leaseEndMs - row.sentAtMs);
    const leftAtMs = unixMs(Math.max(row.atMs, Math.min(latestMs, desk.nowMs)));
    venue.orderTimes.push(leftAtMs);
    venue.lastOrderAtMs.set(keyOf(order.intent.strategy, order.intent.instrument), leftAtMs);
  }
}

function openPortfolio(
  desk: Desk,
  rows: readonly JournalRow[],
  instruments: readonly Instrument[],
): void {
  desk.portfolio ??= restorePortfolio(
    rows,
    desk.setup.portfolio,
    desk.setup.accountQuote,
    scalesOf(instruments),
  );
  for (const instrument of instruments) desk.portfolio.useInstrument(instrument);
}

/** Assets that are in no instrument (a fee coin, say) have the venue's usual scale. */
export const USUAL_SCALE = 8;

/** As the instruments say that the portfolio was opened with. */
export function scalesOf(instruments: readonly Instrument[]): AssetScales {
  return (_venue, asset) => {
    for (const { base, quote } of instruments) {
      if (base.name === asset) return base.scale;
      if (quote.name === asset) return quote.scale;
    }
    return USUAL_SCALE;
  };
}

/** What an order desk of the venue needs; it goes on with the request budget of the start. */
export function toOrderSetup(
  desk: Desk,
  { setup, limiter }: Pick<BootQuestion, 'setup' | 'limiter'>,
  instruments: readonly Instrument[],
): OrderDeskSetup {
  return {
    venue: setup.venue,
    codec: setup.accountCodec,
    instruments,
    limits: desk.setup.execution,
    epoch: desk.started?.epoch ?? 0,
    environment: desk.setup.environment,
    accountTag: setup.accountTag,
    limiter,
    nextRequestId: desk.nextRequestId,
  };
}

function hasOpening(rows: readonly JournalRow[], { venue }: VenueSetup): boolean {
  return rows.some((row) => row.type === 'opening' && row.venue === venue);
}

/** The rooms of a venue, empty. `instruments` are those of the start: places and steps stay for the whole life. */
export function furnish(
  desk: Desk,
  boot: Pick<BootQuestion, 'setup' | 'limiter'>,
  instruments: readonly Instrument[],
): VenueDesk {
  const { setup } = boot;
  const host = new StrategyHost(desk.setup.signal, instruments, desk.setup.findStrategyKind);
  const intervals = new Set(desk.setup.feed.candleIntervalsMs);
  for (const { index } of instruments) {
    for (const interval of host.candleIntervalsMs(index)) intervals.add(interval);
  }
  const marketCodec = setup.makeMarketCodec(instruments);
  const { connectCountMax, connectWindowMs } = desk.setup.feed;
  const connects = new ConnectBudget(connectCountMax, connectWindowMs);
  const feed = new MarketFeed({
    venue: setup.venue,
    codec: marketCodec,
    instruments,
    limits: { ...desk.setup.feed, candleIntervalsMs: [...intervals] },
    random: desk.random,
    connectionPrefix: `${setup.venue}/market/`,
    nextRequestId: desk.nextRequestId,
    connects,
  });
  const orders = new OrderDesk(toOrderSetup(desk, boot, instruments));
  const stream = new AccountStream({
    venue: setup.venue,
    codec: setup.accountCodec,
    instruments,
    limits: desk.setup.accountStream,
    random: desk.random,
    connects,
    standing: orders.standing,
  });
  const venue: VenueDesk = {
    setup,
    instruments,
    absent: [],
    listings: new Listings(desk.nowMs, desk.setup.feed.instrumentsEveryMs),
    marketCodec,
    feed,
    orders,
    stream,
    host,
    views: new Array<undefined>(instruments.length).fill(undefined),
    marketSink: makeMarketSink(desk, () => venue),
    signalSink: makeSignalSink(desk, () => venue),
    stale: new StaleRuns(instruments.length),
    balances: new BoundedMap<string, Balance>('balances', 2_000, 'dropOldest'),
    orderTimes: new BoundedList<number>('order_times', 10_000, 'dropOldest'),
    lastOrderAtMs: new BoundedMap<string, UnixMs>('last_orders', 10_000, 'dropOldest'),
    exitRetryAtMs: new BoundedMap<string, number>('exit_retries', 10_000, 'dropOldest'),
    deniedExits: new BoundedMap<string, DeniedExit>('denied_exits', 10_000, 'dropOldest'),
    hasOpening: false,
    mismatches: [],
    hasReconciledOnce: false,
    clockOffsetMs: undefined,
    skew: new SkewWatch(),
  };
  return venue;
}
