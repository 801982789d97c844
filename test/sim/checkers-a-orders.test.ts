import { afterAll, beforeAll, expect, test } from 'vitest';
import { lots } from '../../src/domain/units.ts';
import { writeAhead } from '../../src/sim/checkers/i01-write-ahead.ts';
import { sentOnce } from '../../src/sim/checkers/i02-sent-once.ts';
import { sameBooks } from '../../src/sim/checkers/i08-same-books.ts';
import { fillOnce } from '../../src/sim/checkers/i09-fill-once.ts';
import {
  findCall,
  judge,
  type RecordedNight,
  recordNight,
  retellRows,
} from './support/recorded-night.ts';

/** One quiet night that every story below tells wrong in its own way. */
let night: RecordedNight;
beforeAll(() => {
  night = recordNight({ seed: 'checkers of orders', minutes: 15 });
});
afterAll(() => night.close());

test.each([writeAhead, sentOnce, sameBooks, fillOnce])(
  'a quiet night: $id finds nothing, and there was something to find',
  (kind) => {
    const tally = judge(kind, night);
    expect(tally.violations).toEqual([]);
    expect(tally.checksCount).toBeGreaterThan(5);
  },
);

test('an order whose row comes after its first byte is seen', () => {
  const order = findCall(night, 'onRequest', ({ kind }) => kind === 'place');
  const [request] = order.hook === 'onRequest' ? order.args : [];
  const submitted = findCall(night, 'onDurable', (rows) =>
    rows.some((row) => row.type === 'submitted' && row.clientOrderId === idOf(request)),
  );
  const { violations } = judge(writeAhead, night, (call) => {
    if (call === submitted) return [];
    return call === order ? [order, submitted] : [call];
  });
  expect(violations.map(({ text }) => text)).toEqual([
    `${idOf(request)} left while the journal holds it as INITIALIZED`,
  ]);
});

test('an order that says something else than what was written down is seen', () => {
  const { violations } = judge(writeAhead, night, (call) => {
    if (call.hook !== 'onRequest') return [call];
    const [request, atMs] = call.args;
    if (request.kind !== 'place') return [call];
    const fields = { ...request.fields, quantity: '9' };
    return [{ hook: 'onRequest', args: [{ ...request, fields }, atMs] }];
  });
  expect(violations[0]?.text).toMatch(/left as .*"quantity":"9".* the journal intends/);
  expect(violations[1]?.text).toMatch(/left with the hash .*, the journal holds/);
});

test('an order that leaves twice is seen, even when the second never arrives', () => {
  const order = findCall(night, 'onRequest', ({ kind }) => kind === 'place');
  const { violations } = judge(sentOnce, night, (call) => {
    if (call !== order || call.hook !== 'onRequest') return [call];
    const [request, atMs] = call.args;
    return [call, { hook: 'onRequest', args: [{ ...request, number: request.number + 1 }, atMs] }];
  });
  expect(violations).toHaveLength(1);
  expect(violations[0]?.text).toMatch(/left with request \d+ and again with request \d+/);
});

test('a second order of one id at the venue is seen', () => {
  const { violations } = judge(sentOnce, night, (call) => {
    if (call.hook !== 'onHappening') return [call];
    const [happening, atMs] = call.args;
    if (happening.type !== 'orderUpdated') return [call];
    const order = { ...happening.order, orderId: happening.order.orderId + 1_000_000 };
    return [call, { hook: 'onHappening', args: [{ ...happening, order }, atMs] }];
  });
  expect(violations[0]?.text).toMatch(/is 2 orders at the venue \(.*\), it took 1 requests/);
});

test('an order at the venue that the journal never intended is seen', () => {
  const { violations } = judge(
    sentOnce,
    night,
    retellRows((row) => (row.type === 'intent' ? [] : row)),
  );
  expect(violations[0]?.text).toMatch(/the journal has no intent of it/);
});

test('a fill that is not booked is seen, by the fills and by the balances', () => {
  let droppedCount = 0;
  const drop = retellRows((row) => {
    if (row.type !== 'filled' || droppedCount > 0) return row;
    droppedCount += 1;
    return [];
  });
  const { violations } = judge(fillOnce, night, drop);
  expect(violations).toHaveLength(1);
  expect(violations[0]?.text).toMatch(/was executed, the journal has no row of it/);

  droppedCount = 0;
  const balances = judge(sameBooks, night, drop);
  expect(balances.violations.map(({ text }) => text.split(':')[0])).toContain('USDT');
});

test('a fill that is booked twice is seen', () => {
  const fill = findCall(night, 'onDurable', (rows) => rows.some(({ type }) => type === 'filled'));
  const { violations } = judge(fillOnce, night, (call) => (call === fill ? [call, call] : [call]));
  expect(violations[0]?.text).toMatch(/is booked twice/);
});

test('a fill that is booked by one lot too much is seen', () => {
  const more = retellRows((row) => {
    if (row.type !== 'filled') return row;
    return { ...row, fill: { ...row.fill, quantity: lots(row.fill.quantity + 1) } };
  });
  expect(judge(fillOnce, night, more).violations[0]?.text).toMatch(/is booked as .*, it was /);
  expect(judge(sameBooks, night, more).violationsCount).toBeGreaterThan(0);
});

test('a position that forgets a fee is seen', () => {
  const noFee = retellRows((row) => {
    if (row.type !== 'filled') return row;
    return { ...row, fill: { ...row.fill, feeAsset: 'BNB' } };
  });
  expect(judge(sameBooks, night, noFee).violationsCount).toBeGreaterThan(0);
});

test('books that open with what nobody holds are seen', () => {
  const { violations } = judge(
    sameBooks,
    night,
    retellRows((row) =>
      row.type === 'opening' ? { ...row, balances: { ...row.balances, USDT: '1' } } : row,
    ),
  );
  expect(violations[0]?.text).toMatch(/the books open with .*"USDT","1.00000000"/);
});

test('an order that the journal still holds open and the venue does not is seen', () => {
  const open = retellRows((row) => (row.type === 'reported' ? [] : row));
  expect(judge(sameBooks, night, open).violations[0]?.text).toMatch(/open by the journal: ov/);
});

function idOf(request: unknown): string {
  const isOrder = typeof request === 'object' && request !== null && 'fields' in request;
  const fields: unknown = isOrder ? request.fields : undefined;
  const hasId = typeof fields === 'object' && fields !== null && 'newClientOrderId' in fields;
  return hasId ? String(fields.newClientOrderId) : '';
}
