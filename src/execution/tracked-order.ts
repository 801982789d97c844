import { recount, recountLots } from '../domain/finer-grid.ts';
import type { ClientOrderId, VenueOrderId } from '../domain/ids.ts';
import type { Instrument, SymbolId } from '../domain/instrument.ts';
import type { Fill, Order, OrderIntent } from '../domain/order.ts';
import { regrid } from '../domain/regrid.ts';
import { amount, type Lots, lots, NO_AMOUNT, NO_LOTS, type UnixMs } from '../domain/units.ts';
import type { InstrumentTable } from './instrument-table.ts';
import { isEnded, isUnproven, type OrderEvent, transition } from './order-state.ts';

/** What is known about a wanted cancel. */
export interface CancelWork {
  /** Our clock; `undefined` while no request is under way. */
  askedAtMs: number | undefined;
  nextAtMs: number;
  failuresCount: number;
}

/** Where the search for an unproven order stands. */
export interface ResolverWork {
  readonly startedAtMs: number;
  triesCount: number;
  failuresCount: number;
  nextAtMs: number;
  /** The one question under way. */
  requestId: number | undefined;
  proof: AbsentProof | undefined;
}

/** Evidence, all gathered after the venue clock was seen past the lease. */
export interface AbsentProof {
  readonly venueAtMs: UnixMs;
  /** Our clock, when each of the answers that it does not exist was asked for. */
  missesAtMs: number[];
  hasOpenOrders: boolean;
  hasOrdersSince: boolean;
  hasFills: boolean;
  /** Where the next page of own trades begins. */
  fillsFrom: number | undefined;
  /** Times in a row that balances did not agree, with everything else proven. */
  disagreedCount: number;
}

/** `order` with its instrument left out: it stands once in a table. */
export interface TrackedOrderState {
  readonly order: Omit<Order, 'intent'> & { readonly intent: Omit<OrderIntent, 'instrument'> };
  /** Place of the instrument in the table. */
  readonly instrument: number;
  readonly fillsAfter?: number | undefined;
  readonly venueOrderId?: VenueOrderId | undefined;
  readonly reportedQuantity: Lots;
  readonly submittedAtMs?: number | undefined;
  readonly sentAtMs?: UnixMs | undefined;
  readonly isPlaced: boolean;
  readonly isOnStream: boolean;
  readonly cancel?: Readonly<CancelWork> | undefined;
  readonly resolver?: Readonly<ResolverWork> | undefined;
}

/** One order and what the desk is doing about it. Changed only by the desk. */
export class TrackedOrder {
  order: Order;
  /** Highest trade id of the symbol that was booked when the intent was made: its own are above. */
  readonly fillsAfter: number | undefined;
  venueOrderId: VenueOrderId | undefined;
  /** The most that the venue has counted; booked fills may lag behind. */
  reportedQuantity: Lots = NO_LOTS;
  /** Our clock, when it was about to leave. */
  submittedAtMs: number | undefined;
  /** Venue clock, signed into the request. */
  sentAtMs: UnixMs | undefined;
  isPlaced = false;
  /** The account socket has spoken of it. */
  isOnStream = false;
  cancel: CancelWork | undefined;
  resolver: ResolverWork | undefined;

  constructor(intent: OrderIntent, fillsAfter: number | undefined, atMs: UnixMs) {
    this.fillsAfter = fillsAfter;
    this.order = {
      intent,
      state: { type: 'INITIALIZED' },
      filledQuantity: NO_LOTS,
      filledQuote: NO_AMOUNT,
      cancelRequested: false,
      updatedAtMs: atMs,
    };
  }

  get id(): ClientOrderId {
    return this.order.intent.clientOrderId;
  }
  get symbol(): SymbolId {
    return this.order.intent.symbol;
  }
  get hasEnded(): boolean {
    return isEnded(this.order.state.type);
  }
  get isUnproven(): boolean {
    return isUnproven(this.order.state.type);
  }
  /** Every fill that the venue counted is booked. */
  get isSettled(): boolean {
    return this.order.filledQuantity >= this.reportedQuantity;
  }
  /** Nothing more is to be done about it. */
  get isDone(): boolean {
    return this.hasEnded && this.isSettled;
  }

