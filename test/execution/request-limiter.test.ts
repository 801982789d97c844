import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import type { VenueQuestion } from '../../src/domain/venue.ts';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import { RequestLimiter, weightOf } from '../../src/execution/request-limiter.ts';
import { BTC_USDT } from '../support/trading.ts';
import { DeskNight, loseOnTheWay } from './support/desk-night.ts';

const OPEN: VenueQuestion = { type: 'openOrders' };
const ONE: VenueQuestion = {
  type: 'orderByClientId',
  instrument: BTC_USDT,
  clientOrderId: clientOrderId('a'),
};
const LIMITS = { ...DEFAULT_EXECUTION_LIMITS, weightPerMinuteMax: 400 };
const FINE = { trouble: 'none', retryAfterMs: undefined } as const;

test('plain questions stop at the reserve, urgent ones and cancels use it, the next minute is new', () => {
  const limiter = new RequestLimiter(LIMITS);
  const leaves = [1, 2, 3, 4, 5].map(() => limiter.takeQuestion(OPEN, false, 1_000));
  expect(leaves).toEqual([true, true, true, true, false]); // 4 x 80 is 80 % of 400
  expect(limiter.takeQuestion(ONE, false, 1_000)).toBe(false);
  expect(limiter.takeQuestion(ONE, true, 1_000)).toBe(true);
  expect(limiter.takeCancel(1_000)).toBe(true);
  expect(limiter.usedWeight(1_000)).toBe(325);
  expect(limiter.takeQuestion(OPEN, false, 59_999)).toBe(false);
  expect(limiter.takeQuestion(OPEN, false, 60_000)).toBe(true);
});

test('the venue counts more than we do: the higher count holds; less: ours does', () => {
  const limiter = new RequestLimiter(LIMITS);
  limiter.note(FINE, 390, 1_000);
  expect(limiter.takeQuestion(ONE, true, 1_000)).toBe(true);
  expect(limiter.takeQuestion(OPEN, true, 1_000)).toBe(false);
  limiter.note(FINE, 1, 1_000);
  expect(limiter.usedWeight(1_000)).toBe(394);
});

// Our clock is slewed by one per cent for a while: a minute by it is over before the venue's.
test("429: questions wait until the venue's deadline by the fastest clock, cancels go on; 418: nothing at all", () => {
  const limiter = new RequestLimiter(LIMITS);
  expect(limiter.note({ trouble: 'limited', retryAfterMs: 5_000 }, undefined, 1_000)).toBe(true);
  expect(limiter.note({ trouble: 'limited', retryAfterMs: 1_000 }, undefined, 1_001)).toBe(false);
  expect(limiter.findBlockedUntilMs(5_999)).toBe(6_250);
  expect(limiter.takeQuestion(ONE, true, 6_249)).toBe(false);
  expect(limiter.takeCancel(6_249)).toBe(true);
  expect(limiter.takeQuestion(ONE, true, 6_250)).toBe(true);

  limiter.note({ trouble: 'banned', retryAfterMs: 120_000 }, undefined, 7_000);
  expect(limiter.isBanned(7_000)).toBe(true);
  expect(limiter.takeCancel(132_999)).toBe(false);
  expect(limiter.takeQuestion(ONE, true, 132_999)).toBe(false);
  expect(limiter.takeCancel(133_000)).toBe(true);
});

test("the weights are the venue's", () => {
  const depth = (limit: number): VenueQuestion => ({ type: 'depth', instrument: BTC_USDT, limit });
  expect([100, 500, 1_000, 5_000].map((limit) => weightOf(depth(limit)))).toEqual([5, 25, 50, 250]);
  expect(weightOf(OPEN)).toBe(80);
  expect(weightOf(ONE)).toBe(4);
});

// Each call during a ban makes it longer: not even a search for an unproven order may go on.
test('banned while an order is unproven: not one question leaves until the ban is over', () => {
  const night = new DeskNight();
  night.arrival = loseOnTheWay;
  night.send();
  night.wait(2_600);
  const before = night.questions.length;
  night.take(
    night.desk.onHealth({ trouble: 'banned', retryAfterMs: 120_000 }, undefined, night.at()),
  );
  expect(night.faults).toContain('venue.banned');
  night.wait(125_000);
  expect(night.questions).toHaveLength(before);
  expect(night.desk.findBlockedUntilMs(night.at())).toBeDefined();
  night.wait(2_000);
  expect(night.questions.length).toBeGreaterThan(before);
});

// The key was revoked, or our address changed. Each try more looks like an attack to the venue, and
// nothing that we send can be taken. Prices need no key: they are asked for as ever.
test('a refused key is tried once in four minutes; what needs no key is asked for as ever', () => {
  const limiter = new RequestLimiter(LIMITS);
  limiter.note({ trouble: 'auth', retryAfterMs: undefined }, undefined, 1_000);
  expect(limiter.findBlockedUntilMs(1_000)).toBe(241_000);
  expect(limiter.takeQuestion(ONE, true, 2_000)).toBe(false);
  expect(limiter.takeQuestion({ type: 'serverTime' }, false, 2_000)).toBe(true);
  limiter.note(FINE, undefined, 3_000); // of a question without a key: it says nothing of the key
  expect(limiter.takeQuestion(ONE, true, 240_999)).toBe(false);

  expect(limiter.takeQuestion(ONE, true, 241_000)).toBe(true);
  limiter.note({ trouble: 'auth', retryAfterMs: undefined }, undefined, 241_050);
  expect(limiter.takeQuestion(ONE, true, 242_000)).toBe(false);
  // A cancel, which is never held back, is refused meanwhile: the next look does not move.
  limiter.note({ trouble: 'auth', retryAfterMs: undefined }, undefined, 400_000);
  expect(limiter.takeQuestion(ONE, true, 481_050)).toBe(true);

  limiter.note({ trouble: 'auth', retryAfterMs: undefined }, undefined, 490_000);
  limiter.acceptKey();
  expect(limiter.takeQuestion(ONE, true, 490_001)).toBe(true);
});
