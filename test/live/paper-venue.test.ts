import { expect, test } from 'vitest';
import { formatAmount } from '../../src/domain/instrument.ts';
import { lots } from '../../src/domain/units.ts';
import { at, id, PaperStage } from '../support/paper-stage.ts';
import { BTC_USDT } from '../support/trading.ts';

/** Offered: 0.001 at 60,000, 0.5 at 60,010. Bid: 0.5 at 59,990. */
function openMarket(stage = new PaperStage()): PaperStage {
  return stage.rules().snapshot(
    [['59990.00', '0.50000']],
    [
      ['60000.00', '0.00100'],
      ['60010.00', '0.50000'],
    ],
  );
}

const accepted = (
  stage: PaperStage,
  answer: Awaited<ReturnType<PaperStage['place']>>,
  name = 'ov1',
) => {
  const outcome = stage.codec.classifyPlace(answer, id(name), BTC_USDT);
  if (outcome.type !== 'accepted') expect.fail(JSON.stringify(outcome));
  return outcome.report;
};

async function balances(stage: PaperStage): Promise<Readonly<Record<string, string>>> {
  const answer = stage.codec.decodeAccount(await stage.venue.ask({ type: 'account' }));
  if (answer.type !== 'value') expect.fail(JSON.stringify(answer));
  const { quote } = BTC_USDT;
  return Object.fromEntries(
    answer.value.balances.map(({ asset, free, locked }) => [
      asset,
      `${formatAmount(quote, free)}/${formatAmount(quote, locked)}`,
    ]),
  );
}

test('an IOC order takes what the real book offers within its limit, pays 0.1 %, and the rest expires', async () => {
  const stage = openMarket();

  const report = accepted(stage, await stage.place({ price: at(60_005), quantity: lots(200) }));

  expect(report.status).toBe('EXPIRED');
  expect(report.fills.map(({ price, quantity }) => [price, quantity])).toEqual([[at(60_000), 100]]);
  // 0.001 BTC for 60 USDT; the fee comes out of the BTC.
  expect(await balances(stage)).toEqual({ BTC: '0.000999/0', USDT: '940/0' });
});

// Paper must not drink twice from one glass: a strategy that fires fast would look like a genius.
test('what an order took stays taken until the market shows a new size there', async () => {
  const stage = openMarket();
  await stage.place({ clientOrderId: id('first'), quantity: lots(100) });
  const second = await stage.place({ clientOrderId: id('second'), quantity: lots(100) });
  expect(accepted(stage, second, 'second').fills).toEqual([]);

  stage.depth([], [['60000.00', '0.00300']]);
  const third = await stage.place({ clientOrderId: id('third'), quantity: lots(100) });
  expect(accepted(stage, third, 'third').status).toBe('FILLED');
});

test('a quote that only changes on the other side gives nothing back', async () => {
  const stage = openMarket().top(['59990.00', '0.50000'], ['60000.00', '0.00100']);
  await stage.place({ clientOrderId: id('first'), quantity: lots(100) });
  stage.top(['59991.00', '0.20000'], ['60000.00', '0.00100']);
  const second = await stage.place({ clientOrderId: id('second'), quantity: lots(100) });
  expect(accepted(stage, second, 'second').fills).toEqual([]);
});

test('a resting order waits behind the queue and is filled when the market trades through it', async () => {
  const stage = openMarket();
  await stage.listen();
  const resting = { timeInForce: 'GTC', price: at(59_990), quantity: lots(100) } as const;
  expect(accepted(stage, await stage.place(resting)).status).toBe('NEW');

  // 0.5 BTC stood there before us.
  stage.trade('59990.00', '0.40000', true);
  await stage.venue.ask({ type: 'openOrders' });
  expect(await balances(stage)).toMatchObject({ USDT: '940.01/59.99' });

  stage.trade('59980.00', '0.10000', true);
  await stage.until(() =>
    stage
      .accountFrames()
      .some((frame) => frame.type === 'orderReported' && frame.report.status === 'FILLED'),
  );
  // A maker pays the same here.
  expect(await balances(stage)).toMatchObject({ BTC: '0.000999/0', USDT: '940.01/0' });
});

