import type { Reason } from '../domain/reason.ts';
import type { UnixMs } from '../domain/units.ts';
import type { VenueAnswer } from '../domain/venue.ts';
import { backoffMs, type DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import type { CancelWork, TrackedOrder } from './tracked-order.ts';
import { takeReport } from './venue-facts.ts';

/** Writes the wish down and asks the venue, if the order can be there already. */
export function wantCancel(
  state: DeskState,
  tracked: TrackedOrder,
  reason: Reason,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  if (tracked.hasEnded || tracked.cancel !== undefined) return;
  step.rows.push({ type: 'cancelRequested', atMs, clientOrderId: tracked.id, reason });
  step.commitNow = true;
  tracked.markCancelRequested(atMs);
  tracked.cancel = { askedAtMs: undefined, nextAtMs: atMs, failuresCount: 0 };
  cancelOn(state, tracked, atMs, step);
}

/** One tick of a wanted cancel: asks again until the order is known to have ended. */
export function cancelOn(
  state: DeskState,
  tracked: TrackedOrder,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const work = tracked.cancel;
  if (work === undefined) return;
  if (tracked.hasEnded) {
    tracked.cancel = undefined;
    return;
  }
  const { limits } = state;
  if (work.askedAtMs !== undefined) {
    const waitedMs = atMs - work.askedAtMs;
    if (waitedMs < limits.cancelTimeoutMs) return;
    fail(state, tracked, work, `no answer in ${waitedMs} ms`, atMs, step);
  }
  if (atMs < work.nextAtMs || !mayBeAtVenue(tracked) || !state.limiter.takeCancel(atMs)) return;
  work.askedAtMs = atMs;
  const { venue, instrument } = tracked.order.intent;
  step.effects.push({ type: 'cancelOrder', venue, instrument, clientOrderId: tracked.id });
}

/** The answer to a cancel. It ends nothing by itself: the order ends by a report of it. */
export function onCancelAnswer(
  state: DeskState,
  tracked: TrackedOrder,
  answer: VenueAnswer,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const answered = state.setup.codec.decodeCancel(answer, state.instruments);
  const work = tracked.cancel;
  if (work !== undefined) work.askedAtMs = undefined;
  switch (answered.type) {
    case 'value':
      takeReport(state, answered.value, 'answer', atMs, step);
      if (work !== undefined) {
        work.failuresCount = 0;
        // Still working by this answer: look again, not at once.
        work.nextAtMs = atMs + state.limits.retryDelayMsMin;
      }
      return;
    case 'notFound':
      // It ended before the cancel came: filled perhaps. Only a query tells.
      if (work !== undefined) {
        work.failuresCount = 0;
        work.nextAtMs = atMs + state.limits.cancelTimeoutMs;
      }
      inquire(state, tracked, atMs, step);
      return;
    case 'unlisted':
    case 'refused':
    case 'failed': {
      const text = answered.type === 'failed' ? answered.text : answered.proof.text;
      if (work !== undefined) fail(state, tracked, work, text, atMs, step);
      return;
    }
  }
}

/** Asks for the order by its id, once. */
export function inquire(
  state: DeskState,
  tracked: TrackedOrder,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const { instrument } = tracked.order.intent;
  state.questions.ask(
    { type: 'inquire', clientOrderId: tracked.id },
    { type: 'orderByClientId', instrument, clientOrderId: tracked.id },
    atMs,
    step,
  );
}

// A lost answer may have canceled: the order is asked for before it is canceled again.
function fail(
  state: DeskState,
  tracked: TrackedOrder,
  work: CancelWork,
  text: string,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const { limits } = state;
  work.askedAtMs = undefined;
  work.failuresCount += 1;
  work.nextAtMs = atMs + backoffMs(limits, work.failuresCount);
  inquire(state, tracked, atMs, step);
  // Told again for as long as it lasts: a fault that nobody repeats counts as over.
  if (work.failuresCount % limits.cancelFailuresMax !== 0) return;
  step.fault('venue.error', 'error', {
    cause: 'a cancel fails again and again',
    clientOrderId: tracked.id,
    symbol: tracked.symbol,
    failuresCount: work.failuresCount,
    text,
  });
}

/** A SUBMITTED order is not canceled before its answer: within two seconds it is something else. */
function mayBeAtVenue(tracked: TrackedOrder): boolean {
  const { type } = tracked.order.state;
  return type !== 'INITIALIZED' && type !== 'SUBMITTED';
}
