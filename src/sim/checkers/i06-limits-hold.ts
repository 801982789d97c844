import { invariant } from '../../domain/assert.ts';
import { formatFixed, parseDecimal } from '../../domain/decimal.ts';
import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';
import { EntryTerms } from './entry-terms.ts';
import { priceE8, quantityE8 } from './exact-e8.ts';
import { OrderPace } from './order-pace.ts';
import { ProjectedOrders } from './projected-orders.ts';
import { ProjectedPositions } from './projected-positions.ts';
import { TrueTops } from './true-tops.ts';

const ONE = 100_000_000n;
/** Averages divide and round: so much of the quote, 0.00001, may the daemon's sums differ from ours. */
const ROUNDING = 1_000n;
const DAY_MS = 86_400_000;

/**
 * At each order that leaves, all limits of the settings hold: worth, worst case of everything under way,
 * distance from the market, pace, size, and what the day has lost; told again from rows and the exchange's own
 * prices. A price may be as old as fresh data may be: the kindest one of that time counts.
 */
class LimitsHold implements Checker {
  readonly tally: Tally;
  readonly #setup: SimNight['setup'];
  readonly #orders = new ProjectedOrders();
  readonly #positions = new ProjectedPositions();
  readonly #tops: TrueTops;
  readonly #pace: OrderPace;
  readonly #terms: EntryTerms;
  #day = '';
  /** In 10^-8 of the quote. */
  #realizedToday = 0n;

  constructor(night: SimNight) {
    this.tally = new Tally('I6', night);
    this.#setup = night.setup;
    const { eventLagMsMax, freshnessMsMax } = night.setup.feed;
    this.#tops = new TrueTops(eventLagMsMax + freshnessMsMax);
    this.#pace = new OrderPace(night.setup.risk);
    this.#terms = new EntryTerms(this.tally, night, this.#orders, this.#positions);
  }

  onHappening(happening: MarketHappening, atMs: number): void {
    this.#tops.onHappening(happening, atMs);
  }

  onEvent(event: DeskEvent): void {
    if (event.type === 'operatorSpoke' && event.word === 'resume') this.#pace.onResumed();
  }

