import { BoundedList, BoundedMap } from '../domain/bounded.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import {
  formatAmount,
  formatPrice,
  formatQuantity,
  type Instrument,
} from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Order } from '../domain/order.ts';
import { lots, type Price, price } from '../domain/units.ts';
import type { BookSideView, BookView } from '../market/feed-views.ts';
import type { LatencyProbe } from '../observe/latency-probe.ts';
import type { AbsentSymbol } from '../pipeline/absent-symbols.ts';
import type { Desk, VenueDesk } from '../pipeline/desk.ts';
import type { PositionView as HeldPosition } from '../portfolio/views.ts';
import type {
  BookFigures,
  BookLevel,
  FeedView,
  FillView,
  ListQuery,
  OrderView,
  PositionView,
} from './daemon-view.ts';
import { toFillView, toOrderView } from './order-views.ts';

const RECENT_FILLS = 2_000;
/** A fill comes seconds after its order, and a resting order is forgotten only after so many others. */
const ORDERS_REMEMBERED = 5_000;

/** The desk as plain JSON: what a person or a program outside may see. Reads, never changes. */
export class DeskView {
  readonly recentFills = new BoundedList<FillView>('recent_fills', RECENT_FILLS, 'dropOldest');
  /** Booked on this journal, since its first start. */
  fillsCount = 0;
  /** In whose steps the rows of an order are told. */
  readonly #instruments = new BoundedMap<ClientOrderId, Instrument>(
    'view_instruments',
    ORDERS_REMEMBERED,
    'dropOldest',
  );
  readonly #desk: Desk;
  readonly #probe: LatencyProbe;

  constructor(desk: Desk, probe: LatencyProbe) {
    this.#desk = desk;
    this.#probe = probe;
  }

  /** Call for every row that goes to the journal: fills are kept for the list. */
  noteRows(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (row.type === 'intent') {
        this.#instruments.set(row.intent.clientOrderId, row.intent.instrument);
      }
      if (row.type === 'regridded') this.#instruments.set(row.clientOrderId, row.instrument);
      if (row.type !== 'filled') continue;
      this.fillsCount += 1;
      const instrument = this.#instruments.get(row.clientOrderId) ?? this.#find(row.fill.symbol);
      if (instrument !== undefined) this.recentFills.push(toFillView(instrument, row));
    }
  }

  #find(symbol: string): Instrument | undefined {
    return this.#desk.venues
      .flatMap(({ instruments, absent }) => [
        ...instruments,
        ...absent.flatMap(({ instrument }) => instrument ?? []),
      ])
      .find((instrument) => instrument.symbol === symbol);
  }

  orders(query: ListQuery): readonly OrderView[] {
    const all = this.#desk.venues.flatMap((venue) => venue.orders.orders());
    return newestFirst(all, query, (order) => ({
      symbol: order.intent.symbol,
      atMs: order.intent.createdAtMs,
    })).map((order) => this.toOrderView(order));
  }

  openOrders(): readonly OrderView[] {
    return this.#desk.venues.flatMap((venue) =>
      venue.orders.openOrders().map((order) => this.toOrderView(order)),
    );
  }

  fills(query: ListQuery): readonly FillView[] {
    return newestFirst([...this.recentFills], query, (fill) => ({
      symbol: fill.symbol,
      atMs: fill.tradedAtMs,
    }));
  }

  /** One row per strategy and symbol that was ever held. */
  positions(): readonly PositionView[] {
    return (this.#desk.portfolio?.listPositions() ?? []).map((held) => this.#toPositionView(held));
  }

  feeds(): readonly FeedView[] {
    return this.#desk.venues.flatMap((venue) => [
      ...venue.instruments.map((instrument) => this.#toFeedView(venue, instrument)),
      ...venue.absent
        .filter(({ cause }) => cause !== 'ended')
        .map((absent) => toAbsentView(venue, absent)),
    ]);
  }

  toOrderView(order: Order): OrderView {
    const { intent, state } = order;
    return toOrderView(intent, {
      state: state.type,
      venueOrderId: 'venueOrderId' in state ? state.venueOrderId : undefined,
      filledQuantity: order.filledQuantity,
      updatedAtMs: order.updatedAtMs,
      latencyUs: this.#probe.latencyUs(intent.clientOrderId),
    });
  }

  #toPositionView(held: HeldPosition): PositionView {
    const { instrument } = held;
    const venue = this.#desk.venues.find(({ setup }) => setup.venue === instrument.venue);
    const bid = venue?.feed.top(instrument.index)?.bidPrice;
    const priceText = (at: Price | undefined): string | undefined =>
      at === undefined ? undefined : formatPrice(instrument, at);
    return {
      strategy: held.strategy,
      venue: instrument.venue,
      symbol: instrument.symbol,
      quantity: formatAmount(instrument.base, held.base),
      averagePrice: priceText(held.averagePrice),
      markPrice: priceText(bid),
      realizedPnl: formatAmount(instrument.quote, held.realized),
      unrealizedPnl:
        held.unrealized === undefined ? undefined : formatAmount(instrument.quote, held.unrealized),
      stopPrice: priceText(held.stopPrice),
      pnlAsset: instrument.quote.name,
    };
  }

  #toFeedView(venue: VenueDesk, instrument: Instrument): FeedView {
    const { feed } = venue;
    const { index } = instrument;
    const { ageMs, limitMs } = feed.assessFreshness(index, this.#desk.nowMs);
    const top = feed.top(index);
    const isConnected = feed
      .connections()
      .some(({ state, instruments }) => state === 'live' && instruments.includes(index));
    return {
      venue: instrument.venue,
      symbol: instrument.symbol,
      connected: isConnected,
      listing: instrument.status,
      bookSynced: feed.book(index)?.isSynced ?? false,
      dataAgeMs: Number.isFinite(ageMs) ? Math.round(ageMs) : undefined,
      limitMs: Math.round(limitMs),
      messagesCount: feed.counters.frames,
      reconnectsCount: sumOf(feed.counters.reconnects),
      bid: top === undefined ? undefined : formatPrice(instrument, top.bidPrice),
      ask: top === undefined ? undefined : formatPrice(instrument, top.askPrice),
      book: toBookFigures(instrument, feed.book(index)),
      counters: feed.counters,
    };
  }
}

