import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientOrderId } from '../../src/domain/ids.ts';
import { Random } from '../../src/domain/random.ts';
import { lots } from '../../src/domain/units.ts';
import { isEnded } from '../../src/execution/order-state.ts';
import { type Arrival, DeskNight } from './support/desk-night.ts';

const NIGHT_MS = 90_000;
const CALM_MS = 120_000;

/** A venue that takes or drops orders, answers truly, falsely, late or never, and loses events. */
function badVenue(random: Random): Arrival {
  return (order, night) => {
    const { clientOrderId: id, quantity } = order;
    const answerMs = random.chance(0.2) ? random.below(9_000) : 20;
    if (random.chance(0.15)) {
      const proof = { httpStatus: 400, code: -2010, text: 'insufficient balance' };
      if (random.chance(0.8)) {
        night.answerOrder(id, { place: { type: 'rejected', proof } }, answerMs);
      }
      return;
    }
    const isTaken = random.chance(0.85);
    // Within the lease and the venue's own processing limit it may still be taken, whatever was answered.
    const takenAfterMs = random.chance(0.2) ? random.below(12_000) : 0;
    if (isTaken) night.later(takenAfterMs, () => work(night, id, quantity));
    const accepted = isTaken && takenAfterMs === 0 && random.chance(0.7);
    night.later(answerMs, () => {
      if (accepted && night.venue.held.has(id)) {
        const report = night.venue.report(id, night.venueMs());
        night.answerOrder(id, { place: { type: 'accepted', report } }, 0);
      } else if (random.chance(0.7)) {
        const text = 'upstream timed out';
        const cause = { type: 'venueError', httpStatus: 504, code: undefined, text } as const;
        night.answerOrder(id, { place: { type: 'unknown', cause } }, 0);
      }
    });

    function work(at: DeskNight, orderId: ClientOrderId, whole: number): void {
      tell(at, at.venue.take(order, at.venueMs()));
      for (let open = whole; open > 0 && random.chance(0.6); ) {
        const quantity = 1 + random.below(open);
        open -= quantity;
        at.later(random.below(8_000), () => {
          if (at.venue.isWorking(orderId)) tell(at, at.venue.fill(orderId, quantity, at.venueMs()));
        });
      }
      if (random.chance(0.5)) {
        at.later(random.below(10_000), () =>
          tell(at, at.venue.end(orderId, 'EXPIRED', at.venueMs())),
        );
      }
    }
    function tell(at: DeskNight, report: Parameters<DeskNight['stream']>[0]): void {
      for (let times = random.below(4); times > 0; times--) at.stream(report, random.below(3_000));
    }
  };
}

function liveThrough(seed: number, night = new DeskNight()): DeskNight {
  const random = Random.fromSeed(`${seed}`);
  night.arrival = badVenue(random);
  night.take(night.desk.startReconciliation('start', night.at()));
  for (let passed = 0; passed < NIGHT_MS; ) {
    const step = 100 + random.below(4_000);
    passed += step;
    night.wait(step);
    night.isStreamUp = random.chance(0.8);
    night.venue.isDown = random.chance(0.1);
    if (random.chance(0.5)) night.send({ quantity: lots(1 + random.below(20)) });
    if (random.chance(0.15)) {
      const [order] = night.desk.openOrders();
      if (order !== undefined) {
        const { clientOrderId } = order.intent;
        night.take(night.desk.requestCancel(clientOrderId, { code: 'TIME_EXIT' }, night.at()));
      }
    }
    if (random.chance(0.15)) {
      if (random.chance(0.5)) night.kill();
      else {
        night.killAfterRows(1 + random.below(4));
        night.send({ quantity: lots(1 + random.below(20)) });
      }
      night.wait(random.below(2_000));
      night.restart();
      night.take(night.desk.startReconciliation('start', night.at()));
    }
    checkSafety(night);
  }
  night.isStreamUp = true;
  night.venue.isDown = false;
  night.take(night.desk.startReconciliation('gap', night.at()));
  night.wait(CALM_MS);
  checkSafety(night);
  return night;
}

function checkSafety(night: DeskNight): void {
  expect(new Set(night.placed).size, 'no id is placed twice').toBe(night.placed.length);
  const trades = night.rows().flatMap((row) => (row.type === 'filled' ? [row.fill.tradeId] : []));
  expect(new Set(trades).size, 'no fill is booked twice').toBe(trades.length);
}

// Safety at every step, and once the faults stop: nothing stays unknown, what we believe is what the venue has.
test("random nights: no order twice, no fill twice, and in the morning our books are the venue's", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const night = liveThrough(seed);
      expect(night.desk.unknownCount(), 'nothing stays unknown').toBe(0);
      expect(night.believedLots, 'we hold what the venue says').toBe(
        night.venue.heldLots('BTC/USDT'),
      );
      expect(night.desk.isReconciled()).toBe(true);
      for (const [id] of night.venue.held) {
        const order = night.desk.findOrder(id);
        const report = night.venue.report(id, night.venueMs());
        expect(order?.filledQuantity).toBe(report.filledQuantity);
        expect(isEnded(order?.state.type ?? 'VOID')).toBe(!night.venue.isWorking(id));
      }
      for (const id of night.placed) {
        if (!night.venue.held.has(id)) expect(['REJECTED', 'ABSENT']).toContain(night.stateOf(id));
      }
      expect(night.findings.map(({ type }) => type)).not.toContain('orphan');
      expect(night.findings.map(({ type }) => type)).not.toContain('lateAppearance');
    }),
    { numRuns: 60 },
  );
});

// A replay begins at a checkpoint: orders in every state, questions under way and half a proof go through it.
test('random nights of desks that are written down and made anew: all is decided as by one that never was', () => {
  const states = new Set<string>();
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const unbroken = liveThrough(seed);
      const broken = new DeskNight();
      const random = Random.fromSeed(`cuts ${seed}`);
      broken.beforeEach = () => {
        if (random.chance(0.9)) return;
        for (const { state } of broken.desk.orders()) states.add(state.type);
        broken.passThroughText();
      };
      liveThrough(seed, broken);
      expect(broken.journal).toEqual(unbroken.journal);
      expect(broken.questions).toEqual(unbroken.questions);
      expect(broken.cancels).toEqual(unbroken.cancels);
      expect(broken.faults).toEqual(unbroken.faults);
      expect(broken.desk.counters()).toEqual(unbroken.desk.counters());
    }),
    { numRuns: 15 },
  );
  for (const state of ['SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'PARTIALLY_FILLED', 'ABSENT', 'VOID']) {
    expect(states, 'written down while an order was so').toContain(state);
  }
});
