import { BoundedMap } from '../domain/bounded.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { VenueId } from '../domain/instrument.ts';
import type { LatencyStage, Probe } from '../ports.ts';
import type { LatencyUs } from './decision-line.ts';
import type { FixedHistogram } from './histogram.ts';
import type { MetricSet } from './metric-set.ts';

const PLACES: Readonly<Record<LatencyStage, number>> = {
  received: 0,
  parsed: 1,
  decided: 2,
  approved: 3,
  durable: 4,
  sent: 5,
  answered: 6,
  filled: 7,
};
const STAMPS = 8;
/** Of the frames that lead to nothing, one in so many is timed to its end: a look at the clock costs as much as a check. */
const IDLE_TIMED_EVERY = 16;

interface VenueHistograms {
  readonly feed: FixedHistogram;
  readonly parse: FixedHistogram;
  readonly decide: FixedHistogram;
  readonly risk: FixedHistogram;
  readonly send: FixedHistogram;
  readonly venue: FixedHistogram;
  readonly fill: FixedHistogram;
  readonly tickToOrder: FixedHistogram;
  readonly tickToAck: FixedHistogram;
}

interface OrderTimes {
  readonly stamps: Float64Array;
  readonly histograms: VenueHistograms;
}

/**
 * Stamps the stages t1 to t7 with the world's monotonic clock and books the differences. The core only
 * marks; the world begins each event, names the order when it leaves, and reads what became of it.
 * Every frame that leads to a wish is timed, and one in sixteen of the others.
 */
