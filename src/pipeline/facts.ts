import { InvariantBroken } from '../domain/assert.ts';
import type { BoundedList } from '../domain/bounded.ts';
import { baseAmountOf, type Instrument, notionalOf } from '../domain/instrument.ts';
import type { Order, OrderIntent } from '../domain/order.ts';
import { regrid } from '../domain/regrid.ts';
import { type Amount, amount, type Lots, lots, NO_AMOUNT } from '../domain/units.ts';
import { openLots } from '../execution/exposure.ts';
import type { Freshness } from '../market/feed-views.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { PendingBuy } from '../portfolio/views.ts';
import { type PositionFacts, type QuoteRate, type RiskFacts, SAME_QUOTE } from '../risk/facts.ts';
import { clockFacts } from './clock-watch.ts';
import { type Desk, keyOf, type VenueDesk } from './desk.ts';

/** Everything the gate may look at for one intent, as it is at this moment. */
export function gatherFacts(desk: Desk, venue: VenueDesk, intent: OrderIntent): RiskFacts {
  const { feed, orders } = venue;
  const instrument = venue.instruments[intent.instrument.index] ?? intent.instrument;
  const portfolio = needPortfolio(desk);
  const top = feed.top(instrument.index);
  const freshness = feed.assessFreshness(instrument.index, desk.nowMs);
  const book = feed.book(instrument.index);
  const others = orders
    .openOrders()
    .filter((order) => order.intent.clientOrderId !== intent.clientOrderId);
  const pnl = portfolio.assessPnl(desk.nowMs);
  const equity = portfolio.assessEquity(desk.nowMs);
  return {
    nowMs: desk.nowMs,
    mode: desk.phase === 'stopping' ? 'OBSERVING' : desk.mode.mode,
    flattening: desk.flattening && desk.phase !== 'stopping',
    instrument,
    regrid: venue.listings.findRegrid(instrument.symbol),
    listingDoubtful: venue.listings.isDoubtful(instrument.symbol),
    top: feed.isSuspect(instrument.index) ? undefined : top,
    freshness: toFacts(freshness),
    bookSynced: book?.isSynced ?? false,
    bookCrossed: book?.isCrossed ?? true,
    clock: clockFacts(venue),
    loopDelayMs: desk.health?.loopDelayMsMax ?? 0,
    reference:
      top === undefined ? undefined : { ticks: (top.bidPrice + top.askPrice) / 2, source: 'mid' },
    accountQuote: desk.setup.accountQuote,
    quoteRate: findRate(desk, portfolio, instrument),
    freeQuote: findFree(portfolio, venue, instrument, instrument.quote.name, others),
    freeBase: findFree(portfolio, venue, instrument, instrument.base.name, others),
    position: {
      heldLots: portfolio.getHeldLots(intent.strategy, instrument),
      ...pendingLots(
        others.filter((order) => order.intent.strategy === intent.strategy),
        instrument,
      ),
    },
    symbolPosition: {
      heldLots: portfolio.getSymbolLots(instrument),
      ...pendingLots(others, instrument),
    },
    grossExposure: portfolio.findGrossExposure(pendingBuys(others), desk.nowMs),
    openOrdersCount: others.length,
    recentOrdersAtMs: recentOrders(desk, venue),
    isToldToStayAway: orders.findBlockedUntilMs(desk.nowMs) !== undefined,
    ordersTodayCount: portfolio.ordersTodayCount,
    lastOrderAtMs: venue.lastOrderAtMs.get(keyOf(intent.strategy, instrument)),
    unknownOrdersCount: orders.unknownOn(instrument.symbol).length,
    refusalsInRowCount: orders.isRefusalLatched(intent.strategy, instrument.symbol, desk.nowMs)
      ? Math.max(
          desk.setup.risk.refusalsInRowMax,
          orders.refusalsInRow(intent.strategy, instrument.symbol),
        )
      : 0,
    restingOrders: others
      .filter((order) => order.intent.symbol === instrument.symbol)
      .map(({ intent: { side, price, instrument: used } }) => ({
        side,
        price: regrid(used, instrument).nearestPrice(price),
      })),
    dailyPnl: pnl.verified ? pnl.daily : undefined,
    equityVerified: equity.verified,
    // An exit already counts the worst case of what is not booked yet; an entry waits for the proof.
    reconciled:
      orders.isReconciled() &&
      // Whatever the mode: until then a request of a dead twin may still be on its way.
      desk.nowMs >= orders.leaseWaitEndMs() &&
      (intent.class !== 'entry' || !orders.isUnsettled(instrument.symbol)),
    privateStreamUp: venue.stream.isUp(desk.nowMs),
    diskFreeBytes: desk.health?.diskFreeBytes,
  };
}

