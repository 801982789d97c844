import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderReport } from '../../src/domain/order.ts';
import { lots } from '../../src/domain/units.ts';
import { acknowledge, DeskNight, takeSilently } from './support/desk-night.ts';

test('a fill before the acknowledgement: filled at once, the late answer changes nothing', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    const accepted = at.venue.take(order, at.venueMs());
    at.stream(at.venue.fill(order.clientOrderId, 10, at.venueMs()), 5);
    at.answerOrder(order.clientOrderId, { place: { type: 'accepted', report: accepted } }, 30);
  };
  const id = night.send();
  night.wait(40);
  expect(night.stateOf(id)).toBe('FILLED');
  night.wait(1_000);
  expect(night.changes.map(({ to }) => to)).toEqual(['INITIALIZED', 'SUBMITTED', 'FILLED']);
  expect(night.believedLots).toBe(10);
});

// The answer, the account socket and a question may each tell of the same fill. Counted twice it is a wrong position.
test('one fill told by three sources counts once', () => {
  const night = new DeskNight();
  night.arrival = (order, at) => {
    at.venue.take(order, at.venueMs());
    const report = at.venue.fill(order.clientOrderId, 4, at.venueMs());
    at.answerOrder(order.clientOrderId, { place: { type: 'accepted', report } });
    at.stream(report);
    at.stream(report, 50);
  };
  const id = night.send();
  night.wait(500);
  night.take(night.desk.startReconciliation('gap', night.at()));
  night.wait(1_000);

  expect(night.fills).toHaveLength(1);
  expect(night.desk.findOrder(id)?.filledQuantity).toBe(4);
  expect(night.rows().filter(({ type }) => type === 'filled')).toHaveLength(1);
  expect(night.desk.counters().duplicateFills).toBeGreaterThanOrEqual(3);
  expect(night.stateOf(id)).toBe('PARTIALLY_FILLED');
});

test('partial fills add up, exactly', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  for (const quantity of [1, 2, 3]) night.stream(night.venue.fill(id, quantity, night.venueMs()));
  night.wait(100);
  const order = night.desk.findOrder(id);
  expect(order?.state.type).toBe('PARTIALLY_FILLED');
  expect(order?.filledQuantity).toBe(6);
  expect(order?.filledQuote).toBe(6n * 6_000_000n * 10n);
  expect(night.desk.inFlightWorstCase('BTC/USDT')).toEqual({ buyLots: 4, sellLots: 0 });
});

test('a report counts fills that nobody brought: the symbol is unsettled until they are fetched and booked', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  night.venue.fill(id, 6, night.venueMs()); // this event is lost
  night.stream(night.venue.fill(id, 4, night.venueMs()));
  night.wait(30);
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.believedLots).toBe(4);
  expect(night.desk.isUnsettled('BTC/USDT')).toBe(true);
  expect(night.desk.inFlightWorstCase('BTC/USDT').buyLots).toBe(6);
  expect(night.desk.isPending(night.fills[0]?.order.intent.strategy ?? raise(), 'BTC/USDT')).toBe(
    true,
  );

  night.wait(1_500);
  expect(night.believedLots).toBe(10);
  expect(night.desk.isUnsettled('BTC/USDT')).toBe(false);
  expect(night.fills.every(({ late }) => !late)).toBe(true);
});

test('a fill nobody ever told of, stream silent: the periodic look finds it', () => {
  const night = new DeskNight();
  night.take(night.desk.startReconciliation('start', night.at()));
  const id = night.send();
  night.wait(10_000);
  night.isStreamUp = false;
  night.stream(night.venue.fill(id, 10, night.venueMs()));
  night.wait(35_000);
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.believedLots).toBe(10);
});

test('a fill after the order had ended: booked, told, and quantity is the truth', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  night.stream(night.venue.fill(id, 3, night.venueMs()));
  night.stream(night.venue.end(id, 'CANCELED', night.venueMs()), 25);
  night.wait(100);
  expect(night.stateOf(id)).toBe('CANCELED');

  night.stream(night.venue.fill(id, 2, night.venueMs()));
  night.wait(100);
  expect(night.fills.at(-1)).toMatchObject({ late: true });
  expect(night.faults).toContain('fill.late');
  expect(night.believedLots).toBe(5);
  expect(night.stateOf(id)).toBe('CANCELED');

  night.stream(night.venue.fill(id, 5, night.venueMs()));
  night.wait(100);
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.changes.at(-1)?.reason.code).toBe('LATE_FILL');
});

