import { expect, test } from 'vitest';
import { clientOrderId, venueOrderId } from '../../src/domain/ids.ts';
import type { OrderReport } from '../../src/domain/order.ts';
import { amount, lots, price } from '../../src/domain/units.ts';
import { formatClientId } from '../../src/execution/client-id.ts';
import { BTC_USDT } from '../support/trading.ts';
import { DeskNight } from './support/desk-night.ts';

/** Longer than an order takes to get there. */
const VENUE_TAKES_MS = 100;

function started(): DeskNight {
  const night = new DeskNight();
  night.take(night.desk.startReconciliation('start', night.at()));
  return night;
}

function reportOf(night: DeskNight, id: string): OrderReport {
  return {
    instrument: BTC_USDT,
    symbol: BTC_USDT.symbol,
    clientOrderId: clientOrderId(id),
    venueOrderId: venueOrderId(`v-${id}`),
    side: 'SELL',
    status: 'NEW',
    text: '',
    price: price(7_000_000),
    quantity: lots(5),
    filledQuantity: lots(0),
    filledQuote: amount(0n),
    updatedAtMs: night.venueMs(),
    fills: [],
  };
}

test('the start: orders, trades and then the account are asked for, and all is proven', () => {
  const night = started();
  expect(night.desk.isReconciled()).toBe(false);
  night.wait(1_000);
  expect(night.desk.isReconciled()).toBe(true);
  expect(night.questions.map(({ question }) => question.type)).toEqual([
    'openOrders',
    'fillsFrom',
    'account',
  ]);
  expect(night.findings).toEqual([{ type: 'reconciled', scope: 'start' }]);
});

test('the venue does not answer: nothing is proven, and it is asked again with patience', () => {
  const night = new DeskNight();
  night.venue.isDown = true;
  night.take(night.desk.startReconciliation('start', night.at()));
  night.wait(60_000);
  expect(night.desk.isReconciled()).toBe(false);
  expect(night.questions.length).toBeLessThan(20);
  night.venue.isDown = false;
  night.wait(35_000);
  expect(night.desk.isReconciled()).toBe(true);
});

test('after a gap of the account socket nothing counts as proven until everything was asked again', () => {
  const night = started();
  night.wait(1_000);
  night.take(night.desk.startReconciliation('gap', night.at()));
  expect(night.desk.isReconciled()).toBe(false);
  night.wait(1_000);
  expect(night.desk.isReconciled()).toBe(true);
});

test('balances that differ once are looked at again; twice, and a person is told; agreed, it is over', () => {
  const night = started();
  night.balancesLie = true;
  night.wait(2_000);
  expect(night.desk.isReconciled()).toBe(false);
  expect(night.findings).toEqual([]);
  night.wait(3_000);
  expect(night.findings).toEqual([{ type: 'balancesDiffer' }]);
  expect(night.faults).toEqual(['position.mismatch']);

  night.balancesLie = false;
  night.wait(35_000);
  expect(night.desk.isReconciled()).toBe(true);
});

test('balances differ while an order is filling: that proves nothing', () => {
  const night = started();
  night.wait(1_000);
  const id = night.send({ quantity: lots(1_000) });
  night.wait(100);
  night.balancesLie = true;
  night.take(night.desk.startReconciliation('gap', night.at()));
  for (let i = 0; i < 10; i++) {
    night.stream(night.venue.fill(id, 1, night.venueMs()));
    night.wait(1_000);
  }
  expect(night.faults).toEqual([]);
  night.balancesLie = false;
  night.wait(5_000);
  expect(night.desk.isReconciled()).toBe(true);
});

test('an order whose end nobody told us: missing among the open ones, asked for, ended', () => {
  const night = started();
  night.wait(1_000);
  const id = night.send();
  night.wait(20_000);
  night.isStreamUp = false;
  night.venue.end(id, 'EXPIRED', night.venueMs());
  night.wait(32_000);
  expect(night.stateOf(id)).toBe('EXPIRED');
});

test('an order of a person: recorded once, kept in view, never canceled', () => {
  const night = started();
  night.wait(1_000);
  const foreign = reportOf(night, 'web_12345');
  night.stream(foreign);
  night.stream({ ...foreign, status: 'PARTIALLY_FILLED', filledQuantity: lots(1) });
  night.wait(100);
  expect(night.faults).toEqual(['order.external']);
  expect(night.rows().filter(({ type }) => type === 'external')).toHaveLength(1);
  expect(night.desk.externalOrders()).toHaveLength(1);

  night.take(
    night.desk.cancelAll(['entry', 'exit', 'protective'], { code: 'OPERATOR_EXIT' }, night.at()),
  );
  expect(night.cancels).toEqual([]);
  night.stream({ ...foreign, status: 'CANCELED' });
  night.wait(100);
  expect(night.desk.externalOrders()).toEqual([]);
});

test('an order that is ours by its id and unknown to the journal: everything must stop', () => {
  const night = started();
  night.epoch = 5;
  night.restart();
  const id = formatClientId({
    environment: 'rehearsal',
    accountTag: 'test',
    epoch: 4,
    sequence: 9,
  });
  night.stream(reportOf(night, id));
  night.wait(100);
  expect(night.findings.map(({ type }) => type)).toEqual(['orphan']);
  expect(night.faults).toEqual(['order.orphan']);
  expect(night.cancels).toEqual([]);
});

