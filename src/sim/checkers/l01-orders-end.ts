import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import { FAULT_RAISED_MS } from '../../domain/fault.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { FaultFamily } from '../fault.ts';
import type { SimNight } from '../night.ts';
import { OURS } from '../venue.ts';
import { MoneyOfOthers } from './money-of-others.ts';
import { hasEnded, type ProjectedOrder, ProjectedOrders } from './projected-orders.ts';
import { VenueReach } from './venue-reach.ts';

const ENDS_MS_MAX = 60_000;
const UNTOLD_MS_MAX = 60_000;
/** A second of the night's clock, and the tick of the daemon. */
const LOOK_MS = 1_100;
/** While one of these lasts the venue may be out of reach, or the process out of breath. */
const OUT_OF_REACH: ReadonlySet<FaultFamily> = new Set<FaultFamily>([
  'network',
  'rest',
  'process',
  'disk',
]);

/**
 * Each order that was written down has ended after a minute in which the venue could be reached
 * throughout; one that is parked as DEAD may take longer, but none is parked while the venue can be
 * reached. That the venue has an order shows by asking for it; that it never will is proven by balances
 * that agree too, so for one that never came the minute runs only while nobody else's money is among
 * them. And what stays unproven for a minute stands told, as what a person must look at: a fault counts as
 * raised for a while only.
 */
class OrdersEnd implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #orders = new ProjectedOrders();
  readonly #reach: VenueReach;
  readonly #others: MoneyOfOthers;
  #balancesSinceMs: number;
  /** Our orders that came to the venue. */
  readonly #came = new Set<string>();
  #lifeBeganAtMs: number;
  /** When this life of the daemon told last that an order is unproven. */
  readonly #toldAtMs = new Map<string, number>();
  readonly #late = new Set<ClientOrderId>();
  readonly #untold = new Set<string>();

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L1', night);
    this.#reach = new VenueReach(night, (fault) => OUT_OF_REACH.has(night.faults.familyOf(fault)));
    this.#others = new MoneyOfOthers(night);
    this.#balancesSinceMs = night.startMs;
    this.#lifeBeganAtMs = night.startMs;
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#lifeBeganAtMs = atMs;
    this.#reach.onLifeBegan(atMs);
    this.#toldAtMs.clear();
    this.#untold.clear();
  }

  onEvent(event: DeskEvent, atMs: number): void {
    this.#reach.onEvent(event, atMs);
    if (event.type === 'started') this.#orders.onStarted(event.rows, atMs);
  }

  onHappening(happening: MarketHappening): void {
    this.#others.onHappening(happening);
    if (happening.type !== 'orderUpdated' || happening.order.accountKey !== OURS) return;
    this.#came.add(happening.order.clientOrderId);
  }

  onEffect(effect: Effect, atMs: number): void {
    if (effect.type !== 'raiseFault') return;
    if (effect.fault !== 'order.unknown' && effect.fault !== 'order.dead') return;
    const id = String(effect.detail['clientOrderId']);
    this.tally.check(
      effect.severity === 'error',
      () => `${id}: ${effect.fault} is told as ${effect.severity}, a person must look: error`,
    );
    this.#toldAtMs.set(id, atMs);
    this.#untold.delete(id);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      const order = this.#orders.take(row, atMs);
      if (order === undefined) continue;
      if (row.type === 'dead') this.#checkParked(order, atMs);
      if (!hasEnded(order.state)) continue;
      if (row.type !== 'filled') this.#checkWait(order, atMs);
      this.#late.delete(order.intent.clientOrderId);
    }
  }

  onSecond(atMs: number): void {
    const { venue } = this.#night;
    this.#reach.onSecond(atMs, !venue.keyRefusals.isEmpty || !venue.delisted.isEmpty);
    if (this.#others.isAny) this.#balancesSinceMs = atMs;
    if (this.#orders.open.size === 0) return;
    for (const order of this.#orders.open.values()) {
      if (this.#waitedMs(order, atMs) > ENDS_MS_MAX + LOOK_MS) this.#checkWait(order, atMs);
      this.#checkTold(order, atMs);
    }
  }

  /** How long an order could have been brought to its end. */
  #waitedMs(order: ProjectedOrder, atMs: number): number {
    return Math.min(atMs - order.intentAtMs, this.#provableMs(order, atMs));
  }

  /** For how long what became of an order could have been proven. */
  #provableMs({ intent }: ProjectedOrder, atMs: number): number {
    const inReachMs = atMs - this.#reach.sinceMs;
    if (this.#came.has(intent.clientOrderId)) return inReachMs;
    return Math.min(inReachMs, atMs - this.#balancesSinceMs);
  }

  /** Once for each order, when it has ended or is late. */
  #checkWait(order: ProjectedOrder, atMs: number): void {
    const { clientOrderId } = order.intent;
    if (order.state === 'DEAD' || this.#late.has(clientOrderId)) return;
    const waitedMs = this.#waitedMs(order, atMs);
    const isLate = waitedMs > ENDS_MS_MAX + LOOK_MS;
    if (isLate) this.#late.add(clientOrderId);
    this.tally.check(
      !isLate,
      () =>
        `${clientOrderId} is ${order.state} after ${Math.round(waitedMs)} ms in which the venue ` +
        `could be reached, allowed are ${ENDS_MS_MAX} ms`,
    );
  }

  #checkParked(order: ProjectedOrder, atMs: number): void {
    const reachedMs = this.#provableMs(order, atMs);
    this.tally.check(
      reachedMs <= ENDS_MS_MAX + LOOK_MS,
      () =>
        `${order.intent.clientOrderId} was parked though the venue could be reached for ` +
        `${Math.round(reachedMs)} ms, allowed are ${ENDS_MS_MAX} ms`,
    );
  }

  #checkTold(order: ProjectedOrder, atMs: number): void {
    if (order.state !== 'UNKNOWN' && order.state !== 'DEAD') return;
    const { clientOrderId } = order.intent;
    const unprovenMs = atMs - Math.max(order.stateAtMs, this.#lifeBeganAtMs);
    const isWatched = this.#night.daemon.life !== undefined && unprovenMs > UNTOLD_MS_MAX + LOOK_MS;
    if (!isWatched || this.#untold.has(clientOrderId)) return;
    const toldAtMs = this.#toldAtMs.get(clientOrderId);
    const isRaised = toldAtMs !== undefined && atMs - toldAtMs <= FAULT_RAISED_MS;
    if (!isRaised) this.#untold.add(clientOrderId);
    this.tally.check(isRaised, () => {
      const told = toldAtMs === undefined ? 'never' : `${Math.round(atMs - toldAtMs)} ms ago`;
      return (
        `${clientOrderId} is ${order.state} for ${Math.round(unprovenMs)} ms of this life; it was ` +
        `told ${told}, and counts as raised for ${FAULT_RAISED_MS} ms`
      );
    });
  }
}

export const ordersEnd: CheckerKind = {
  id: 'L1',
  claim:
    'each order has ended after a minute in which the venue could be reached, and one that stays unproven for a minute stands told',
  make: (night) => new OrdersEnd(night),
};