/** What one entry of this instrument could spend, and what its quote is worth to the account. */
export function findUsable(
  desk: Desk,
  venue: VenueDesk,
  instrument: Instrument,
): {
  readonly freeQuote: Amount;
  readonly freeBase: Amount;
  readonly quoteRate: QuoteRate | undefined;
} {
  const portfolio = needPortfolio(desk);
  const orders = venue.orders.openOrders();
  const find = (asset: string): Amount =>
    findFree(portfolio, venue, instrument, asset, orders) ?? NO_AMOUNT;
  return {
    freeQuote: find(instrument.quote.name),
    freeBase: find(instrument.base.name),
    quoteRate: findRate(desk, portfolio, instrument),
  };
}

function findRate(desk: Desk, portfolio: Portfolio, instrument: Instrument): QuoteRate | undefined {
  if (instrument.quote.name === desk.setup.accountQuote.name) return SAME_QUOTE;
  return portfolio.findQuoteRate(instrument, desk.nowMs);
}

/** Wired at the start, before any market event can ask. */
export function needPortfolio(desk: Desk): Portfolio {
  if (desk.portfolio === undefined)
    throw new InvariantBroken('the portfolio is opened before the first order');
  return desk.portfolio;
}

/** Young is not enough: late content, a stream not proven live and a run of bad messages close the gate, too. */
function toFacts(freshness: Freshness): RiskFacts['freshness'] {
  const { ageMs, limitMs, cause } = freshness;
  if (!Number.isFinite(ageMs)) return undefined;
  return { ageMs, limitMs, trouble: cause === 'old' ? undefined : cause };
}

function pendingLots(
  orders: readonly Order[],
  instrument: Instrument,
): Omit<PositionFacts, 'heldLots'> {
  let buyLots = 0;
  let sellLots = 0;
  for (const order of orders) {
    const { intent } = order;
    if (intent.symbol !== instrument.symbol) continue;
    const open = openLots(order, instrument);
    if (intent.side === 'BUY') buyLots += open;
    else if (intent.class !== 'protective') sellLots += open;
  }
  return { pendingBuyLots: lots(buyLots), pendingSellLots: lots(sellLots) };
}

function pendingBuys(orders: readonly Order[]): PendingBuy[] {
  return orders
    .filter(({ intent }) => intent.side === 'BUY')
    .map(({ intent, filledQuantity }) => ({
      instrument: intent.instrument,
      price: intent.price,
      quantity: lots(Math.max(0, intent.quantity - filledQuantity)),
    }));
}

/**
 * What may be spent: the smaller of what the venue said last and what our own books say, less what
 * orders under way hold back and the venue may not have counted yet.
 */
function findFree(
  portfolio: Portfolio,
  venue: VenueDesk,
  instrument: Instrument,
  asset: string,
  orders: readonly Order[],
): Amount | undefined {
  const reported = venue.balances.get(asset);
  if (reported === undefined) return undefined;
  const total = reported.free + reported.locked;
  const expected = portfolio
    .listExpectedBalances(venue.setup.venue)
    .find((balance) => balance.asset === asset)?.total;
  const owned = expected === undefined || expected > total ? total : expected;
  let held = 0n;
  for (const { intent } of orders) {
    if (intent.venue === venue.setup.venue) held += heldBack(venue, intent, asset);
  }
  const usable = portfolio.getUsable(instrument.venue, asset, amount(owned));
  const free = usable - (held > reported.locked ? held : reported.locked);
  return amount(free > 0n ? free : 0n);
}

function heldBack(venue: VenueDesk, intent: OrderIntent, asset: string): bigint {
  const order = venue.orders.findOrder(intent.clientOrderId);
  const open: Lots = lots(Math.max(0, intent.quantity - (order?.filledQuantity ?? 0)));
  if (intent.side === 'SELL') {
    return intent.instrument.base.name === asset ? baseAmountOf(intent.instrument, open) : 0n;
  }
  if (intent.instrument.quote.name !== asset) return 0n;
  return notionalOf(intent.instrument, intent.price, open);
}

/**
 * When orders left, the newest, as many as any class may leave in one window: which of them are within it, the check
 * says. Those that are about to count as leaving now.
 */
function recentOrders(desk: Desk, venue: VenueDesk): number[] {
  const { ordersPerWindowMax, exitOrdersPerWindowReserve } = desk.setup.risk;
  const times: BoundedList<number> = venue.orderTimes;
  const count = Math.min(times.size, ordersPerWindowMax + exitOrdersPerWindowReserve);
  const recent: number[] = new Array<number>(venue.orders.leavingCount()).fill(desk.nowMs);
  for (let i = -1; i >= -count; i--) {
    const atMs = times.at(i);
    if (atMs !== undefined) recent.push(atMs);
  }
  return recent;
}
