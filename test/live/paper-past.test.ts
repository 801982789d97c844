import { expect, test } from 'vitest';
import { tradeId, venueOrderId } from '../../src/domain/ids.ts';
import { baseAmountOf } from '../../src/domain/instrument.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import type { OrderIntent } from '../../src/domain/order.ts';
import { amount, lots } from '../../src/domain/units.ts';
import { formatClientId } from '../../src/execution/client-id.ts';
import { refuseForeignJournal } from '../../src/live/foreign-journal.ts';
import { JournalForeign } from '../../src/store/journal-failure.ts';
import { at, id, PaperStage } from '../support/paper-stage.ts';
import { regriddedRows } from '../support/regridded-order.ts';
import { BTC_USDT, makeFill, makeIntent, NOON_MS } from '../support/trading.ts';

const OPENING: JournalRow = {
  type: 'opening',
  atMs: NOON_MS,
  venue: 'binance',
  balances: { USDT: '1000' },
};

/** An order of the night before: its intent, that it left, and whatever else was written down. */
function order(
  change: Partial<OrderIntent>,
  ...rest: readonly JournalRow[]
): readonly JournalRow[] {
  const intent = makeIntent(change);
  const { clientOrderId } = intent;
  return [
    { type: 'intent', atMs: NOON_MS, intent, checks: [] },
    {
      type: 'submitted',
      atMs: NOON_MS,
      clientOrderId,
      sentAtMs: NOON_MS,
      leaseEndMs: NOON_MS,
      payloadHash: '',
      sendAttempts: 1,
    },
    ...rest,
  ];
}

function reported(
  name: string,
  state: Extract<JournalRow, { type: 'reported' }>['state'],
  filled: number,
  orderId = '7',
): JournalRow {
  return {
    type: 'reported',
    atMs: NOON_MS,
    clientOrderId: id(name),
    venueOrderId: venueOrderId(orderId),
    state,
    filledQuantity: lots(filled),
    source: 'answer',
    text: state,
  };
}

/** Bought at 60,000 for a fee of 0.1 % in BTC. */
function filled(name: string, quantity: number, trade: string, orderId = '7'): JournalRow {
  const bought = lots(quantity);
  const fill = makeFill({
    tradeId: tradeId(trade),
    venueOrderId: venueOrderId(orderId),
    quantity: bought,
    fee: amount(baseAmountOf(BTC_USDT, bought) / 1_000n),
    feeAsset: 'BTC',
  });
  return {
    type: 'filled',
    atMs: NOON_MS,
    clientOrderId: id(name),
    fill,
    source: 'answer',
    late: false,
  };
}

async function restart(...rows: readonly (readonly JournalRow[])[]): Promise<PaperStage> {
  return new PaperStage([OPENING, ...rows.flat()])
    .rules()
    .snapshot([['59990.00', '5.00000']], [['60000.00', '5.00000']]);
}

async function account(stage: PaperStage) {
  const answer = stage.codec.decodeAccount(await stage.venue.ask({ type: 'account' }));
  return answer.type === 'value' ? answer.value.balances : [];
}

async function find(stage: PaperStage, name: string) {
  const question = {
    type: 'orderByClientId',
    instrument: BTC_USDT,
    clientOrderId: id(name),
  } as const;
  return stage.codec.decodeOrder(await stage.venue.ask(question), [BTC_USDT]);
}

async function fills(stage: PaperStage, fromTradeId: number | undefined) {
  const question = { type: 'fillsFrom', instrument: BTC_USDT, fromTradeId } as const;
  const answer = stage.codec.decodeFills(await stage.venue.ask(question), BTC_USDT);
  return answer.type === 'value' ? answer.value.fills : [];
}

test('after a restart the account is what it was: balances, orders by name, own trades', async () => {
  const stage = await restart(
    order({ clientOrderId: id('a') }, reported('a', 'FILLED', 200), filled('a', 200, '41')),
  );
  expect(await account(stage)).toEqual([
    { asset: 'BTC', free: amount(199_800n), locked: 0n },
    { asset: 'USDT', free: amount(88_000_000_000n), locked: 0n },
  ]);
  expect(await find(stage, 'a')).toMatchObject({ value: { status: 'FILLED', venueOrderId: '7' } });
  expect(await fills(stage, undefined)).toMatchObject([{ tradeId: '41', quantity: 200 }]);
});

