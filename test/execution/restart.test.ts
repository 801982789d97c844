import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { acknowledge, DeskNight, loseOnTheWay, takeSilently } from './support/desk-night.ts';

function startOver(night: DeskNight): void {
  night.restart();
  night.take(night.desk.startReconciliation('start', night.at()));
}

test('killed with the intent on disk and no word that it left: void, and never sent', () => {
  const night = new DeskNight();
  const id = night.send();
  // The crash came between the two commits: only the first row is on disk.
  night.journal.length = 1;
  night.arrival = loseOnTheWay;
  night.placed.length = 0;

  night.restart();
  expect(night.stateOf(id)).toBe('VOID');
  expect(night.changes.at(-1)?.reason.code).toBe('FOUND_UNSENT');
  night.wait(60_000);
  expect(night.placed).toEqual([]);
});

test('killed between sending and the answer, the venue has it: unknown, found, not sent again', () => {
  const night = new DeskNight();
  night.arrival = takeSilently;
  const id = night.send();
  night.wait(50);
  startOver(night);
  expect(night.stateOf(id)).toBe('UNKNOWN');
  expect(night.faults).toContain('order.unknown');
  expect(night.desk.isReconciled()).toBe(false);

  night.wait(1_000);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  expect(night.desk.isReconciled()).toBe(true);
  expect(night.placed).toEqual([id]);
});

// The very first order of a fresh journal: no trade id is known from which to ask.
test('killed while the first order ever filled: the fills are found and booked once', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = (order, at) => {
    takeSilently(order, at);
    at.venue.fill(order.clientOrderId, 4, at.venueMs());
    at.venue.fill(order.clientOrderId, 6, at.venueMs());
  };
  const id = night.send();
  night.wait(50);
  startOver(night);
  night.wait(2_000);
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.believedLots).toBe(10);
  expect(night.desk.isReconciled()).toBe(true);

  startOver(night);
  night.wait(2_000);
  expect(night.believedLots).toBe(10);
  expect(night.rows().filter(({ type }) => type === 'filled')).toHaveLength(2);
});

test('killed with an order working, which then fills while nobody listens: adopted at the start', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  night.venue.fill(id, 3, night.venueMs());
  startOver(night);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  night.wait(1_000);
  expect(night.stateOf(id)).toBe('PARTIALLY_FILLED');
  expect(night.believedLots).toBe(3);
});

test('killed in the middle of the search: the search goes on, its ten minutes are not given anew', () => {
  const night = new DeskNight();
  night.arrival = loseOnTheWay;
  night.venue.isDown = true;
  const id = night.send();
  night.wait(400_000);
  night.restart();
  expect(night.stateOf(id)).toBe('UNKNOWN');
  night.wait(203_000);
  expect(night.stateOf(id)).toBe('DEAD');

  night.restart();
  expect(night.stateOf(id)).toBe('DEAD');
  night.venue.isDown = false;
  night.wait(70_000);
  expect(night.stateOf(id)).toBe('ABSENT');
});

test('killed with a cancel wanted: asked for first, and canceled again only if it still works', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  night.onCancel = () => undefined; // lost on the way
  night.take(night.desk.requestCancel(id, { code: 'OPERATOR_EXIT' }, night.at()));
  night.wait(100);
  expect(night.cancels).toHaveLength(1);
  night.onCancel = (order, at) => at.stream(at.venue.end(order, 'CANCELED', at.venueMs()));

  startOver(night);
  expect(night.desk.findOrder(id)?.cancelRequested).toBe(true);
  night.wait(4_000);
  expect(night.cancels).toHaveLength(1);
  expect(night.askedAt('orderByClientId', 0)).toHaveLength(1);
  night.wait(2_000);
  expect(night.cancels).toHaveLength(2);
  expect(night.stateOf(id)).toBe('CANCELED');
});

test('killed with fills counted and not booked: they are still owed after the restart', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  night.venue.fill(id, 6, night.venueMs());
  night.stream(night.venue.fill(id, 4, night.venueMs()));
  night.wait(30);
  night.restart();
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.believedLots).toBe(4);
  expect(night.desk.isUnsettled('BTC/USDT')).toBe(true);
  night.wait(1_500);
  expect(night.believedLots).toBe(10);
});

test('refusals in a row and their latch survive a restart', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    const proof = { httpStatus: 400, code: -2010, text: 'insufficient balance' };
    at.answerOrder(order.clientOrderId, { place: { type: 'rejected', proof } });
  };
  const ids = [1, 2, 3].map(() => {
    const id = night.send();
    night.wait(100);
    return id;
  });
  const { strategy } = night.desk.findOrder(ids[0] ?? clientOrderId(''))?.intent ?? raise();
  expect(night.findings.map(({ type }) => type)).toEqual(['refusalsLatched']);
  expect(night.desk.isRefusalLatched(strategy, 'BTC/USDT', night.at())).toBe(true);

  night.restart();
  expect(night.desk.refusalsInRow(strategy, 'BTC/USDT')).toBe(3);
  expect(night.desk.isRefusalLatched(strategy, 'BTC/USDT', night.at())).toBe(true);
  night.desk.releaseRefusals();
  expect(night.desk.isRefusalLatched(strategy, 'BTC/USDT', night.at())).toBe(false);
});

test('ids are never used again: a new life has a new epoch, a second restore of one epoch counts on', () => {
  const night = new DeskNight();
  night.arrival = acknowledge;
  const first = night.send();
  night.wait(100);
  night.restart();
  const second = night.send();
  night.wait(100);
  night.epoch -= 1; // a journal that failed to count starts
  night.restart();
  const third = night.send();
  expect(new Set([first, second, third]).size).toBe(3);
});

test('no entry before the lease wait is over: a dead twin may still have a request on the wire', () => {
  const night = new DeskNight();
  expect(night.desk.leaseWaitEndMs()).toBe(night.nowMs + 18_000);
});

function raise(): never {
  throw new Error('it must be there');
}
