import type { DeskEvent } from '../domain/event.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { DepthSnapshot } from '../domain/market.ts';
import type { SendableOrder } from '../domain/order.ts';
import type { Answered, VenueAnswer } from '../domain/venue.ts';
import { assessAtSend } from '../risk/assess-risk.ts';
import { applyStep } from './apply-step.ts';
import { onInstruments } from './boot.ts';
import { type Desk, keyOf, type VenueDesk, venueNowMs } from './desk.ts';
import { gatherFacts } from './facts.ts';
import { pushFeed } from './feed-effects.ts';
import { limitsNow } from './first-day.ts';
import { holdIfToldAway } from './mode-machine.ts';
import { onListing } from './on-listing.ts';

/** The journal has the wish. Look once more before it is written down that it leaves. */
export function onIntentDurable(desk: Desk, order: SendableOrder): void {
  const venue = findVenue(desk, order.venue);
  if (venue === undefined) return;
  const verdict = assessAtSend(order, gatherFacts(desk, venue, order), limitsNow(desk));
  const guard = verdict.type === 'denied' ? verdict.reason : undefined;
  applyStep(
    desk,
    venue,
    venue.orders.onIntentDurable(order, guard, desk.nowMs, venueNowMs(desk, venue)),
  );
  const { type } = venue.orders.findOrder(order.clientOrderId)?.state ?? {};
  if (type === 'SUBMITTED') countLeaving(desk, venue, order);
}

/** From now on it counts: another order of the same moment must already see it. */
function countLeaving(desk: Desk, venue: VenueDesk, order: SendableOrder): void {
  venue.lastOrderAtMs.set(keyOf(order.strategy, order.instrument), desk.nowMs);
  desk.portfolio?.countOrder();
}

/** The journal has that it leaves: only now does it leave, and a slow disk makes that later than it was meant. */
export function onSubmittedDurable(desk: Desk, order: SendableOrder): void {
  const venue = findVenue(desk, order.venue);
  if (venue === undefined) return;
  desk.firstOrderAtMs ??= desk.nowMs;
  applyStep(desk, venue, venue.orders.onSubmittedDurable(order, desk.nowMs));
  venue.orderTimes.push(desk.nowMs);
  venue.lastOrderAtMs.set(keyOf(order.strategy, order.instrument), desk.nowMs);
}

export function onOrderAnswered(desk: Desk, id: ClientOrderId, answer: VenueAnswer): void {
  const venue = findVenueOfOrder(desk, id);
  if (venue === undefined) return;
  askTimeIfRefused(desk, venue, answer);
  applyStep(desk, venue, venue.orders.onOrderAnswer(id, answer, desk.nowMs));
  holdIfToldAway(desk, venue);
}

export function onCancelAnswered(desk: Desk, id: ClientOrderId, answer: VenueAnswer): void {
  const venue = findVenueOfOrder(desk, id);
  if (venue === undefined) return;
  askTimeIfRefused(desk, venue, answer);
  applyStep(desk, venue, venue.orders.onCancelAnswer(id, answer, desk.nowMs));
  holdIfToldAway(desk, venue);
}

/** The venue refused our timestamp: the sooner its clock is known, the sooner the next request passes. */
function askTimeIfRefused(desk: Desk, venue: VenueDesk, answer: VenueAnswer): void {
  if (answer.type !== 'http' || answer.status === 200) return;
  if (venue.setup.accountCodec.assessHealth(answer).trouble !== 'clock') return;
  pushFeed(desk, venue, venue.feed.onTimestampRefused(desk.nowMs));
}

export function onVenueAnswered(
  desk: Desk,
  event: Extract<DeskEvent, { type: 'venueAnswered' }>,
): void {
  const boot = desk.boots.find((each) => each.requestId === event.requestId);
  if (boot !== undefined) {
    onInstruments(desk, boot, event.answer);
    return;
  }
  const venue = findVenue(desk, event.venue);
  if (venue === undefined) return;
  const { requestId, question, answer, atMs } = event;
  askTimeIfRefused(desk, venue, answer);
  if (venue.orders.owns(requestId)) {
    applyStep(desk, venue, venue.orders.onVenueAnswer(requestId, question, answer, atMs));
    holdIfToldAway(desk, venue);
    return;
  }
  const { accountCodec } = venue.setup;
  const usedWeight = answer.type === 'http' ? answer.usedWeight : undefined;
  applyStep(
    desk,
    venue,
    venue.orders.onHealth(accountCodec.assessHealth(answer), usedWeight, atMs),
  );
  holdIfToldAway(desk, venue);
  if (question.type === 'instruments') {
    onListing(desk, venue, requestId, answer);
  } else if (question.type === 'serverTime') {
    const time = accountCodec.decodeServerTime(answer);
    if (time.type === 'value') {
      pushFeed(desk, venue, venue.feed.onServerTime(time.value.serverAtMs, answer.sentAtMs, atMs));
      tellVenueClock(desk, venue);
    }
  } else if (question.type === 'depth') {
    const { index } = question.instrument;
    const depth = decodeDepth(venue, question.instrument, answer);
    pushFeed(
      desk,
      venue,
      venue.feed.onDepthAnswer(requestId, index, depth, atMs, venue.marketSink),
    );
  }
}

function decodeDepth(
  venue: VenueDesk,
  instrument: Instrument,
  answer: VenueAnswer,
): Answered<DepthSnapshot> {
  if (answer.type !== 'http') {
    const text = answer.type === 'timedOut' ? `no answer in ${answer.waitedMs} ms` : answer.text;
    return { type: 'failed', text };
  }
  if (answer.status !== 200) return { type: 'failed', text: `HTTP ${answer.status}` };
  return venue.marketCodec.decodeDepth(instrument, answer.body);
}

/** The world signs requests with the venue's clock: it must hear of a change. */
export function tellVenueClock(desk: Desk, venue: VenueDesk): void {
  const offsetMs = venue.feed.clockOffsetMs();
  if (offsetMs === undefined) return;
  const before = venue.clockOffsetMs;
  if (before !== undefined && Math.abs(offsetMs - before) < 1) return;
  venue.clockOffsetMs = offsetMs;
  desk.out.push({ type: 'setVenueClock', venue: venue.setup.venue, offsetMs });
}

function findVenue(desk: Desk, name: string): VenueDesk | undefined {
  return desk.venues.find((venue) => venue.setup.venue === name);
}

function findVenueOfOrder(desk: Desk, id: ClientOrderId): VenueDesk | undefined {
  return desk.venues.find((venue) => venue.orders.findOrder(id) !== undefined);
}
