import type { Effect } from '../domain/effect.ts';
import type { Desk, VenueDesk } from './desk.ts';

/**
 * Passes on what the feed wants. Its questions count against the venue's budget like everybody's, and
 * stay here while the venue wants us away: the feed, hearing no answer, asks again later.
 */
export function pushFeed(desk: Desk, venue: VenueDesk, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === 'askVenue' && !venue.orders.mayAsk(effect.question, desk.nowMs)) continue;
    desk.out.push(effect);
  }
}
