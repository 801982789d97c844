import { expect, test } from 'vitest';
import { RateLimits } from '../../src/matching/wire/rate-limits.ts';
import { LIVE_RATE_LIMITS } from '../../src/matching/wire/venue-limits.ts';
import { VenueRefusal } from '../../src/matching/wire/venue-refusal.ts';

const MINUTE_MS = 60_000;
const START_MS = Math.ceil(1_700_000_000_000 / MINUTE_MS) * MINUTE_MS;

function refusalOf(act: () => void): VenueRefusal {
  try {
    act();
  } catch (error) {
    if (error instanceof VenueRefusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

// Windows follow the clock, not the first request: weight spent at :59 is forgotten at :00.
test('weight: the limit itself passes, one more is 429, and the next minute starts at nothing', () => {
  const limits = new RateLimits(LIVE_RATE_LIMITS);
  limits.spendWeight(START_MS + 59_000, 6_000);

  const refusal = refusalOf(() => limits.spendWeight(START_MS + 59_000, 1));
  expect(refusal).toMatchObject({ code: -1003, httpStatus: 429, retryAfterSec: 1 });
  expect(refusal.message).toBe(
    'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.',
  );

  expect(() => limits.spendWeight(START_MS + MINUTE_MS, 6_000)).not.toThrow();
});

test('going on after 429: the address is banned with 418, longer each time', () => {
  const limits = new RateLimits({ ...LIVE_RATE_LIMITS, weightPerMinute: 1, ignoredWarningsMax: 2 });
  limits.spendWeight(START_MS, 1);
  const statuses = [1, 2, 3].map(() => refusalOf(() => limits.spendWeight(START_MS, 1)).httpStatus);
  expect(statuses).toEqual([429, 429, 418]);

  const banned = refusalOf(() => limits.spendWeight(START_MS + MINUTE_MS, 1));
  expect(banned).toMatchObject({ httpStatus: 418, retryAfterSec: 60 });
  expect(() => limits.spendWeight(START_MS + 2 * MINUTE_MS, 1)).not.toThrow();
});

test('orders: 100 in ten seconds of the clock, then -1015; a first fill gives one back', () => {
  const limits = new RateLimits(LIVE_RATE_LIMITS);
  for (let order = 0; order < 100; order++) {
    limits.refuseTooManyOrders(START_MS, 'demo', 1);
    limits.countOrders(START_MS, 'demo', 1);
  }
  const refusal = refusalOf(() => limits.refuseTooManyOrders(START_MS + 9_999, 'demo', 1));
  expect(refusal).toMatchObject({ code: -1015, httpStatus: 429, retryAfterSec: 1 });
  expect(refusal.message).toBe('Too many new orders; current limit is 100 orders per 10 SECOND.');
  expect(() => limits.refuseTooManyOrders(START_MS, 'another account', 1)).not.toThrow();

  limits.countOrders(START_MS, 'demo', -1);
  expect(() => limits.refuseTooManyOrders(START_MS, 'demo', 1)).not.toThrow();
  expect(limits.orderCounts(START_MS + 10_000, 'demo')).toEqual({ per10Sec: 0, perDay: 99 });
});
