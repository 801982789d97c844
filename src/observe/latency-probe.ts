import { BoundedMap } from '../domain/bounded.ts';
import type { DecisionRecord } from '../domain/decision.ts';
import type { ClientOrderId, DecisionId } from '../domain/ids.ts';
import type { VenueId } from '../domain/instrument.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { Probe } from '../ports.ts';
import type { LatencyUs } from './decision-line.ts';
import type { FixedHistogram } from './histogram.ts';
import type { MetricSet } from './metric-set.ts';

/** Where a stamp stands: t1 to t7, and between t2 and t3 the moment from which this wish was thought about. */
const PLACES = {
  received: 0,
  parsed: 1,
  began: 2,
  decided: 3,
  approved: 4,
  durable: 5,
  sent: 6,
  answered: 7,
  filled: 8,
} as const;
type Stamp = keyof typeof PLACES;

/** What a frame is stamped with; the rest belongs to a wish. */
const FRAME_STAMPS = 3;
const STAMPS = 9;
/** Of the frames that lead to nothing, one in so many is timed to its end: a look at the clock costs as much as a check. */
const IDLE_TIMED_EVERY = 16;
/** More wishes than one event can lead to: one per strategy and symbol, and an exit. */
const WISHES_KEPT = 1024;

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

/** One wish on its way: its stamps, 0 where it has not been, and where its stages are booked. */
interface Chain {
  readonly stamps: Float64Array;
  readonly histograms: VenueHistograms;
}

/**
 * Stamps the stages t1 to t7 with the world's monotonic clock and books the differences. The core only
 * marks; the world begins each event, names the order when it leaves, and reads what became of it.
 *
 * A frame is received and parsed once, whatever it leads to. Each wish has stamps of its own, of a
 * strategy or of a rule of the portfolio, and the second of a frame is measured from the end of the
 * first. Every frame that leads to a wish is timed, and one in sixteen of the others.
 */
export class LatencyProbe implements Probe {
  /** Monotonic milliseconds with a fraction. */
  readonly #clockMs: () => number;
  readonly #metrics: MetricSet;
  readonly #onNegative: (from: string, to: string) => void;
  /** Stamps of the running event; 0 is not reached. */
  readonly #frame = new Float64Array(FRAME_STAMPS);
  readonly #histograms = new Map<VenueId, VenueHistograms>();
  /** What the running event led to. */
  readonly #wishes = new BoundedMap<DecisionId, Chain>('latency.wishes', WISHES_KEPT, 'dropOldest');
  readonly #orders = new BoundedMap<ClientOrderId, Chain>('latency.orders', 1024, 'dropOldest');
  #wish: Chain | undefined;
  #hasWished = false;
  #idleCount = 0;
  #venue: VenueId | undefined;
  #current: VenueHistograms | undefined;

  /** `onNegative` hears of a stage that ended before it began, a bug: it is left out. Counted unless told otherwise. */
  constructor(
    clockMs: () => number,
    metrics: MetricSet,
    onNegative: (from: string, to: string) => void = () => {
      metrics.counter('overnight_stage_negative_total', {}).value += 1;
    },
  ) {
    this.#clockMs = clockMs;
    this.#metrics = metrics;
    this.#onNegative = onNegative;
  }

  /** Orders whose times are known; like `wishes` a collection for the exporter. */
  get orders(): BoundedMap<ClientOrderId, unknown> {
    return this.#orders;
  }
  get wishes(): BoundedMap<DecisionId, unknown> {
    return this.#wishes;
  }

