import type { Act, ActRecord } from '../act.ts';
import type { Night } from '../night.ts';
import { PLACE } from './order-faults.ts';
import { UNDER_WAY_MS } from './under-way.ts';

/** Told to stay away: in mode OBSERVING until the deadline, ACTIVE again by itself. */
async function stayAway(
  night: Night,
  record: ActRecord,
  event: string,
  sinceMs: number,
): Promise<void> {
  const told = await night.untilTold([event], sinceMs, undefined, 60_000);
  record.detected(told.event, told.atMs);
  const observing = await night.untilTold(
    ['mode.changed'],
    told.atMs,
    ({ fields }) => fields['to'] === 'OBSERVING',
  );
  const active = await night.untilTold(
    ['mode.changed'],
    observing.atMs,
    ({ fields }) => fields['to'] === 'ACTIVE',
  );
  const { orders } = await night.placedBetween(observing.atMs + UNDER_WAY_MS, active.atMs);
  if (orders > 0) throw new Error(`${orders} orders left in mode OBSERVING`);
  record.note(
    `no order in OBSERVING, for ${((active.atMs - observing.atMs) / 1_000).toFixed(1)} s`,
  );
  await night.untilProven();
  record.recovered('mode ACTIVE by itself, entries allowed');
}

export const rateLimited: Act = {
  name: 'rate-limited',
  family: 'limit',
  story: 'an order is answered 429 with Retry-After 3',
  play: async (night, record) => {
    const settings = { retryAfterSec: 3 };
    const hit = await night.hitOrder({ fault: 'rate-limit', count: 1, target: PLACE, settings });
    record.injected(`429 for ${hit.clientOrderId}`, hit.atMs);
    await stayAway(night, record, 'venue.rate_limited', hit.atMs);
  },
};

const BAN_MS = 6_000;

export const banned: Act = {
  name: 'banned',
  family: 'limit',
  story: 'the address is banned for 6 s: 418 to every request',
  play: async (night, record) => {
    const sinceMs = record.injected('418 to every request');
    await night.venue.arm({ fault: 'ban', settings: { banMs: BAN_MS }, durationMs: BAN_MS });
    await stayAway(night, record, 'venue.banned', sinceMs);
  },
};