test('a fill that only arrives after the news of the end, but was counted in it, is not late', () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  const filled = night.venue.fill(id, 3, night.venueMs());
  const ended = night.venue.end(id, 'EXPIRED', night.venueMs());
  night.stream(ended, 5);
  night.stream(filled, 60);
  night.wait(200);
  expect(night.stateOf(id)).toBe('EXPIRED');
  expect(night.fills).toHaveLength(1);
  expect(night.fills[0]?.late).toBe(false);
  expect(night.faults).toEqual([]);
});

test("a trade that is nobody's: a person is told once, and not again after a restart", () => {
  const night = new DeskNight();
  const id = night.send();
  night.wait(100);
  night.stream(night.venue.fill(id, 10, night.venueMs()));
  night.wait(100);
  const instrument = night.desk.findOrder(id)?.intent.instrument ?? raise();
  night.venue.foreignTrade(instrument, night.venueMs());
  night.take(night.desk.startReconciliation('gap', night.at()));
  night.wait(16_000);
  expect(night.faults.filter((fault) => fault === 'fill.unclaimed')).toHaveLength(1);
  expect(night.believedLots).toBe(10);

  night.restart();
  night.take(night.desk.startReconciliation('start', night.at()));
  night.wait(20_000);
  expect(night.faults.filter((fault) => fault === 'fill.unclaimed')).toHaveLength(1);
});

test('the memory of trade ids is a window: an old id told again is still not booked twice', () => {
  const night = new DeskNight({ tradeIdsMax: 3 });
  const id = night.send({ quantity: lots(100) });
  night.wait(100);
  const reports = [1, 1, 1, 1, 1, 1].map((quantity) => {
    const report = night.venue.fill(id, quantity, night.venueMs());
    night.stream(report);
    return report;
  });
  night.wait(100);
  expect(night.believedLots).toBe(6);
  for (const report of reports) night.stream(report);
  night.wait(100);
  expect(night.believedLots).toBe(6);
});

// The account socket, answers and questions race. Whatever wins, the end must be the same.
test('any order of reports, any repetition: the same state and the same fills', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });
  const ending = fc.constantFrom('none', 'CANCELED', 'EXPIRED');
  const shuffle = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(parts, ending, shuffle, (fills, end, picks) => {
      const night = new DeskNight();
      night.arrival = takeSilently;
      const id = night.send({ quantity: lots(12) });
      night.wait(20);
      const story: OrderReport[] = [night.venue.report(id, night.venueMs())];
      let open = 12;
      for (const quantity of fills) {
        const filled = Math.min(quantity, open);
        if (filled > 0) story.push(night.venue.fill(id, filled, night.venueMs()));
        open -= filled;
      }
      if (end !== 'none') story.push(night.venue.end(id, end, night.venueMs()));

      const told = [...picks.map((pick) => story[pick % story.length] ?? raise()), ...story];
      told.sort((a, b) => rank(picks, a, told) - rank(picks, b, told));
      for (const [index, report] of told.entries()) night.stream(report, index + 1);
      night.wait(60);

      const truth = night.venue.report(id, night.venueMs());
      const expected = truth.status === 'NEW' ? 'ACCEPTED' : truth.status;
      expect(night.stateOf(id)).toBe(expected);
      expect(night.desk.findOrder(id)?.filledQuantity).toBe(truth.filledQuantity);
      expect(night.desk.findOrder(id)?.filledQuote).toBe(truth.filledQuote);
      expect(night.fills).toHaveLength(
        truth.filledQuantity === 0 ? 0 : story.filter((r) => r.fills.length > 0).length,
      );
      expect(night.fills.filter(({ late }) => late)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('a forgotten acknowledgement of an order that filled and ended: found whole by one question', () => {
  const night = new DeskNight();
  night.isStreamUp = false;
  night.arrival = (order, at) => {
    acknowledge(order, at);
    at.venue.fill(order.clientOrderId, 7, at.venueMs());
    at.venue.end(order.clientOrderId, 'EXPIRED', at.venueMs());
  };
  const id = night.send({ timeInForce: 'IOC' });
  night.wait(100);
  expect(night.stateOf(id)).toBe('ACCEPTED');
  night.take(night.desk.startReconciliation('gap', night.at()));
  night.wait(1_000);
  expect(night.stateOf(id)).toBe('EXPIRED');
  expect(night.believedLots).toBe(7);
  expect(night.desk.isReconciled()).toBe(true);
});

function rank(picks: readonly number[], report: OrderReport, told: readonly OrderReport[]): number {
  const index = told.indexOf(report);
  return ((picks[index % picks.length] ?? 0) * 7_919 + index * 31) % 1_009;
}

function raise(): never {
  throw new Error('it must be there');
}