export class LatencyProbe implements Probe {
  /** Monotonic milliseconds with a fraction. */
  readonly #clockMs: () => number;
  readonly #metrics: MetricSet;
  /** Stamps of the running event; 0 is not reached. */
  readonly #stamps = new Float64Array(STAMPS);
  readonly #histograms = new Map<VenueId, VenueHistograms>();
  readonly #orders = new BoundedMap<ClientOrderId, OrderTimes>(
    'latency.orders',
    1024,
    'dropOldest',
  );
  #idleCount = 0;
  #venue: VenueId | undefined;
  #current: VenueHistograms | undefined;

  constructor(clockMs: () => number, metrics: MetricSet) {
    this.#clockMs = clockMs;
    this.#metrics = metrics;
  }

  /** The collection this probe keeps, for the exporter. */
  get orders(): BoundedMap<ClientOrderId, unknown> {
    return this.#orders;
  }

  /**
   * A frame came: t1, read from this probe's clock. Everything marked until the next `begin` belongs
   * to it.
   */
  begin(venue: VenueId, receivedAtMs: number): void {
    if (venue !== this.#venue) this.#useVenue(venue);
    const stamps = this.#stamps;
    stamps[0] = receivedAtMs;
    // An event marks no more than these; what comes later is stamped on its order.
    stamps[PLACES.parsed] = 0;
    stamps[PLACES.decided] = 0;
    stamps[PLACES.approved] = 0;
  }

  /** A timer or an answer came: what it decides has no frame to be measured from. */
  beginWithoutFrame(): void {
    this.#stamps.fill(0);
  }

  mark(stage: LatencyStage): void {
    const place = PLACES[stage];
    this.#stamps[place] = this.#clockMs();
    const histograms = this.#current;
    if (histograms === undefined) return;
    // What a wish needs: how long its frame took to be read is known to be of interest only now.
    if (place === 2) this.#observeFrame(histograms);
    else if (place === 3) this.#observeStage(place, histograms.risk);
  }

  markIdle(): void {
    this.#idleCount += 1;
    if (this.#idleCount % IDLE_TIMED_EVERY !== 1 || this.#current === undefined) return;
    this.#stamps[PLACES.decided] = this.#clockMs();
    this.#observeFrame(this.#current);
  }

  /** Venue event to our socket: t1 - t0, clock offset already taken out. A negative one is counted, not hidden. */
  observeFeed(venue: VenueId, seconds: number): void {
    if (venue !== this.#venue) this.#useVenue(venue);
    if (seconds >= 0) this.#current?.feed.observe(seconds);
    else this.#metrics.counter('overnight_feed_negative_total', { venue }).value += 1;
  }

  /** The order of the running event is about to leave: its stamps are kept under its id. */
  orderLeaves(id: ClientOrderId, venue: VenueId): void {
    if (venue !== this.#venue) this.#useVenue(venue);
    if (this.#current === undefined) return;
    this.#orders.set(id, { stamps: this.#stamps.slice(), histograms: this.#current });
  }

  /** The journal holds that the order leaves: the end of t4. */
  orderDurable(id: ClientOrderId): void {
    this.#stampOnce(id, 'durable');
  }

  /** The last byte of the request was handed to the socket: t5. */
  orderSent(id: ClientOrderId): void {
    const order = this.#stampOnce(id, 'sent');
    if (order === undefined) return;
    observeBetween(order, 'approved', 'sent', order.histograms.send);
    observeBetween(order, 'received', 'sent', order.histograms.tickToOrder);
  }

  /** The venue answered, whatever it said: t6. */
  orderAnswered(id: ClientOrderId): void {
    const order = this.#stampOnce(id, 'answered');
    if (order === undefined) return;
    observeBetween(order, 'sent', 'answered', order.histograms.venue);
    observeBetween(order, 'received', 'answered', order.histograms.tickToAck);
  }

  /** The first fill was booked: t7. It may come before the answer. */
  orderFilled(id: ClientOrderId): void {
    const order = this.#stampOnce(id, 'filled');
    if (order !== undefined) observeBetween(order, 'sent', 'filled', order.histograms.fill);
  }

  /** Stage times of the running event, or of an order's whole chain. */
  latencyUs(id?: ClientOrderId): LatencyUs {
    const order = id === undefined ? undefined : this.#orders.get(id);
    return toLatencyUs(order?.stamps ?? this.#stamps);
  }

  #observeFrame(histograms: VenueHistograms): void {
    this.#observeStage(PLACES.parsed, histograms.parse);
    this.#observeStage(PLACES.decided, histograms.decide);
  }

  #observeStage(place: number, histogram: FixedHistogram): void {
    const before = this.#stamps[place - 1] ?? 0;
    const at = this.#stamps[place] ?? 0;
    if (before !== 0 && at !== 0) histogram.observe((at - before) / 1000);
  }

  #stampOnce(id: ClientOrderId, stage: LatencyStage): OrderTimes | undefined {
    const order = this.#orders.get(id);
    if (order === undefined || order.stamps[PLACES[stage]] !== 0) return undefined;
    order.stamps[PLACES[stage]] = this.#clockMs();
    return order;
  }

  #useVenue(venue: VenueId): void {
    const known = this.#histograms.get(venue) ?? this.#makeHistograms(venue);
    this.#histograms.set(venue, known);
    this.#venue = venue;
    this.#current = known;
  }

  #makeHistograms(venue: VenueId): VenueHistograms {
    const of = (stage: string) =>
      this.#metrics.histogram('overnight_stage_seconds', { stage, venue });
    return {
      feed: of('feed'),
      parse: of('parse'),
      decide: of('decide'),
      risk: of('risk'),
      send: of('send'),
      venue: of('venue'),
      fill: of('fill'),
      tickToOrder: of('tick_to_order'),
      tickToAck: of('tick_to_ack'),
    };
  }
}

function observeBetween(
  order: OrderTimes,
  from: LatencyStage,
  to: LatencyStage,
  histogram: FixedHistogram,
): void {
  const seconds = secondsBetween(order.stamps, from, to);
  if (seconds !== undefined) histogram.observe(seconds);
}

function secondsBetween(
  stamps: Float64Array,
  from: LatencyStage,
  to: LatencyStage,
): number | undefined {
  const start = stamps[PLACES[from]] ?? 0;
  const end = stamps[PLACES[to]] ?? 0;
  return start === 0 || end === 0 ? undefined : (end - start) / 1000;
}

const PARTS: readonly (readonly [string, LatencyStage, LatencyStage])[] = [
  ['parse', 'received', 'parsed'],
  ['decide', 'parsed', 'decided'],
  ['risk', 'decided', 'approved'],
  ['journal', 'approved', 'durable'],
  ['send', 'approved', 'sent'],
  ['venue', 'sent', 'answered'],
  ['fill', 'sent', 'filled'],
  ['tickToOrder', 'received', 'sent'],
  ['tickToAck', 'received', 'answered'],
];

function toLatencyUs(stamps: Float64Array): LatencyUs {
  const parts: Record<string, number> = {};
  for (const [name, from, to] of PARTS) {
    const seconds = secondsBetween(stamps, from, to);
    if (seconds !== undefined) parts[name] = Math.round(seconds * 1e7) / 10;
  }
  return parts;
}