/** A symbol without a feed in this life. */
function toAbsentView({ setup, feed }: VenueDesk, { symbol, cause }: AbsentSymbol): FeedView {
  return {
    venue: setup.venue,
    symbol,
    connected: false,
    listing: cause,
    bookSynced: false,
    dataAgeMs: undefined,
    limitMs: 0,
    messagesCount: feed.counters.frames,
    reconnectsCount: sumOf(feed.counters.reconnects),
    bid: undefined,
    ask: undefined,
    book: undefined,
    counters: feed.counters,
  };
}

function toBookFigures(
  instrument: Instrument,
  book: BookView | undefined,
): BookFigures | undefined {
  if (book === undefined) return undefined;
  return {
    updateId: book.updateId,
    bidLevelsCount: book.bids.size,
    askLevelsCount: book.asks.size,
    bid: toBestLevel(instrument, book.bids),
    ask: toBestLevel(instrument, book.asks),
  };
}

function toBestLevel(instrument: Instrument, side: BookSideView): BookLevel | undefined {
  if (side.size === 0) return undefined;
  return {
    price: formatPrice(instrument, price(side.priceAt(0))),
    quantity: formatQuantity(instrument, lots(side.quantityAt(0))),
  };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function newestFirst<T>(
  all: readonly T[],
  query: ListQuery,
  keyOf: (item: T) => { readonly symbol: string; readonly atMs: number },
): readonly T[] {
  const { symbol, sinceMs = 0, untilMs = Number.POSITIVE_INFINITY, limit } = query;
  const found: T[] = [];
  for (let i = all.length - 1; i >= 0 && found.length < limit; i--) {
    const item = all[i];
    if (item === undefined) continue;
    const key = keyOf(item);
    if (symbol !== undefined && key.symbol !== symbol) continue;
    if (key.atMs >= sinceMs && key.atMs <= untilMs) found.push(item);
  }
  return found;
}
