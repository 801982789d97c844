import type { ClientOrderId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { OrderIntent, OrderStateName } from '../../domain/order.ts';
import { lots, price } from '../../domain/units.ts';
import { priceE8, quantityE8 } from './exact-e8.ts';

export type SubmittedRow = Extract<JournalRow, { type: 'submitted' }>;

/** One order as the rows tell it, and nothing but the rows. */
export interface ProjectedOrder {
  /** Counted in the steps that its rows are told in by now. */
  intent: OrderIntent;
  /** True time at which the rows said so, here and below. */
  readonly intentAtMs: number;
  submitted: SubmittedRow | undefined;
  submittedAtMs: number | undefined;
  /** How often it was written down as leaving. */
  submittedCount: number;
  state: OrderStateName;
  stateAtMs: number;
  /** The largest filled quantity that a report told, in lots. */
  reportedLots: number;
  /** What the fills booked so far add up to, in lots. */
  filledLots: number;
}

const ENDED: ReadonlySet<OrderStateName> = new Set<OrderStateName>([
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
  'ABSENT',
  'VOID',
]);

/** Nothing more should come of it. */
export function hasEnded(state: OrderStateName): boolean {
  return ENDED.has(state);
}

/** Left, and neither taken nor refused as far as is proven. */
export function isUnproven(state: OrderStateName): boolean {
  return state === 'SUBMITTED' || state === 'UNKNOWN' || state === 'DEAD';
}

function isOfOrder(row: JournalRow): boolean {
  return row.type === 'intent' || (row.type !== 'external' && 'clientOrderId' in row);
}

/** The orders of a journal, told again from its rows alone: none of the daemon's own code takes part. */
export class ProjectedOrders {
  readonly byId = new Map<ClientOrderId, ProjectedOrder>();

  /** What has not ended, oldest first. Kept small, since most questions are about these. */
  readonly open = new Map<ClientOrderId, ProjectedOrder>();

  #rowsCount = 0;

  /**
   * A start found these rows. Fewer than were taken: somebody has put an older journal back, and what is told from now
   * on goes on from there. True when that is so; that rows are missing is for I14 to say.
   */
  onStarted(rows: readonly JournalRow[], atMs: number): boolean {
    if (rows.filter(isOfOrder).length >= this.#rowsCount) return false;
    this.byId.clear();
    this.open.clear();
    this.#rowsCount = 0;
    for (const row of rows) this.take(row, atMs);
    return true;
  }

  /** `undefined`: the row is of no order, or of one that has no intent. */
  take(row: JournalRow, atMs: number): ProjectedOrder | undefined {
    if (isOfOrder(row)) this.#rowsCount += 1;
    if (row.type === 'intent') return this.#begin(row.intent, atMs);
    if (row.type === 'external' || !('clientOrderId' in row)) return undefined;
    const order = this.byId.get(row.clientOrderId);
    if (order === undefined) return undefined;
    switch (row.type) {
      case 'submitted':
        order.submitted = row;
        order.submittedAtMs = atMs;
        order.submittedCount += 1;
        break;
      case 'reported':
        order.reportedLots = Math.max(order.reportedLots, row.filledQuantity);
        break;
      case 'regridded':
        regrid(order, row.instrument);
        return order;
      case 'filled':
        order.filledLots += row.fill.quantity;
        return order;
      default:
    }
    const state = stateAfter(row);
    if (state !== undefined) this.#change(order, state, atMs);
    return order;
  }

  #begin(intent: OrderIntent, atMs: number): ProjectedOrder {
    const order: ProjectedOrder = {
      intent,
      intentAtMs: atMs,
      submitted: undefined,
      submittedAtMs: undefined,
      submittedCount: 0,
      state: 'INITIALIZED',
      stateAtMs: atMs,
      reportedLots: 0,
      filledLots: 0,
    };
    this.byId.set(intent.clientOrderId, order);
    this.open.set(intent.clientOrderId, order);
    return order;
  }

  #change(order: ProjectedOrder, state: OrderStateName, atMs: number): void {
    order.state = state;
    order.stateAtMs = atMs;
    if (hasEnded(state)) this.open.delete(order.intent.clientOrderId);
    else this.open.set(order.intent.clientOrderId, order);
  }
}

/** All numbers of the order in other steps. What is not whole there becomes a fraction, and is seen as one. */
function regrid(order: ProjectedOrder, instrument: Instrument): void {
  const { intent } = order;
  const before = intent.instrument;
  const times = exactRatio(quantityE8(before, 1), quantityE8(instrument, 1));
  const priceTimes = exactRatio(priceE8(before, 1), priceE8(instrument, 1));
  order.filledLots *= times;
  order.reportedLots *= times;
  order.intent = {
    ...intent,
    instrument,
    price: price(Math.max(1, Math.round(intent.price * priceTimes))),
    quantity: lots(Math.round(intent.quantity * times)),
  };
}

function exactRatio(of: bigint, to: bigint): number {
  return of % to === 0n ? Number(of / to) : Number(of) / Number(to);
}

/** The state that a row puts its order into; `undefined`: it says nothing of the state. */
export function stateAfter(row: JournalRow): OrderStateName | undefined {
  switch (row.type) {
    case 'intent':
      return 'INITIALIZED';
    case 'submitted':
      return 'SUBMITTED';
    case 'voided':
      return 'VOID';
    case 'rejected':
      return 'REJECTED';
    case 'unknown':
      return 'UNKNOWN';
    case 'absent':
      return 'ABSENT';
    case 'dead':
      return 'DEAD';
    case 'reported':
      return row.state;
    default:
      return undefined;
  }
}
