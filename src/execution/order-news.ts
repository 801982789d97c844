import { InvariantBroken } from '../domain/assert.ts';
import type { VenueOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type {
  Fill,
  OrderReport,
  OrderStateName,
  ReportSource,
  UnknownCause,
  VenueRefusal,
} from '../domain/order.ts';
import type { Reason, ReasonCode } from '../domain/reason.ts';
import { type Lots, type UnixMs, unixMs } from '../domain/units.ts';
import type { DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import type { ParkedFill } from './fill-ledger.ts';
import { countOnOrder } from './news-grid.ts';
import { isLegal, mergeStatus, type OrderEvent, type VenueState } from './order-state.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** What one source says about one order of ours. */
export interface OrderNews {
  /** In whose steps it is told. */
  readonly instrument: Instrument;
  readonly venueOrderId: VenueOrderId;
  readonly status: OrderReport['status'];
  readonly filledQuantity: Lots;
  readonly fills: readonly Fill[];
  readonly text: string;
}

/**
 * Takes news of an order in: fills are booked first, each once, then the larger quantity and the
 * higher rank win. Whatever the order in which news come, and however often, the end is the same.
 */
export function takeNews(
  state: DeskState,
  tracked: TrackedOrder,
  told: OrderNews,
  source: ReportSource,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const parked = findParked(state, tracked, told.venueOrderId);
  const news = countOnOrder(tracked, told, parked, atMs, step);
  if (news === undefined) {
    const detail = { clientOrderId: tracked.id, symbol: tracked.symbol, cause: 'offGrid' };
    step.fault('data.invalid', 'error', detail);
    return;
  }
  for (const { fill } of parked) state.fills.unpark(fill);
  const isOther = tracked.venueOrderId !== undefined && tracked.venueOrderId !== news.venueOrderId;
  if (tracked.venueOrderId === undefined) tracked.venueOrderId = news.venueOrderId;
  state.registry.bind(tracked, news.venueOrderId);

  const owedThrough = tracked.reportedQuantity;
  const hadEnded = tracked.hasEnded;
  const booked = news.fills.filter((fill) => bookOnce(state, tracked, fill, atMs));
  const isLate = hadEnded && tracked.order.filledQuantity > owedThrough;
  for (const fill of booked) noteFill(state, tracked, fill, source, isLate, atMs, step);

  if (isOther) reportDuplicate(tracked, news, step);
  else mergeInto(state, tracked, news, source, isLate, atMs, step);

  for (const fill of booked) {
    step.newFills.push({ fill, order: tracked.order, source, late: isLate });
  }
  state.registry.file(tracked);
}

/** Changes the state, and says so. The durable row is the caller's, who knows its shape. */
export function change(
  tracked: TrackedOrder,
  event: OrderEvent,
  reason: Reason,
  source: ReportSource | undefined,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const from: OrderStateName = tracked.order.state.type;
  tracked.apply(event, atMs);
  const { order } = tracked;
  step.changes.push({ order, from, to: order.state.type, reason, source });
}

/** The venue proved that it did not take the order. */
export function refuse(
  state: DeskState,
  tracked: TrackedOrder,
  proof: VenueRefusal,
  source: ReportSource,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const { strategy, symbol } = tracked.order.intent;
  step.rows.push({ type: 'rejected', atMs, clientOrderId: tracked.id, proof });
  const reason: Reason = { code: 'VENUE_REFUSED', venueCode: proof.code, text: proof.text };
  change(tracked, { type: 'refused', proof }, reason, source, atMs, step);
  tracked.resolver = undefined;
  state.registry.file(tracked);
  step.fault('order.rejected', 'warn', {
    clientOrderId: tracked.id,
    symbol,
    strategy,
    venueCode: proof.code,
    httpStatus: proof.httpStatus,
    text: proof.text,
  });
  if (state.refusals.onRefused(strategy, symbol, atMs)) {
    step.findings.push({ type: 'refusalsLatched', order: tracked.order });
  }
}

/** There is no proof either way: frozen, and searched for from now on. */
export function lose(
  state: DeskState,
  tracked: TrackedOrder,
  cause: UnknownCause,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  step.rows.push({ type: 'unknown', atMs, clientOrderId: tracked.id, cause });
  const reason: Reason = { code: 'OUTCOME_UNPROVEN', cause: cause.type, text: textOf(cause) };
  change(tracked, { type: 'lost', sinceMs: atMs, cause }, reason, undefined, atMs, step);
  state.counters.unknowns += 1;
  step.fault('order.unknown', 'error', {
    clientOrderId: tracked.id,
    symbol: tracked.symbol,
    cause: cause.type,
    text: textOf(cause),
  });
}

/** An unclaimed or just found fill of an order whose report we have not seen. */
export function newsOfFill(fill: Fill, instrument: Instrument): OrderNews {
  return {
    instrument,
    venueOrderId: fill.venueOrderId,
    status: 'PARTIALLY_FILLED',
    filledQuantity: fill.quantity,
    fills: [fill],
    text: '',
  };
}

function mergeInto(
  state: DeskState,
  tracked: TrackedOrder,
  news: OrderNews,
  source: ReportSource,
  isLate: boolean,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const { intent } = tracked.order;
  const from = tracked.order.state.type;
  if (news.status === 'REJECTED' && isLegal(from, 'refused') && news.filledQuantity === 0) {
    refuse(state, tracked, { httpStatus: 200, code: 0, text: news.text }, source, atMs, step);
    return;
  }
  const before = tracked.reportedQuantity;
  tracked.count(news.filledQuantity);
  const to = mergeStatus(from, news.status, tracked.reportedQuantity, intent.quantity);
  const owes = !tracked.isSettled && tracked.reportedQuantity > before;
  if (to === undefined && !owes) return;

  const venueOrderId = tracked.venueOrderId ?? news.venueOrderId;
  step.rows.push({
    type: 'reported',
    atMs,
    clientOrderId: tracked.id,
    venueOrderId,
    state: to ?? rowStateOf(from),
    filledQuantity: tracked.reportedQuantity,
    source,
    text: news.text,
  });
  if (to === undefined) return;

  const type = isLegal(from, 'appeared') ? 'appeared' : 'reported';
  const reason = reasonOf(from, to, tracked, isLate, news.text);
  change(tracked, { type, to, venueOrderId, text: news.text }, reason, source, atMs, step);
  tracked.resolver = undefined;
  if (tracked.cancel !== undefined) tracked.cancel.nextAtMs = atMs;
  state.refusals.onAccepted(intent.strategy, intent.symbol);
  if (type === 'appeared') {
    step.fault('order.orphan', 'error', { clientOrderId: tracked.id, provenBefore: from, now: to });
    step.findings.push({ type: 'lateAppearance', order: tracked.order });
  }
}

function noteFill(
  state: DeskState,
  tracked: TrackedOrder,
  fill: Fill,
  source: ReportSource,
  isLate: boolean,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  step.rows.push({
    type: 'filled',
    atMs,
    clientOrderId: tracked.id,
    fill,
    source,
    late: isLate,
  });
  if (source === 'query') state.counters.foundFills += 1;
  if (!isLate) return;
  state.counters.lateFills += 1;
  step.fault('fill.late', 'error', {
    clientOrderId: tracked.id,
    symbol: fill.symbol,
    tradeId: fill.tradeId,
    quantityLots: fill.quantity,
    orderState: tracked.order.state.type,
  });
}

function bookOnce(state: DeskState, tracked: TrackedOrder, fill: Fill, atMs: UnixMs): boolean {
  if (state.fills.isBooked(fill, !tracked.isSettled)) {
    state.counters.duplicateFills += 1;
    return false;
  }
  state.fills.remember(fill);
  tracked.book(fill, atMs);
  return true;
}

/** Fills that came by a question before we knew whose they are. */
function findParked(
  state: DeskState,
  tracked: TrackedOrder,
  venueOrderId: VenueOrderId,
): readonly ParkedFill[] {
  return state.fills
    .parked()
    .filter(({ fill }) => fill.symbol === tracked.symbol && fill.venueOrderId === venueOrderId);
}

// A box in the middle repeated the request and the venue took both: fills are real and booked, the rest is for a person.
function reportDuplicate(tracked: TrackedOrder, news: OrderNews, step: StepBuilder): void {
  step.fault('order.duplicate', 'error', {
    clientOrderId: tracked.id,
    venueOrderId: tracked.venueOrderId ?? '',
    otherVenueOrderId: news.venueOrderId,
  });
  step.findings.push({ type: 'duplicateOrder', order: tracked.order });
}

function reasonOf(
  from: OrderStateName,
  to: VenueState,
  tracked: TrackedOrder,
  isLate: boolean,
  text: string,
): Reason {
  return {
    code: isLate ? 'LATE_FILL' : codeOf(from, to),
    filledLots: tracked.reportedQuantity,
    quantityLots: tracked.order.intent.quantity,
    ...(text === '' ? {} : { text }),
  };
}

function codeOf(from: OrderStateName, to: VenueState): ReasonCode {
  if (to === 'CANCELED') return 'VENUE_CANCELED';
  if (to === 'EXPIRED') return 'VENUE_EXPIRED';
  if (from === 'SUBMITTED') return 'VENUE_ACCEPTED';
  if (from === 'UNKNOWN' || from === 'DEAD') return 'FOUND_AT_VENUE';
  return to === 'ACCEPTED' ? 'VENUE_ACCEPTED' : 'FILL';
}

function rowStateOf(state: OrderStateName): VenueState {
  switch (state) {
    case 'ACCEPTED':
    case 'PARTIALLY_FILLED':
    case 'FILLED':
    case 'CANCELED':
    case 'EXPIRED':
      return state;
    default:
      throw new InvariantBroken(`${state} is not a state that a venue reports`);
  }
}

function textOf(cause: UnknownCause): string {
  switch (cause.type) {
    case 'noAnswer':
      return `${cause.waitedMs} ms without an answer`;
    case 'restart':
      return 'the process ended before the answer';
    default:
      return cause.text;
  }
}

/** Venue clock of the moment from which on the order may have traded. */
export function mayTradeSinceMs(tracked: TrackedOrder, lookbackMs: number): UnixMs {
  return unixMs(Math.max(0, (tracked.sentAtMs ?? tracked.order.intent.createdAtMs) - lookbackMs));
}
