import { FAULT_TOLD_EVERY_MS } from '../domain/fault.ts';
import { findUnprovenFault } from '../execution/unproven-fault.ts';
import type { Desk } from './desk.ts';
import { pushFeed } from './feed-effects.ts';
import { tellUnproven } from './journal-holdings.ts';
import { tellDiskAgain } from './on-health.ts';
import { tellClosedAgain } from './on-listing.ts';

/**
 * What begins once and lasts is told once when it begins, and again at each full four minutes: before
 * anybody takes it for over. `lastMs` is the last time that this was asked.
 */
export function tellAgain(desk: Desk, lastMs: number): void {
  if (roundOf(lastMs) === roundOf(desk.nowMs)) return;
  tellDiskAgain(desk);
  for (const boot of desk.boots) tellUnproven(desk, boot);
  for (const venue of desk.venues) {
    tellClosedAgain(desk, venue);
    pushFeed(desk, venue, venue.feed.tellShifted());
    for (const order of venue.orders.openOrders()) {
      const fault = findUnprovenFault(order, desk.nowMs);
      if (fault !== undefined) desk.out.push(fault);
    }
  }
}

function roundOf(atMs: number): number {
  return Math.floor(atMs / FAULT_TOLD_EVERY_MS);
}
