import { applyStep } from './apply-step.ts';
import type { Desk } from './desk.ts';
import { LATE_TICK_MS, TICK_MS } from './setup.ts';
import { tellAgain } from './tell-again.ts';

/**
 * Looked at before any event is handled, because the first to come after a sleep is seldom the timer:
 * frames that waited in the sockets look new and are not. Ages grow by themselves; orders wait for proof.
 */
export function watchLateness(desk: Desk): void {
  const lateMs = desk.nowMs - desk.lastTickAtMs - TICK_MS;
  if (lateMs < LATE_TICK_MS || desk.phase === 'idle') return;
  tellAgain(desk, desk.lastTickAtMs);
  // Told once: the tick itself is still to come.
  desk.lastTickAtMs = desk.nowMs;
  desk.out.push({
    type: 'raiseFault',
    fault: 'loop.late',
    severity: 'warn',
    detail: { lateMs: Math.round(lateMs), limitMs: LATE_TICK_MS },
  });
  for (const venue of desk.venues) {
    applyStep(desk, venue, venue.orders.startReconciliation('gap', desk.nowMs));
  }
}