// During a planned change of sockets both carry the same messages.
test('one trade heard twice fills a resting order once', async () => {
  const stage = openMarket();
  const resting = { timeInForce: 'GTC', price: at(59_995), quantity: lots(100) } as const;
  await stage.place(resting);
  stage.trade('59995.00', '0.00040', true).trade('59995.00', '0.00040', true, true);
  const [order] = await openOrders(stage);
  expect(order?.filledQuantity).toBe(40);
});

test('a snapshot older than what was heard since does not turn the book back', async () => {
  const stage = openMarket();
  stage.depth([], [['60000.00', '0.00000']]).depth([], [['60001.00', '0.00200']]);
  stage.snapshot([['59990.00', '0.50000']], [['60000.00', '0.00100']], 100);
  const report = accepted(stage, await stage.place({ price: at(60_002), quantity: lots(200) }));
  expect(report.fills.map(({ price }) => price)).toEqual([at(60_001)]);
});

test('the venue refuses in its own words: no funds, broken filter, a client id twice', async () => {
  const stage = openMarket();
  const outcomeOf = async (change: Parameters<PaperStage['place']>[0]) =>
    stage.codec.classifyPlace(await stage.place(change), id('ov1'), BTC_USDT);

  expect(await outcomeOf({ quantity: lots(100_000) })).toMatchObject({
    type: 'rejected',
    proof: {
      httpStatus: 400,
      code: -2010,
      text: 'Account has insufficient balance for requested action.',
    },
  });
  expect(await outcomeOf({ clientOrderId: id('small'), quantity: lots(1) })).toMatchObject({
    type: 'rejected',
    proof: { code: -1013, text: 'Filter failure: NOTIONAL' },
  });
  expect(await outcomeOf({ clientOrderId: id('small') })).toMatchObject({ type: 'exists' });
});

test('before the rules are known nothing leaves, provably', async () => {
  const stage = new PaperStage();
  const answer = await stage.place({});
  expect(answer).toMatchObject({ type: 'transportFailed', bytesSent: 'none' });
});

// The real venue refuses the whole list for one delisted symbol; the core then asks for each by itself.
test('one symbol of the settings is unknown to the real venue: the other is traded on paper', async () => {
  const stage = new PaperStage([], ['NOSUCH/USDT', 'BTC/USDT']);
  stage.unlisted('NOSUCHUSDT', 'BTCUSDT').unlisted('NOSUCHUSDT');
  const early = await stage.place({ clientOrderId: id('early') });
  expect(stage.codec.classifyPlace(early, id('early'), BTC_USDT).type).toBe('notSent');
  openMarket(stage);
  const report = accepted(stage, await stage.place({ price: at(60_005), quantity: lots(200) }));
  expect(report.fills.map(({ price, quantity }) => [price, quantity])).toEqual([[at(60_000), 100]]);
  stage.unlisted('NOSUCHUSDT').rules();
  expect(await balances(stage)).toEqual({ BTC: '0.000999/0', USDT: '940/0' });
});

test('frames of nonsense do not move the market', async () => {
  const stage = openMarket();
  stage
    .top(['0.00', '1'], ['-1', '1'])
    .trade('NaN', '1', true)
    .depth([], [['60000.00', 'x']]);
  expect(accepted(stage, await stage.place({ quantity: lots(100) })).status).toBe('FILLED');
});

test('an order canceled gives its money back; canceled again it is unknown', async () => {
  const stage = openMarket();
  await stage.place({ timeInForce: 'GTC', price: at(59_000) });
  const answer = await stage.venue.cancel(BTC_USDT, id('ov1'));
  expect(stage.codec.decodeCancel(answer, [BTC_USDT])).toMatchObject({
    value: { status: 'CANCELED', clientOrderId: 'ov1' },
  });
  expect(await balances(stage)).toEqual({ BTC: '0/0', USDT: '1000/0' });
  expect(
    stage.codec.decodeCancel(await stage.venue.cancel(BTC_USDT, id('ov1')), [BTC_USDT]),
  ).toMatchObject({ type: 'notFound' });
});

async function openOrders(stage: PaperStage) {
  const answer = await stage.venue.ask({ type: 'openOrders' });
  const decoded = stage.codec.decodeOrders(answer, [BTC_USDT]);
  return decoded.type === 'value' ? decoded.value : [];
}
