import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { FaultFamily, PlannedFault } from '../fault.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { ProjectedOrders } from './projected-orders.ts';
import { VenueReach } from './venue-reach.ts';

const CLEAR_MS_MAX = 5_000;
/** A second of the night's clock. */
const LOOK_MS = 1_000;
/** While one of these lasts a cancel may not come through, or nobody may be there to send it. */
const HIT_CANCELS: ReadonlySet<FaultFamily> = new Set<FaultFamily>([
  'network',
  'rest',
  'process',
  'disk',
  'clock',
]);
/** Troubles of the venue that let every cancel through. */
const LET_CANCELS_THROUGH: ReadonlySet<string> = new Set(['order.rests', 'market.swept']);
/** After these a daemon may not know of orders that a journal has seen. */
const FORGETS_ORDERS: ReadonlySet<string> = new Set(['journal.rolled_back', 'daemon.copied']);

/**
 * What of ours rests at the venue when a person halts is gone five seconds later, by the venue's own book,
 * if nothing was in the way of a cancel meanwhile. Only a halt that finds something resting proves anything.
 */
class HaltClears implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #reach: VenueReach;
  readonly #orders = new ProjectedOrders();
  #haltedAtMs: number | undefined;
  /** Ids of what rested when the halt came, and is to go. */
  #rested: ReadonlySet<string> = new Set();

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L7', night);
    this.#reach = new VenueReach(night, (fault) => this.#hitsCancels(fault));
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#reach.onLifeBegan(atMs);
  }

  /** What was said and not yet durable is gone with the life that heard it. */
  onLifeEnded(): void {
    this.#haltedAtMs = undefined;
  }

  onEvent(event: DeskEvent, atMs: number): void {
    this.#reach.onEvent(event, atMs);
    if (event.type !== 'operatorSpoke') return;
    if (event.word === 'halt' || event.word === 'flatten') this.#begin(atMs);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) this.#orders.take(row, atMs);
  }

  onSecond(atMs: number): void {
    const { keyRefusals } = this.#night.venue;
    this.#reach.onSecond(atMs, !keyRefusals.isEmpty);
    if (this.#haltedAtMs === undefined) return;
    const sinceMs = Math.max(this.#haltedAtMs, this.#reach.sinceMs);
    const left = this.#resting().filter((id) => this.#rested.has(id));
    if (left.length > 0 && atMs - sinceMs < CLEAR_MS_MAX + LOOK_MS) return;
    this.#haltedAtMs = undefined;
    this.tally.check(
      left.length === 0,
      () =>
        `${left.length} of the ${this.#rested.size} orders that rested when a person halted still rest ` +
        `after ${CLEAR_MS_MAX} ms in which a cancel came through, allowed are 0: ${left.join(', ')}`,
    );
  }

  #begin(atMs: number): void {
    if (this.#haltedAtMs !== undefined) return;
    if (this.#night.faults.recentNames().some((name) => FORGETS_ORDERS.has(name))) return;
    const known = [...this.#orders.open.values()]
      .filter(({ intent }) => intent.class !== 'protective')
      .map(({ intent }) => intent.clientOrderId);
    const rested = new Set(this.#resting());
    const wanted = known.filter((id) => rested.has(id));
    if (wanted.length === 0) return;
    this.#haltedAtMs = atMs;
    this.#rested = new Set(wanted);
  }

  #resting(): readonly string[] {
    return this.#night.venue.core
      .openOrders(OURS, undefined)
      .map(({ clientOrderId }) => clientOrderId);
  }

  #hitsCancels(fault: PlannedFault): boolean {
    return (
      HIT_CANCELS.has(this.#night.faults.familyOf(fault)) && !LET_CANCELS_THROUGH.has(fault.name)
    );
  }
}

export const haltClears: CheckerKind = {
  id: 'L7',
  claim: 'what of ours rests at the venue when a person halts is gone five seconds later',
  make: (night) => new HaltClears(night),
};