test('an order of ours from a later epoch: somebody else trades this account', () => {
  const night = started();
  const id = formatClientId({
    environment: 'rehearsal',
    accountTag: 'test',
    epoch: 2,
    sequence: 1,
  });
  night.stream(reportOf(night, id));
  night.wait(100);
  expect(night.findings).toContainEqual(expect.objectContaining({ type: 'splitBrain', epoch: 2 }));
});

test('a second order at the venue with one client id: told, its fills counted', () => {
  const night = started();
  night.wait(1_000);
  const id = night.send();
  night.wait(100);
  const second = { ...night.venue.report(id, night.venueMs()), venueOrderId: venueOrderId('copy') };
  night.stream(second);
  night.wait(100);
  expect(night.findings.map(({ type }) => type)).toContain('duplicateOrder');
  expect(night.faults).toContain('order.duplicate');
});

// A list of trades names the second order by a number that nobody has heard of. The list of orders has our id beside it.
test('a request was repeated and the process died before the second order was heard of: the next start finds its fills, once, and tells', () => {
  const night = started();
  night.wait(1_000);
  const id = night.send();
  night.wait(100);
  night.stream(night.venue.fill(id, 10, night.venueMs()));
  night.wait(100);
  expect(night.stateOf(id)).toBe('FILLED');
  night.kill();
  const second = night.venue.repeat(id, night.venueMs());
  night.restart();
  night.take(night.desk.startReconciliation('start', night.at()));
  night.wait(10_000);

  expect(night.fills.map(({ fill }) => fill.tradeId)).toContain(second.tradeId);
  expect(night.believedLots).toBe(20);
  expect(night.desk.isReconciled()).toBe(true);
  expect(night.faults).toContain('order.duplicate');
  expect(night.faults).not.toContain('fill.unclaimed');
  expect(night.findings.map(({ type }) => type)).toContain('duplicateOrder');
  expect(night.placed).toEqual([id]);
  // Another start has it from the journal.
  night.kill();
  night.restart();
  night.take(night.desk.startReconciliation('start', night.at()));
  night.wait(30_000);
  expect(night.believedLots).toBe(20);
  expect(night.rows().filter(({ type }) => type === 'filled')).toHaveLength(2);
});

test('the same while nothing was known of the first order either: both are found', () => {
  const night = started();
  night.wait(1_000);
  const id = night.send();
  night.wait(VENUE_TAKES_MS);
  night.kill();
  night.venue.fill(id, 10, night.venueMs());
  night.venue.repeat(id, night.venueMs());
  night.restart();
  night.take(night.desk.startReconciliation('start', night.at()));
  night.wait(10_000);
  expect(night.stateOf(id)).toBe('FILLED');
  expect(night.believedLots).toBe(20);
  expect(night.desk.isReconciled()).toBe(true);
});

test('a trade of a stranger: its order is asked for once, and it stays a stranger', () => {
  const night = started();
  night.wait(1_000);
  const id = night.send();
  night.wait(100);
  night.stream(night.venue.fill(id, 10, night.venueMs()));
  night.wait(100);
  night.venue.foreignTrade(BTC_USDT, night.venueMs());
  night.believedLots += 1;
  night.take(night.desk.startReconciliation('gap', night.at()));
  night.wait(60_000);
  expect(night.askedAt('ordersSince', 0)).toHaveLength(1);
  expect(night.faults).toContain('fill.unclaimed');
  expect(night.desk.isReconciled()).toBe(true);
});

test('more own trades than one page: all pages are read', () => {
  const night = new DeskNight({ fillsPageCount: 3 });
  const id = night.send({ quantity: lots(100) });
  night.wait(100);
  for (let i = 0; i < 10; i++) night.venue.fill(id, 1, night.venueMs());
  const all = night.venue.answerTo.bind(night.venue);
  night.venue.answerTo = (question, atMs) => {
    const said = all(question, atMs);
    if (said.fills?.type !== 'value') return said;
    const { instrument, fills } = said.fills.value;
    return { fills: { type: 'value', value: { instrument, fills: fills.slice(0, 3) } } };
  };
  night.take(night.desk.startReconciliation('gap', night.at()));
  night.wait(3_000);
  expect(night.believedLots).toBe(10);
  expect(night.desk.isReconciled()).toBe(true);
});

test('every half minute a light look while there is work, every five minutes a full one', () => {
  const night = started();
  night.wait(1_000);
  const beganMs = night.nowMs;
  night.wait(200_000);
  expect(night.askedAt('openOrders', beganMs).filter((ms) => ms > 0)).toEqual([]);
  night.send();
  night.wait(60_000);
  expect(night.askedAt('openOrders', beganMs).filter((ms) => ms > 0)).toHaveLength(2);
  night.wait(60_000);
  expect(night.askedAt('account', beganMs).filter((ms) => ms > 0)).toHaveLength(1);
});
