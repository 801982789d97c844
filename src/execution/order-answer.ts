import type { OrderIntent, OrderReport, UnknownCause, VenueRefusal } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { regrid } from '../domain/regrid.ts';
import type { UnixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import { inquire } from './canceler.ts';
import type { DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import { change, lose, refuse } from './order-news.ts';
import { isLegal } from './order-state.ts';
import type { TrackedOrder } from './tracked-order.ts';
import { beginSearch, hurrySearch } from './unknown-resolver.ts';
import { takeReport } from './venue-facts.ts';

/**
 * The answer to the one placing of an order. Only what the venue documents as proof ends it; news
 * that the account socket brought first are never undone by a late or contrary answer.
 */
export function takeOrderAnswer(
  state: DeskState,
  tracked: TrackedOrder,
  answer: VenueAnswer,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const { clientOrderId, instrument } = tracked.order.intent;
  const outcome = state.setup.codec.classifyPlace(answer, clientOrderId, instrument);
  switch (outcome.type) {
    case 'accepted':
      if (!isAboutOurs(outcome.report, tracked.order.intent)) {
        onUnknown(state, tracked, { type: 'badAnswer', text: 'about another order' }, atMs, step);
        return;
      }
      if (!tracked.isOnStream) state.awaitingStream.set(tracked.id, atMs);
      takeReport(state, outcome.report, 'answer', atMs, step);
      return;
    case 'rejected':
      onRejected(state, tracked, outcome.proof, atMs, step);
      return;
    case 'exists':
      onExists(state, tracked, outcome.proof, atMs, step);
      return;
    case 'notSent':
      onNotSent(state, tracked, outcome.text, atMs, step);
      return;
    case 'unknown':
      onUnknown(state, tracked, outcome.cause, atMs, step);
      return;
  }
}

/** The answer repeats what we sent. One that does not is no proof of anything. */
function isAboutOurs(report: OrderReport, intent: OrderIntent): boolean {
  const steps = regrid(report.instrument, intent.instrument);
  return (
    report.clientOrderId === intent.clientOrderId &&
    report.side === intent.side &&
    steps.quantity(report.quantity) === intent.quantity &&
    (report.price === undefined || steps.price(report.price) === intent.price)
  );
}

/** No answer for so long: the symbol is frozen, the answer may still come. */
export function giveUpWaiting(
  state: DeskState,
  tracked: TrackedOrder,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const waitedMs = atMs - (tracked.submittedAtMs ?? atMs);
  if (tracked.order.state.type !== 'SUBMITTED' || waitedMs < state.limits.unknownAfterMs) return;
  onUnknown(state, tracked, { type: 'noAnswer', waitedMs }, atMs, step);
}

function onRejected(
  state: DeskState,
  tracked: TrackedOrder,
  proof: VenueRefusal,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const hasFills = tracked.order.filledQuantity > 0;
  if (isLegal(tracked.order.state.type, 'refused') && !hasFills) {
    refuse(state, tracked, proof, 'answer', atMs, step);
    return;
  }
  contradict(state, tracked, `refused: ${proof.code} ${proof.text}`, atMs, step);
}

// Ids are never used twice, so somebody between us and the venue sent it twice, or a former life of ours did.
function onExists(
  state: DeskState,
  tracked: TrackedOrder,
  proof: VenueRefusal,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  step.fault('order.duplicate', 'error', {
    clientOrderId: tracked.id,
    symbol: tracked.symbol,
    text: proof.text,
  });
  const cause: UnknownCause = { type: 'venueError', ...proof };
  onUnknown(state, tracked, cause, atMs, step);
  if (tracked.isUnproven) hurrySearch(tracked, atMs);
  else inquire(state, tracked, atMs, step);
}

function onNotSent(
  state: DeskState,
  tracked: TrackedOrder,
  text: string,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  if (!isLegal(tracked.order.state.type, 'notSent') || tracked.order.filledQuantity > 0) {
    contradict(state, tracked, `said to be not sent: ${text}`, atMs, step);
    return;
  }
  const reason: Reason = { code: 'NOT_SENT', text };
  step.rows.push({ type: 'voided', atMs, clientOrderId: tracked.id, reason });
  change(tracked, { type: 'notSent', reason }, reason, 'answer', atMs, step);
  tracked.resolver = undefined;
  state.registry.file(tracked);
}

function onUnknown(
  state: DeskState,
  tracked: TrackedOrder,
  cause: UnknownCause,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  // UNKNOWN already, or known by another way: this answer adds nothing.
  if (tracked.order.state.type !== 'SUBMITTED') return;
  lose(state, tracked, cause, atMs, step);
  beginSearch(tracked, atMs, state.limits.resolveAtMs[0] ?? 0);
}

/** The venue says two things at once. What is proven stays, and the venue is asked. */
function contradict(
  state: DeskState,
  tracked: TrackedOrder,
  text: string,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  step.fault('venue.error', 'error', {
    cause: 'the answer contradicts what is known of the order',
    clientOrderId: tracked.id,
    orderState: tracked.order.state.type,
    text,
  });
  if (!tracked.hasEnded) inquire(state, tracked, atMs, step);
}
