import { describe, expect, test } from 'vitest';
import type { AccountTruth } from '../../../src/cli/rehearse/exchange-truth.ts';
import { type Evidence, judge } from '../../../src/cli/rehearse/judge.ts';
import { venueOrderId } from '../../../src/domain/ids.ts';
import type { JournalRow } from '../../../src/domain/journal-row.ts';
import { lots } from '../../../src/domain/units.ts';
import { idOf, intentRow, submittedRow } from '../../store/journal-rows.ts';
import { NOON_MS } from '../../support/trading.ts';

type Reported = Extract<JournalRow, { type: 'reported' }>['state'];

const reportedRow = (name: string, state: Reported): JournalRow => ({
  type: 'reported',
  atMs: NOON_MS,
  clientOrderId: idOf(name),
  venueOrderId: venueOrderId('1'),
  state,
  filledQuantity: lots(0),
  source: 'userStream',
  text: '',
});

type OrderTruth = AccountTruth['orders'][number];

/** As the exchange tells an order like that of `intentRow`. */
const ORDER: OrderTruth = {
  symbol: 'BTCUSDT',
  orderId: 1,
  clientOrderId: 'ov1',
  side: 'BUY',
  status: 'EXPIRED',
  price: '60000.00000000',
  origQty: '0.00200000',
  executedQty: '0.00000000',
};

/** A night of one order that was never filled: what the journal says of it, and what the exchange says. */
function nightOf(
  state: Reported | undefined,
  order: Partial<OrderTruth>,
  change: { readonly locked?: string; readonly others?: readonly OrderTruth[] } = {},
): Evidence {
  const { locked = '0', others = [] } = change;
  return {
    truth: {
      accounts: [
        {
          account: 'demo',
          balances: [{ asset: 'USDT', free: '0', locked }],
          orders: [{ ...ORDER, ...order }, ...others],
          trades: [],
        },
      ],
      imbalances: [],
      wireLog: [],
      wireLogEvicted: 0,
      clientIdCounts: { ov1: 1 },
      recording: null,
    },
    rows: [
      intentRow('ov1'),
      submittedRow('ov1'),
      ...(state === undefined ? [] : [reportedRow('ov1', state)]),
    ],
    chainBreak: undefined,
    explainedIds: new Set(['ov1']),
    operatorIds: others.map(({ clientOrderId }) => clientOrderId),
  };
}

/** Without what a night so short has no fills and no opening for. */
const wrongsOf = (evidence: Evidence): readonly string[] =>
  judge(evidence).unexplained.filter((text) => !/^no fill was booked| by the journal, /.test(text));

describe('orders that do not fill are compared, too: their state, what was asked for, and what they hold', () => {
  test.each<[Reported, string]>([
    ['EXPIRED', 'EXPIRED'],
    ['EXPIRED', 'EXPIRED_IN_MATCH'],
    ['CANCELED', 'CANCELED'],
  ])('%s in the journal, %s there: the same', (state, status) => {
    expect(wrongsOf(nightOf(state, { status }))).toEqual([]);
  });

  // Money of the account is bound, and the order may fill any minute, while the daemon has forgotten it.
  test('an order rests at the exchange that the journal says has ended: unexplained', () => {
    for (const [status, state] of [
      ['NEW', 'CANCELED'],
      ['PARTIALLY_FILLED', 'EXPIRED'],
      ['NEW', 'FILLED'],
    ] as const) {
      expect(wrongsOf(nightOf(state, { status }))).toContain(
        `order ov1 is ${status} there, the journal says ${state}`,
      );
    }
  });

  test('an order that the journal calls open and the exchange has ended, or that ended in another way', () => {
    expect(wrongsOf(nightOf('ACCEPTED', { status: 'CANCELED' }))).toContain(
      'order ov1 is CANCELED there, the journal says ACCEPTED',
    );
    expect(wrongsOf(nightOf('CANCELED', { status: 'EXPIRED' }))).toContain(
      'order ov1 is EXPIRED there, the journal says CANCELED',
    );
  });

  test('open on both sides is the same state, and no end of a night', () => {
    expect(wrongsOf(nightOf('ACCEPTED', { status: 'NEW' }, { locked: '120' }))).toEqual([
      'order ov1 is not settled: ACCEPTED',
    ]);
  });

  test('another price, quantity or side than was journaled before it left', () => {
    for (const change of [
      { price: '60000.01000000' },
      { origQty: '0.00200001' },
      { side: 'SELL' },
      { symbol: 'ETHUSDT' },
    ] as const) {
      expect(wrongsOf(nightOf('EXPIRED', change)).join()).toMatch(
        /order ov1 is (BUY|SELL) [\d.]+ \w+ at [\d.]+ there, the journal says BUY 0\.002 BTCUSDT at 60000/,
      );
    }
  });

  test("money is locked that no order of a person holds: unexplained; a person's resting order explains its own", () => {
    expect(wrongsOf(nightOf('EXPIRED', {}, { locked: '5.00000000' })).join()).toContain(
      'USDT: 5.00000000 is locked there, and orders that rest hold 0.00000000',
    );
    const theirs = { ...ORDER, clientOrderId: 'by-hand-1', orderId: 2, status: 'NEW', price: '50' };
    const wrongs = wrongsOf(
      nightOf('EXPIRED', {}, { locked: '0.10000000', others: [{ ...theirs, origQty: '0.002' }] }),
    );
    expect(wrongs.filter((text) => text.includes('locked'))).toEqual([]);
  });
});