  /** Throws when the protocol does not allow the event now. */
  apply(event: OrderEvent, atMs: UnixMs): void {
    this.order = { ...this.order, state: transition(this.order.state, event), updatedAtMs: atMs };
  }

  book(fill: Fill, atMs: UnixMs): void {
    this.order = {
      ...this.order,
      filledQuantity: lots(this.order.filledQuantity + fill.quantity),
      filledQuote: amount(this.order.filledQuote + fill.quote),
      updatedAtMs: atMs,
    };
    this.count(this.order.filledQuantity);
  }

  /** The venue has counted so much. */
  count(quantity: Lots): void {
    if (quantity > this.reportedQuantity) this.reportedQuantity = quantity;
  }

  /** Whether all its quantities can be counted in the lots of this instrument. */
  hasNumbersOn(instrument: Instrument): boolean {
    const { intent, filledQuantity } = this.order;
    const steps = regrid(intent.instrument, instrument);
    const all = [intent.quantity, filledQuantity, this.reportedQuantity];
    return all.every((quantity) => steps.quantity(quantity) !== undefined);
  }

  /** From now on it is counted in these steps. Throws unless `hasNumbersOn` them. */
  recount(instrument: Instrument, atMs: UnixMs): void {
    const { intent, filledQuantity } = this.order;
    this.order = {
      ...this.order,
      intent: recount(intent, instrument),
      filledQuantity: recountLots(intent.instrument, instrument, filledQuantity),
      updatedAtMs: atMs,
    };
    this.reportedQuantity = recountLots(intent.instrument, instrument, this.reportedQuantity);
  }

  markCancelRequested(atMs: UnixMs): void {
    this.order = { ...this.order, cancelRequested: true, updatedAtMs: atMs };
  }

  save(table: InstrumentTable): TrackedOrderState {
    const { instrument, ...intent } = this.order.intent;
    return {
      order: { ...this.order, intent },
      instrument: table.placeOf(instrument),
      fillsAfter: this.fillsAfter,
      venueOrderId: this.venueOrderId,
      reportedQuantity: this.reportedQuantity,
      submittedAtMs: this.submittedAtMs,
      sentAtMs: this.sentAtMs,
      isPlaced: this.isPlaced,
      isOnStream: this.isOnStream,
      cancel: copyCancel(this.cancel),
      resolver: copyResolver(this.resolver),
    };
  }

  static load(state: TrackedOrderState, instrument: Instrument): TrackedOrder {
    const { order } = state;
    const intent: OrderIntent = { ...order.intent, instrument };
    const tracked = new TrackedOrder(intent, state.fillsAfter, order.updatedAtMs);
    tracked.order = { ...order, intent };
    tracked.venueOrderId = state.venueOrderId;
    tracked.reportedQuantity = state.reportedQuantity;
    tracked.submittedAtMs = state.submittedAtMs;
    tracked.sentAtMs = state.sentAtMs;
    tracked.isPlaced = state.isPlaced;
    tracked.isOnStream = state.isOnStream;
    tracked.cancel = copyCancel(state.cancel);
    tracked.resolver = copyResolver(state.resolver);
    return tracked;
  }
}

function copyCancel(work: CancelWork | undefined): CancelWork | undefined {
  if (work === undefined) return undefined;
  const { askedAtMs, nextAtMs, failuresCount } = work;
  return { askedAtMs, nextAtMs, failuresCount };
}

function copyResolver(work: ResolverWork | undefined): ResolverWork | undefined {
  if (work === undefined) return undefined;
  const { requestId, proof } = work;
  if (proof === undefined) return { ...work, requestId, proof };
  const { missesAtMs, fillsFrom } = proof;
  return { ...work, requestId, proof: { ...proof, missesAtMs: [...missesAtMs], fillsFrom } };
}
