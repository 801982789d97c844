import type { Desk } from './desk.ts';
import { recordStale } from './on-market.ts';
import { DRAIN_MS } from './setup.ts';

/** A graceful stop: the gate closes at once, answers of what is on the wire are awaited. */
export function onStopRequested(desk: Desk, cause: string): void {
  if (desk.phase === 'stopping' || desk.phase === 'stopped') return;
  desk.phase = 'stopping';
  desk.stopCause = cause;
  desk.stopBeganAtMs = desk.nowMs;
  const message = 'stopping: no more orders';
  desk.out.push({ type: 'logChange', event: 'process.stopping', message, detail: { cause } });
  continueStop(desk);
}

/** Ends the process once nothing is on the wire, or after the longest wait. */
export function continueStop(desk: Desk): void {
  const isWaitedOut = desk.nowMs - desk.stopBeganAtMs >= DRAIN_MS;
  if (!isWaitedOut && desk.venues.some((venue) => hasOrderOnWire(venue.orders.openOrders())))
    return;
  for (const venue of desk.venues) {
    venue.host.flushAll(venue.signalSink);
    for (const told of venue.stale.closeAll()) recordStale(desk, venue, told);
    desk.push(venue.feed.stop(desk.nowMs));
    desk.push(venue.stream.stop().effects);
  }
  desk.phase = 'stopped';
  desk.out.push({ type: 'stopProcess', exitCode: 0, cause: desk.stopCause });
}

function hasOrderOnWire(orders: readonly { readonly state: { readonly type: string } }[]): boolean {
  return orders.some(({ state }) => state.type === 'INITIALIZED' || state.type === 'SUBMITTED');
}