test('new orders and trades get numbers after the old ones, and an old client id is refused', async () => {
  const stage = await restart(
    order(
      { clientOrderId: id('a') },
      reported('a', 'FILLED', 200, '900'),
      filled('a', 200, '41', '900'),
    ),
  );
  const again = await stage.place({ clientOrderId: id('a') });
  expect(stage.codec.classifyPlace(again, id('a'), BTC_USDT)).toMatchObject({ type: 'exists' });

  const answer = stage.codec.classifyPlace(await stage.place({}), id('ov1'), BTC_USDT);
  if (answer.type !== 'accepted') expect.fail(JSON.stringify(answer));
  expect(Number(answer.report.venueOrderId)).toBeGreaterThan(900);
  expect(answer.report.fills.map((fill) => fill.tradeId)).toEqual(['42']);
  expect(await fills(stage, 42)).toMatchObject([{ tradeId: '42' }]);
});

// Killed between the write of SUBMITTED and the answer: the daemon asks, and must get a proof.
test('an order whose answer was never written down does not exist, and its money is free', async () => {
  const stage = await restart(order({ clientOrderId: id('a') }));
  expect(await find(stage, 'a')).toMatchObject({ type: 'notFound' });
  expect(await account(stage)).toMatchObject([{ asset: 'BTC' }, { free: 100_000_000_000n }]);
});

test('a resting order is in the book again with what is left of it, and can be filled and canceled', async () => {
  const resting = { timeInForce: 'GTC', price: at(59_990), quantity: lots(300) } as const;
  const stage = await restart(
    order(
      { ...resting, clientOrderId: id('a') },
      reported('a', 'ACCEPTED', 0),
      filled('a', 100, '41'),
    ),
  );
  expect(await find(stage, 'a')).toMatchObject({
    value: { status: 'PARTIALLY_FILLED', filledQuantity: 100 },
  });
  // 940 left, 0.002 x 59,990 locked.
  expect(await account(stage)).toMatchObject([
    { asset: 'BTC' },
    { asset: 'USDT', free: 82_002_000_000n, locked: 11_998_000_000n },
  ]);
  stage.trade('59980.00', '0.00100', true);
  expect(await find(stage, 'a')).toMatchObject({ value: { filledQuantity: 200 } });
  const canceled = stage.codec.decodeCancel(await stage.venue.cancel(BTC_USDT, id('a')), [
    BTC_USDT,
  ]);
  expect(canceled).toMatchObject({ value: { status: 'CANCELED', filledQuantity: 200 } });
});

test('an IOC order that had been accepted has ended, whatever was lost', async () => {
  const stage = await restart(
    order({ clientOrderId: id('a') }, reported('a', 'ACCEPTED', 0), filled('a', 50, '41')),
  );
  expect(await find(stage, 'a')).toMatchObject({
    value: { status: 'EXPIRED', filledQuantity: 50 },
  });
});

// The daemon knows that something was filled and will ask until it has it.
test('a report that outlived its fills: they are told again at the worst price', async () => {
  const stage = await restart(
    order({ clientOrderId: id('a'), price: at(60_010) }, reported('a', 'FILLED', 200)),
    order(
      { clientOrderId: id('b') },
      reported('b', 'EXPIRED', 100, '8'),
      filled('b', 100, '41', '8'),
    ),
  );
  expect(await fills(stage, undefined)).toMatchObject([
    { tradeId: '41', quantity: 100 },
    { tradeId: '42', quantity: 200, price: at(60_010), fee: 200n },
  ]);
});

test('an order that went on in finer lots is one order, and its fills are the coins that they were', async () => {
  const stage = await restart(regriddedRows());
  expect(await fills(stage, undefined)).toMatchObject([
    { tradeId: '41', quantity: 100, quote: 6_000_000_000n },
    { tradeId: '42', quantity: 75, quote: 4_500_000_000n },
  ]);
  expect(await find(stage, 'ov1')).toMatchObject({
    value: { status: 'CANCELED', quantity: 500, filledQuantity: 175 },
  });
  expect(await account(stage)).toMatchObject([{ free: 175_000n }, { free: 89_500_000_000n }]);
});

test('a journal of another set-up is refused, one of our own is not', () => {
  const of = (environment: 'rehearsal' | 'paper' | 'live') =>
    order({
      clientOrderId: formatClientId({ environment, accountTag: 'abcd', epoch: 1, sequence: 1 }),
    });
  expect(() => refuseForeignJournal(of('paper'), 'paper', 'data')).not.toThrow();
  expect(() => refuseForeignJournal(of('paper'), 'live', 'data')).toThrow(JournalForeign);
  expect(() => refuseForeignJournal(of('rehearsal'), 'paper', 'data/paper')).toThrow(
    'data/paper holds the orders of rehearsal, and venue.setup is paper',
  );
});