  /**
   * A frame came: t1, read from this probe's clock. Everything marked until the next `begin` belongs
   * to it.
   */
  begin(venue: VenueId, receivedAtMs: number): void {
    if (venue !== this.#venue) this.#useVenue(venue);
    const frame = this.#frame;
    frame[0] = receivedAtMs;
    frame[1] = 0;
    frame[2] = 0;
    if (this.#hasWished) this.#forgetWishes();
  }

  /** A timer or an answer came: what it decides has no frame to be measured from. */
  beginWithoutFrame(): void {
    this.#frame.fill(0);
    if (this.#hasWished) this.#forgetWishes();
  }

  markParsed(): void {
    const frame = this.#frame;
    const nowMs = this.#clockMs();
    if (frame[1] === 0) frame[1] = nowMs;
    frame[2] = nowMs;
  }

  beginWish(id: DecisionId, venue: VenueId): void {
    if (venue !== this.#venue) this.#useVenue(venue);
    const histograms = this.#current;
    if (histograms === undefined) return;
    const stamps = new Float64Array(STAMPS);
    stamps.set(this.#frame);
    stamps[PLACES.decided] = this.#clockMs();
    // How long its frame took to be read is known to be of interest only now.
    if (!this.#hasWished) this.#observe(stamps, 'received', 'parsed', histograms.parse);
    this.#observe(stamps, 'began', 'decided', histograms.decide);
    this.#hasWished = true;
    this.#wish = { stamps, histograms };
    this.#wishes.set(id, this.#wish);
  }

  markApproved(): void {
    const wish = this.#wish;
    if (wish === undefined) return;
    wish.stamps[PLACES.approved] = this.#clockMs();
    this.#observe(wish.stamps, 'decided', 'approved', wish.histograms.risk);
  }

  endWish(): void {
    this.#wish = undefined;
    if (this.#frame[PLACES.began] !== 0) this.#frame[PLACES.began] = this.#clockMs();
  }

  markIdle(): void {
    const frame = this.#frame;
    if (this.#hasWished || frame[PLACES.received] === 0) return;
    this.#idleCount += 1;
    if (this.#idleCount % IDLE_TIMED_EVERY !== 1 || this.#current === undefined) return;
    const { parse, decide } = this.#current;
    this.#observe(frame, 'received', 'parsed', parse);
    const began = frame[PLACES.began] ?? 0;
    if (began !== 0) decide.observe((this.#clockMs() - began) / 1000);
  }

  /** Venue event to our socket: t1 - t0, clock offset already taken out. A negative one is counted, not hidden. */
  observeFeed(venue: VenueId, seconds: number): void {
    if (venue !== this.#venue) this.#useVenue(venue);
    if (seconds >= 0) this.#current?.feed.observe(seconds);
    else this.#metrics.counter('overnight_feed_negative_total', { venue }).value += 1;
  }

  /** A wish of the running event is about to leave as an order: its stamps go on under the order's id. */
  orderLeaves({
    clientOrderId,
    decisionId,
  }: Pick<OrderIntent, 'clientOrderId' | 'decisionId'>): void {
    const wish = this.#wishes.get(decisionId);
    if (wish !== undefined) this.#orders.set(clientOrderId, wish);
  }

  /** The journal holds that the order leaves: the end of t4. */
  orderDurable(id: ClientOrderId): void {
    this.#stampOnce(id, 'durable');
  }

  /** The last byte of the request was handed to the socket: t5. */
  orderSent(id: ClientOrderId): void {
    const known = this.#orders.get(id)?.stamps;
    // Told of late: what followed is known already, so this is not when the byte left.
    if (known?.[PLACES.answered] !== 0 || known[PLACES.filled] !== 0) return;
    const order = this.#stampOnce(id, 'sent');
    if (order === undefined) return;
    this.#observe(order.stamps, 'approved', 'sent', order.histograms.send);
    this.#observe(order.stamps, 'received', 'sent', order.histograms.tickToOrder);
  }

  /** The venue answered, whatever it said: t6. */
  orderAnswered(id: ClientOrderId): void {
    const order = this.#stampOnce(id, 'answered');
    if (order === undefined) return;
    this.#observe(order.stamps, 'sent', 'answered', order.histograms.venue);
    this.#observe(order.stamps, 'received', 'answered', order.histograms.tickToAck);
  }

  /** The first fill was booked: t7. It may come before the answer. */
  orderFilled(id: ClientOrderId): void {
    const order = this.#stampOnce(id, 'filled');
    if (order !== undefined) this.#observe(order.stamps, 'sent', 'filled', order.histograms.fill);
  }

  /** Stage times of an order's whole chain; none of an order of another life. */
  latencyUs(id: ClientOrderId): LatencyUs {
    const order = this.#orders.get(id);
    return order === undefined ? {} : this.#toLatencyUs(order.stamps);
  }

  /** Stage times of the chain that a record of the running event belongs to; without a chain, of the event. */
  recordLatencyUs({
    clientOrderId,
    decisionId,
  }: Pick<DecisionRecord, 'clientOrderId' | 'decisionId'>): LatencyUs {
    const order = clientOrderId === undefined ? undefined : this.#orders.get(clientOrderId);
    const chain = order ?? this.#wishes.get(decisionId);
    if (chain !== undefined) return this.#toLatencyUs(chain.stamps);
    return clientOrderId === undefined ? this.#toLatencyUs(this.#frame) : {};
  }

  #forgetWishes(): void {
    this.#wishes.clear();
    this.#wish = undefined;
    this.#hasWished = false;
  }

  #observe(stamps: Float64Array, from: Stamp, to: Stamp, histogram: FixedHistogram): void {
    const seconds = this.#secondsBetween(stamps, from, to);
    if (seconds !== undefined) histogram.observe(seconds);
  }

  /** `undefined` where one of the two was not reached. */
  #secondsBetween(stamps: Float64Array, from: Stamp, to: Stamp): number | undefined {
    const start = stamps[PLACES[from]] ?? 0;
    const end = stamps[PLACES[to]] ?? 0;
    if (start === 0 || end === 0) return undefined;
    if (end >= start) return (end - start) / 1000;
    this.#onNegative(from, to);
    return undefined;
  }

  #toLatencyUs(stamps: Float64Array): LatencyUs {
    const parts: Record<string, number> = {};
    for (const [name, from, to] of PARTS) {
      const seconds = this.#secondsBetween(stamps, from, to);
      if (seconds !== undefined) parts[name] = Math.round(seconds * 1e7) / 10;
    }
    return parts;
  }

  #stampOnce(id: ClientOrderId, stage: Stamp): Chain | undefined {
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

const PARTS: readonly (readonly [string, Stamp, Stamp])[] = [
  ['parse', 'received', 'parsed'],
  ['decide', 'began', 'decided'],
  ['risk', 'decided', 'approved'],
  ['journal', 'approved', 'durable'],
  ['send', 'approved', 'sent'],
  ['venue', 'sent', 'answered'],
  ['fill', 'sent', 'filled'],
  ['tickToOrder', 'received', 'sent'],
  ['tickToAck', 'received', 'answered'],
];
