import { expect, test } from 'vitest';
import { InvariantBroken } from '../../src/domain/assert.ts';
import type { Effect } from '../../src/domain/effect.ts';
import type { SendableOrder } from '../../src/domain/order.ts';
import { unixMs } from '../../src/domain/units.ts';
import { markDurable } from '../../src/journal/durable.ts';
import { approve } from '../../src/risk/approve.ts';
import { CLOCK_AHEAD_MS, DeskNight, failUnproven } from './support/desk-night.ts';

const GUARD = { code: 'STALE_DATA', ageMs: 900, limitMs: 500 } as const;

/** An order whose intent is open and durable, the desk not told yet. */
function opened(night: DeskNight): SendableOrder {
  const intent = approve(night.intend());
  night.desk.open(intent, [], night.at());
  return markDurable(intent);
}

test("an order's way: intent on disk, looked at again, written down that it leaves, and only then it leaves", () => {
  const night = new DeskNight();
  const intent = approve(night.intend());
  const first = night.desk.open(intent, [], night.at());
  expect(first.effects.map(({ type }) => type)).toEqual(['persistIntent']);

  const order = markDurable(intent);
  const second = night.desk.onIntentDurable(order, undefined, night.at(), night.venueMs());
  expect(second.effects.map(({ type }) => type)).toEqual(['persistSubmitted']);
  expect(second.rows).toEqual([]);

  const third = night.desk.onSubmittedDurable(order, night.at());
  expect(third.effects.map(({ type }) => type)).toEqual(['placeOrder']);
});

test("the lease is in the venue's time, and what is signed is what was written down", () => {
  const night = new DeskNight();
  const order = opened(night);
  const venueNowMs = unixMs(night.venueMs() + 0.7);
  const { effects } = night.desk.onIntentDurable(order, undefined, night.at(), venueNowMs);
  const row = find(effects, 'persistSubmitted').row;
  expect(row.sentAtMs).toBe(night.nowMs + CLOCK_AHEAD_MS);
  expect(row.leaseEndMs).toBe(row.sentAtMs + 3_000);
  expect(row.payloadHash).toMatch(/^[0-9a-f]{64}$/);
  expect(row.sendAttempts).toBe(1);

  const sent = find(night.desk.onSubmittedDurable(order, night.at()).effects, 'placeOrder');
  expect(sent.timestampMs).toBe(row.sentAtMs);
  expect(sent.recvWindowMs).toBe(3_000);
});

test('the re-check at send says no: void with its reason, and nothing leaves', () => {
  const night = new DeskNight();
  const order = opened(night);
  const step = night.desk.onIntentDurable(order, GUARD, night.at(), night.venueMs());
  expect(step.effects).toEqual([]);
  expect(step.rows).toMatchObject([{ type: 'voided', reason: GUARD }]);
  expect(night.stateOf(order.clientOrderId)).toBe('VOID');
  expect(() => night.desk.onSubmittedDurable(order, night.at())).toThrow(InvariantBroken);
});

test('an intent a second old still leaves, an older one does not', () => {
  const night = new DeskNight();
  const young = opened(night);
  const old = opened(night);
  const at = (ms: number) => unixMs(night.nowMs + ms);
  night.desk.onIntentDurable(young, undefined, at(1_000), night.venueMs());
  night.desk.onIntentDurable(old, undefined, at(1_001), night.venueMs());
  expect(night.stateOf(young.clientOrderId)).toBe('SUBMITTED');
  expect(night.desk.findOrder(old.clientOrderId)?.state).toEqual({
    type: 'VOID',
    reason: { code: 'INTENT_TOO_OLD', ageMs: 1_001, limitMs: 1_000 },
  });
});

// Whatever runs twice above the desk, the order leaves once: the second time stops the process.
test('opened, written down or placed a second time: panic', () => {
  const night = new DeskNight();
  const order = opened(night);
  expect(() => night.desk.open(order, [], night.at())).toThrow(InvariantBroken);
  night.desk.onIntentDurable(order, undefined, night.at(), night.venueMs());
  expect(() => night.desk.onIntentDurable(order, undefined, night.at(), night.venueMs())).toThrow(
    InvariantBroken,
  );
  night.desk.onSubmittedDurable(order, night.at());
  expect(() => night.desk.onSubmittedDurable(order, night.at())).toThrow(InvariantBroken);
  expect(night.desk.counters().placed).toBe(1);
});

test('an answer to an order that was never placed: panic', () => {
  const night = new DeskNight();
  const order = opened(night);
  const answer = night.codec.answer({}, night.nowMs);
  expect(() => night.desk.onOrderAnswer(order.clientOrderId, answer, night.at())).toThrow(
    InvariantBroken,
  );
});

// Our estimate of the venue's clock only says when to ask. If it runs ahead, the proof must wait all the same.
test("our idea of the venue clock runs ahead by a minute: absence still waits for the venue's own clock", () => {
  const night = new DeskNight();
  night.arrival = failUnproven;
  const id = night.send();
  night.wait(100);
  const estimate = night.venueMs.bind(night);
  const answerTo = night.venue.answerTo.bind(night.venue);
  night.venueMs = () => unixMs(estimate() + 60_000);
  night.venue.answerTo = (question, atMs) => answerTo(question, unixMs(atMs - 60_000));
  night.wait(17_500);
  expect(night.askedAt('serverTime', 0).length).toBeGreaterThan(0);
  expect(night.askedAt('ordersSince', 0)).toEqual([]);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.wait(9_000);
  expect(night.stateOf(id)).toBe('ABSENT');
});

test('each chain of decisions has its own id', () => {
  const night = new DeskNight();
  const ids = [1, 2, 3].map(() => night.desk.nextDecisionId());
  night.restart();
  expect(new Set([...ids, night.desk.nextDecisionId()]).size).toBe(4);
});

function find<T extends Effect['type']>(
  effects: readonly Effect[],
  type: T,
): Extract<Effect, { type: T }> {
  for (const effect of effects) if (isOf(effect, type)) return effect;
  throw new Error(`no ${type} among the effects`);
}

function isOf<T extends Effect['type']>(
  effect: Effect,
  type: T,
): effect is Extract<Effect, { type: T }> {
  return effect.type === type;
}
