import type { DeskEvent } from '../../domain/event.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderStateName } from '../../domain/order.ts';
import type { MarketHappening, OrderView } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import type { SimRequest } from '../request.ts';
import { OURS } from '../venue.ts';
import { provesRefusal } from '../venue-answer.ts';
import { quantityE8 } from './exact-e8.ts';
import { isOwnId } from './own-orders.ts';
import { hasEnded, type ProjectedOrder, ProjectedOrders, stateAfter } from './projected-orders.ts';

type OrderRow = Extract<JournalRow, { readonly clientOrderId: unknown }>;

const VENUE_STATES = ['ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED'] as const;

/** The table of the order protocol. A late fill completes an ended order; what was proven absent may yet appear. */
const NEXT: Readonly<Record<OrderStateName, readonly OrderStateName[]>> = {
  INITIALIZED: ['SUBMITTED', 'VOID'],
  SUBMITTED: [...VENUE_STATES, 'REJECTED', 'UNKNOWN', 'VOID'],
  UNKNOWN: [...VENUE_STATES, 'REJECTED', 'ABSENT', 'DEAD', 'VOID'],
  DEAD: [...VENUE_STATES, 'REJECTED', 'ABSENT', 'VOID'],
  ACCEPTED: ['PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED'],
  PARTIALLY_FILLED: ['FILLED', 'CANCELED', 'EXPIRED'],
  FILLED: [],
  CANCELED: ['FILLED'],
  EXPIRED: ['FILLED'],
  REJECTED: VENUE_STATES,
  ABSENT: VENUE_STATES,
  VOID: [],
};

/**
 * Orders go only the ways that the protocol knows, filled quantities never fall, and what the rows
 * call ended has ended at the exchange, unless its own word said otherwise.
 */
class Transitions implements Checker {
  readonly tally: Tally;
  readonly #orders = new ProjectedOrders();
  /** Orders of ours at the exchange as they are now, by our id: two when a box repeated the request. */
  readonly #real = new Map<string, Map<number, OrderView>>();
  readonly #left = new Set<string>();
  /** Orders of which the venue has told the daemon, in words that prove it, that it does not have them. */
  readonly #toldRefused = new Set<string>();

  constructor(night: SimNight) {
    this.tally = new Tally('I10', night);
  }

