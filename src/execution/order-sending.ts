import { createHash } from 'node:crypto';
import { invariant } from '../domain/assert.ts';
import { formatPrice, formatQuantity } from '../domain/instrument.ts';
import type { OrderIntent, SendableOrder } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import { change } from './order-news.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** The journal has the intent: it is written down that it leaves, or that it never will. */
export function sendOrVoid(
  state: DeskState,
  tracked: TrackedOrder,
  order: SendableOrder,
  guard: Reason | undefined,
  atMs: UnixMs,
  venueNowMs: UnixMs,
  step: StepBuilder,
): void {
  const { recvWindowMs } = state.limits;
  const clientOrderId = tracked.id;
  const voidedBy = guard ?? findTooOld(order, atMs, state.limits.intentAgeMsMax);
  if (voidedBy !== undefined) {
    step.rows.push({ type: 'voided', atMs, clientOrderId, reason: voidedBy });
    change(tracked, { type: 'voided', reason: voidedBy }, voidedBy, undefined, atMs, step);
    state.registry.file(tracked);
    return;
  }
  const sentAtMs = unixMs(Math.floor(venueNowMs));
  const leaseEndMs = unixMs(sentAtMs + recvWindowMs);
  const reason: Reason = { code: 'SENT', sentAtMs, leaseEndMs };
  change(tracked, { type: 'submitted', sentAtMs, leaseEndMs }, reason, undefined, atMs, step);
  tracked.submittedAtMs = atMs;
  tracked.sentAtMs = sentAtMs;
  const payloadHash = hashPayload(order, sentAtMs, recvWindowMs);
  step.effects.push({
    type: 'persistSubmitted',
    order,
    row: {
      type: 'submitted',
      atMs,
      clientOrderId,
      sentAtMs,
      leaseEndMs,
      payloadHash,
      sendAttempts: 1,
    },
  });
}

/** The journal has that it leaves. Throws when it left before: there is no second time. */
export function placeOnce(
  state: DeskState,
  tracked: TrackedOrder,
  order: SendableOrder,
  atMs: UnixMs,
  step: StepBuilder,
): void {
  const { sentAtMs } = tracked;
  invariant(!tracked.isPlaced, `${tracked.id} was placed before`);
  invariant(
    tracked.order.state.type === 'SUBMITTED' && sentAtMs !== undefined,
    `${tracked.id} leaves as ${tracked.order.state.type}`,
  );
  tracked.isPlaced = true;
  state.counters.placed += 1;
  state.limiter.countOrder(atMs);
  state.lastActivityAtMs = atMs;
  const { recvWindowMs } = state.limits;
  step.effects.push({ type: 'placeOrder', order, timestampMs: sentAtMs, recvWindowMs });
}

function findTooOld(order: OrderIntent, atMs: UnixMs, limitMs: number): Reason | undefined {
  const ageMs = atMs - order.createdAtMs;
  return ageMs > limitMs ? { code: 'INTENT_TOO_OLD', ageMs, limitMs } : undefined;
}

/** What exactly will be sent, as a hash: the journal's word against any later claim. */
function hashPayload(intent: OrderIntent, sentAtMs: UnixMs, recvWindowMs: number): string {
  const { instrument } = intent;
  const payload = [
    ['symbol', instrument.venueSymbol],
    ['side', intent.side],
    ['type', intent.type],
    ['timeInForce', intent.timeInForce],
    ['quantity', formatQuantity(instrument, intent.quantity)],
    ['price', formatPrice(instrument, intent.price)],
    ['newClientOrderId', intent.clientOrderId],
    ['recvWindow', String(recvWindowMs)],
    ['timestamp', String(sentAtMs)],
  ];
  const text = payload.map((pair) => pair.join('=')).join('&');
  return createHash('sha256').update(text).digest('hex');
}
