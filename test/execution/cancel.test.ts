import { expect, test } from 'vitest';
import { DeskNight, takeSilently } from './support/desk-night.ts';

const WHY = { code: 'OPERATOR_EXIT' } as const;

test("a cancel: written down at once, asked once, and the order ends by the venue's word", () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  const step = night.desk.requestCancel(id, WHY, night.at());
  expect(step.commitNow).toBe(true);
  expect(step.rows.map(({ type }) => type)).toEqual(['cancelRequested']);
  night.take(step);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.desk.findOrder(id)?.cancelRequested).toBe(true);
  night.wait(1_000);
  expect(night.stateOf(id)).toBe('CANCELED');
  expect(night.cancels).toEqual([id]);
});

// The cancel crossed a fill on its way. FILLED wins, and the position must know.
test('a cancel that comes too late: the fill is found by asking, and counts', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  const id = night.send();
  night.wait(100);
  night.venue.fill(id, 10, night.venueMs());
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  night.wait(2_000);
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.believedLots).toBe(10);
  expect(night.cancels).toEqual([id]);
});

test('the answer to a cancel is lost: asked for, then canceled again, until it has ended', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  const id = night.send();
  night.wait(100);
  const cancel = night.onCancel;
  night.onCancel = () => undefined;
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  night.wait(5_300);
  expect(night.askedAt('orderByClientId', 0)).toHaveLength(1);
  night.onCancel = cancel;
  night.wait(2_000);
  expect(night.cancels).toHaveLength(2);
  expect(night.stateOf(id)).toBe('CANCELED');
});

test('the answer is lost and the cancel was done: no second cancel', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  const id = night.send();
  night.wait(100);
  night.onCancel = (order, at) => at.venue.end(order, 'CANCELED', at.venueMs());
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  night.wait(20_000);
  expect(night.stateOf(id)).toBe('CANCELED');
  expect(night.cancels).toHaveLength(1);
});

test('a cancel that fails three times: a person is told, and it is tried on', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  night.onCancel = (order, at) => at.answerCancel(order, {});
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  night.wait(2_000);
  expect(night.faults).toEqual([]);
  night.wait(3_000);
  expect(night.faults).toEqual(['venue.error']);
  night.wait(60_000);
  // Told again for as long as it lasts, with each third failure.
  expect(night.cancels.length).toBeGreaterThan(6);
  expect(night.faults).toEqual(
    night.cancels.flatMap((_, i) => (i % 3 === 2 ? ['venue.error'] : [])),
  );
});

// An hour ago three of them failed, and then the venue did say something.
test('a cancel that fails three times again after a word of the venue: a person is told again', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = takeSilently;
  night.venue.isBlind = true;
  const id = night.send();
  night.wait(2_100);
  const unknown = {
    type: 'notFound',
    proof: { httpStatus: 400, code: -2011, text: 'Unknown order sent.' },
  } as const;
  let answersCount = 0;
  night.onCancel = (order, at) => {
    answersCount += 1;
    at.answerCancel(order, answersCount === 2 ? { order: unknown } : {});
  };
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  const toldCount = (): number => night.faults.filter((id) => id === 'venue.error').length;
  while (answersCount < 4) night.wait(100);
  expect(toldCount()).toBe(0);
  while (answersCount < 5) night.wait(100);
  night.wait(500);
  expect(toldCount()).toBe(1);
});

test('an unproven order may be canceled by its id: that is harmless', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = takeSilently;
  night.venue.isBlind = true;
  const id = night.send();
  night.wait(2_100);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  night.wait(100);
  expect(night.stateOf(id)).toBe('CANCELED');
});

test('an order just sent is not canceled before its answer', () => {
  const night = new DeskNight();
  const id = night.send();
  night.take(night.desk.requestCancel(id, WHY, night.at()));
  expect(night.cancels).toEqual([]);
  night.wait(500);
  expect(night.cancels).toEqual([id]);
  expect(night.stateOf(id)).toBe('CANCELED');
});

test('all entries and exits are canceled, protective stops stay', () => {
  const night = new DeskNight();
  const entry = night.send();
  const exit = night.send({ class: 'exit', side: 'SELL' });
  const stop = night.send({ class: 'protective', side: 'SELL' });
  night.wait(100);
  night.take(night.desk.cancelAll(['entry', 'exit'], WHY, night.at()));
  night.take(night.desk.cancelAll(['entry', 'exit'], WHY, night.at()));
  night.wait(1_000);
  expect([entry, exit, stop].map((id) => night.stateOf(id))).toEqual([
    'CANCELED',
    'CANCELED',
    'ACCEPTED',
  ]);
  expect(night.cancels).toEqual([entry, exit]);
});

test('a cancel of an order that has ended, or of none: nothing happens', () => {
  const night = new DeskNight();
  const id = night.send({}, { code: 'STALE_DATA', ageMs: 900, limitMs: 500 });
  expect(night.stateOf(id)).toBe('VOID');
  expect(night.desk.requestCancel(id, WHY, night.at()).rows).toEqual([]);
  expect(night.placed).toEqual([]);
});