  onRequest(request: SimRequest): void {
    if (request.kind === 'place') this.#left.add(request.fields.newClientOrderId);
  }

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type === 'started') this.#orders.onStarted(event.rows, atMs);
    if (event.type !== 'orderAnswered' || !provesRefusal(event.answer)) return;
    this.#toldRefused.add(event.clientOrderId);
  }

  onHappening(happening: MarketHappening): void {
    if (happening.type !== 'orderUpdated') return;
    const { order } = happening;
    if (order.accountKey !== OURS || !isOwnId(order.clientOrderId)) return;
    const same = this.#real.get(order.clientOrderId) ?? new Map<number, OrderView>();
    same.set(order.orderId, order);
    this.#real.set(order.clientOrderId, same);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    for (const row of rows) {
      if (row.type === 'intent') {
        const { clientOrderId } = row.intent;
        const isNew = !this.#orders.byId.has(clientOrderId);
        this.tally.check(isNew, () => `${clientOrderId} has a second intent`);
      } else if ('clientOrderId' in row && row.type !== 'external') this.#checkRow(row);
      this.#orders.take(row, atMs);
    }
  }

  #checkRow(row: OrderRow): void {
    if (row.type === 'external') return;
    const order = this.#orders.byId.get(row.clientOrderId);
    this.tally.check(
      order !== undefined,
      () => `${row.clientOrderId} is ${row.type} without intent`,
    );
    if (order === undefined) return;
    if (row.type === 'filled') this.#checkFill(order, row);
    else if (row.type === 'reported') this.#checkReport(order, row);
    else if (row.type === 'regridded') this.#checkSteps(order, row.instrument);
    else if (row.type === 'cancelRequested') this.#checkCancel(order, row);
    else this.#checkChange(order, row);
  }

  #checkChange(order: ProjectedOrder, row: OrderRow): void {
    const to = stateAfter(row);
    if (to === undefined) return;
    const id = row.clientOrderId;
    this.#checkStep(order, to);
    if (to === 'VOID') {
      this.tally.check(!this.#left.has(id), () => `${id} is VOID, and it left`);
    }
    const isMisled = to === 'REJECTED' && this.#toldRefused.has(id);
    if (!isMisled && (to === 'REJECTED' || to === 'ABSENT' || to === 'VOID')) {
      this.tally.check(
        !this.#real.has(id),
        () => `${id} is ${to} by the journal, the venue has it as ${this.#describe(id)}`,
      );
    }
  }

  #checkReport(order: ProjectedOrder, row: Extract<JournalRow, { type: 'reported' }>): void {
    const { clientOrderId: id, state, filledQuantity } = row;
    if (order.state === state) {
      // The state is known; the row is there because it owes more fills than before.
      this.tally.check(
        filledQuantity > order.reportedLots,
        () => `${id} is reported ${state} again, filled ${filledQuantity} as before`,
      );
    } else this.#checkStep(order, state);
    this.tally.check(
      filledQuantity >= order.reportedLots,
      () => `${id} is reported filled ${filledQuantity} after ${order.reportedLots}`,
    );
    const { instrument } = order.intent;
    const filled = quantityE8(instrument, filledQuantity);
    const all = [...(this.#real.get(id)?.values() ?? [])];
    this.tally.check(
      all.some((real) => filled <= BigInt(real.executedQty) && mayBe(state, real)),
      () =>
        `${id} is reported ${state}, filled ${filled}; at the venue it is ${this.#describe(id)}`,
    );
  }

  #checkFill(order: ProjectedOrder, row: Extract<JournalRow, { type: 'filled' }>): void {
    const { intent, filledLots, reportedLots, state } = order;
    const id = row.clientOrderId;
    const after = filledLots + row.fill.quantity;
    const realCount = this.#real.get(id)?.size ?? 0;
    this.tally.check(
      after <= intent.quantity * Math.max(1, realCount),
      () => `${id} is filled ${after} of ${intent.quantity} lots, ${realCount} orders at the venue`,
    );
    this.tally.check(
      state !== 'INITIALIZED',
      () => `${id} is filled and the journal does not know that it left`,
    );
    if (!hasEnded(state)) return;
    this.tally.check(
      row.late || after <= reportedLots,
      () => `${id} is filled ${after} after it ended ${state} at ${reportedLots}, not called late`,
    );
  }

  #checkCancel(order: ProjectedOrder, { clientOrderId }: OrderRow): void {
    this.tally.check(
      !hasEnded(order.state) && order.state !== 'INITIALIZED',
      () => `${clientOrderId} is to be canceled and is ${order.state}`,
    );
  }

  /** An order is worth what it was, in whatever steps it is counted. */
  #checkSteps({ intent, filledLots, reportedLots }: ProjectedOrder, next: Instrument): void {
    const { clientOrderId, instrument, symbol } = intent;
    const lot = quantityE8(next, 1);
    const all = [intent.quantity, filledLots, reportedLots].map((count) =>
      quantityE8(instrument, count),
    );
    this.tally.check(
      next.symbol === symbol && all.every((quantity) => quantity % lot === 0n),
      () => `${clientOrderId} is counted in lots of ${lot}, and has ${all.join(', ')} of 10^-8`,
    );
  }

  #checkStep({ intent, state }: ProjectedOrder, to: OrderStateName): void {
    this.tally.check(
      NEXT[state].includes(to),
      () => `${intent.clientOrderId} goes from ${state} to ${to}`,
    );
  }

  #describe(id: string): string {
    const all = [...(this.#real.get(id)?.values() ?? [])];
    return (
      all.map(({ status, executedQty }) => `${status} filled ${executedQty}`).join(' and ') ||
      'nothing'
    );
  }
}

/** Whether an order may truthfully be told so. News may be old, so an order may be further than they say. */
function mayBe(state: (typeof VENUE_STATES)[number], { status, quantity, executedQty }: OrderView) {
  switch (state) {
    case 'ACCEPTED':
    case 'PARTIALLY_FILLED':
      return true;
    case 'FILLED':
      return executedQty >= quantity;
    case 'CANCELED':
      return status === 'CANCELED';
    case 'EXPIRED':
      return status === 'EXPIRED' || status === 'EXPIRED_IN_MATCH';
  }
}

export const transitions: CheckerKind = {
  id: 'I10',
  claim: 'orders go only the ways of the protocol, and what is called ended has ended',
  make: (night) => new Transitions(night),
};