  onEffect(effect: Effect): void {
    if (effect.type !== 'persistIntent' || effect.order.class !== 'entry') return;
    this.#terms.checkSpread(effect.order, effect.checks);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      const order = this.#orders.take(row, atMs);
      if (row.type === 'dayOpened') this.#openDay(row.day, row.atMs);
      if (order === undefined) continue;
      if (row.type === 'filled') {
        this.#realizedToday += this.#positions.book(row.fill, order.intent);
      }
      if (row.type === 'rejected') this.#pace.onRefused(order.intent);
      if (row.type === 'reported') this.#pace.onTaken(order.intent);
    }
  }

  onRequest(request: SimRequest, atMs: number): void {
    if (request.kind !== 'place') return;
    const { order } = request;
    this.#checkCollar(order, atMs);
    this.#checkPace(order, atMs);
    if (order.class === 'entry') {
      this.#checkWorth(order, atMs);
      this.#checkLoss(order, atMs);
      this.#terms.checkSelfTrade(order);
      this.#terms.checkSize(order);
    }
    this.#pace.onLeft(order, this.#day, atMs);
  }

  /** The day is told by a row; that it is the right one is looked at here. */
  #openDay(day: string, atMs: number): void {
    this.#day = day;
    this.#realizedToday = 0n;
    if (this.#setup.portfolio.account.dayZone !== 'UTC') return;
    const real = dayOf(atMs);
    this.tally.check(day === real, () => `the journal opens ${day} on ${real}`);
  }

  #checkCollar(order: OrderIntent, atMs: number): void {
    if (order.class === 'protective') return;
    const { priceCollarBps, exitPriceCollarBps } = this.#setup.risk;
    const limitBps = order.class === 'entry' ? priceCollarBps : exitPriceCollarBps;
    const price = Number(priceE8(order.instrument, order.price));
    let leastBps = Number.POSITIVE_INFINITY;
    for (const top of this.#tops.heldWithin(order.instrument.venueSymbol, atMs)) {
      const mid = (top.bidPrice + top.askPrice) / 2;
      leastBps = Math.min(leastBps, (Math.abs(price - mid) * 10_000) / mid);
    }
    this.tally.check(
      leastBps <= limitBps,
      () => `${order.clientOrderId} is ${leastBps} bps from the market, limit is ${limitBps}`,
    );
  }

  #checkPace(order: OrderIntent, atMs: number): void {
    for (const { what, value, limit } of this.#pace.count(order, this.#day, atMs)) {
      this.tally.check(
        value <= limit,
        () => `${order.clientOrderId}, ${order.class}: ${what} ${value}, limit is ${limit}`,
      );
    }
    if (order.class !== 'entry') return;
    // Written down in this order: an exit of the same moment that came after it is not bound by the limit.
    const openCount = [...this.#orders.open.keys()].indexOf(order.clientOrderId) + 1;
    const { openOrdersMax } = this.#setup.risk;
    this.tally.check(
      openCount <= openOrdersMax,
      () => `${order.clientOrderId} is the ${openCount}th open order, limit is ${openOrdersMax}`,
    );
    if (this.#setup.portfolio.account.dayZone !== 'UTC') return;
    this.tally.check(
      this.#day >= dayOf(order.createdAtMs),
      () => `${order.clientOrderId} is of ${dayOf(order.createdAtMs)}, counted for ${this.#day}`,
    );
  }

  #checkWorth(order: OrderIntent, atMs: number): void {
    const { risk, accountQuote } = this.#setup;
    invariant(order.instrument.quote.name === accountQuote.name, 'a night has one quote');
    const price = priceE8(order.instrument, order.price);
    const own = worth(order, order.quantity);
    this.#atMost(order, 'worth', own, risk.orderNotionalMax);

    let lotsHeld = 0n;
    let gross = own;
    for (const { intent, held } of this.#positions.all.values()) {
      const lot = quantityE8(intent.instrument, 1);
      if (intent.symbol === order.symbol) lotsHeld += held - (held % lot);
      gross += (held * this.#kindestPrice(intent, atMs)) / ONE;
    }
    let pendingHere = 0n;
    for (const { intent, filledLots } of this.#orders.open.values()) {
      if (intent.side === 'SELL' || intent.clientOrderId === order.clientOrderId) continue;
      const openLots = Math.max(0, intent.quantity - filledLots);
      gross += worth(intent, openLots);
      if (intent.symbol === order.symbol) pendingHere += quantityE8(intent.instrument, openLots);
    }
    const quantity = quantityE8(order.instrument, order.quantity);
    const position = ((lotsHeld + pendingHere + quantity) * price) / ONE;
    this.#atMost(order, 'worst case of the market', position, risk.positionNotionalMax);
    this.#atMost(order, 'worst case of everything', gross, risk.grossExposureMax);
  }

  #checkLoss(order: OrderIntent, atMs: number): void {
    let earned = this.#realizedToday;
    for (const { intent, held, cost } of this.#positions.all.values()) {
      earned += (held * this.#dearestPrice(intent, atMs)) / ONE - cost;
    }
    const limit = amountOf(this.#setup.risk.dailyLossMax);
    this.tally.check(
      -earned < limit + ROUNDING,
      () => `${order.clientOrderId}: the day has lost ${text(-earned)}, limit is ${text(limit)}`,
    );
  }

  #atMost(order: OrderIntent, what: string, value: bigint, limitText: string): void {
    const limit = amountOf(limitText);
    this.tally.check(
      value <= limit,
      () => `${order.clientOrderId}: ${what} ${text(value)}, limit is ${text(limit)}`,
    );
  }

  /** What a position counts for is worth as little as any price says that may still be acted upon. */
  #kindestPrice({ instrument }: OrderIntent, atMs: number): bigint {
    const bids = this.#tops.heldWithin(instrument.venueSymbol, atMs).map((top) => top.bidPrice);
    return bids.length === 0 ? 0n : BigInt(Math.min(...bids));
  }

  #dearestPrice({ instrument }: OrderIntent, atMs: number): bigint {
    const bids = this.#tops.heldWithin(instrument.venueSymbol, atMs).map((top) => top.bidPrice);
    return bids.length === 0 ? 0n : BigInt(Math.max(...bids));
  }
}

function worth({ instrument, price }: OrderIntent, lots: number): bigint {
  return (priceE8(instrument, price) * quantityE8(instrument, lots)) / ONE;
}

function amountOf(limit: string): bigint {
  const value = parseDecimal(limit, 8);
  invariant(value !== undefined, `limit ${limit} is no amount`);
  return value;
}

function text(value: bigint): string {
  return formatFixed(value, 8);
}

function dayOf(atMs: number): string {
  return new Date(Math.floor(atMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}

export const limitsHold: CheckerKind = {
  id: 'I6',
  claim:
    'at each order that leaves every limit holds, with all that is under way counted as filled',
  make: (night) => new LimitsHold(night),
};
