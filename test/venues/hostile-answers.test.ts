import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import type { VenueAnswer } from '../../src/domain/venue.ts';
import { createBinanceAccountCodec } from '../../src/venues/binance-account.ts';
import { makeInstrument } from '../support/frames.ts';

// A codec that throws ends the process; the next start asks the same question, gets the same answer
// and ends again. So whatever a venue says, each answer is read as something.

const codec = createBinanceAccountCodec();
const btc = makeInstrument(0);
const OURS = clientOrderId('ov1abcd0001000000017x');

const FILL = {
  price: '61837.63',
  qty: '0.003',
  commission: '0.000003',
  commissionAsset: 'BTC',
  tradeId: 5,
};
const ORDER = {
  symbol: 'BTCUSDT',
  orderId: 28,
  clientOrderId: OURS,
  origClientOrderId: OURS,
  transactTime: 1_507_725_176_595,
  updateTime: 1_507_725_176_595,
  price: '61837.63000000',
  origQty: '0.00500000',
  executedQty: '0.00300000',
  cummulativeQuoteQty: '185.51289000',
  status: 'EXPIRED',
  side: 'BUY',
  fills: [FILL],
};
const TRADE = {
  ...FILL,
  symbol: 'BTCUSDT',
  id: 7,
  orderId: 28,
  time: 1_499_865_549_590,
  isBuyer: false,
  isMaker: true,
};
const ACCOUNT = {
  canTrade: true,
  updateTime: 123_456_789,
  balances: [{ asset: 'BTC', free: '1.5', locked: '0.0' }],
};
const REPORT = {
  e: 'executionReport',
  E: 1,
  s: 'BTCUSDT',
  c: OURS,
  C: '',
  S: 'BUY',
  q: '0.005',
  p: '61837.63',
  x: 'TRADE',
  X: 'FILLED',
  r: 'NONE',
  i: 28,
  l: '0.005',
  z: '0.005',
  L: '61837.63',
  n: '0.1',
  N: 'BTC',
  T: 1_709_654_401_000,
  t: 9,
  m: false,
  Z: '309.18',
};

/** What may stand where something else belongs. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      '',
      ' ',
      '0',
      '-1',
      '-0.5',
      '1e5',
      'NaN',
      'Infinity',
      '0x10',
      '00.5',
      '.5',
      '5.',
    ],
    ...[0, -1, 1.5, 1e15, 1e16, 8.64e15, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE],
    ...['9'.repeat(40), `0.${'0'.repeat(30)}1`, '99999999999999999999.99', '9007199254740993'],
    ...['NEW', 'FILLED', 'TRADE', '__proto__', '\u0000', '€'.repeat(50), [], {}, [null], { a: 1 }],
  ),
  fc.string(),
  fc.double(),
  fc.json().map((text): unknown => JSON.parse(text)),
);

/** The same value with some of its leaves, or whole branches, replaced or removed. */
function bend(value: unknown, random: () => number, other: () => unknown): unknown {
  if (random() < 0.08) return other();
  if (Array.isArray(value)) return value.map((item) => bend(item, random, other));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(() => random() > 0.04)
      .map(([key, item]) => [key, bend(item, random, other)]),
  );
}

const bent = (value: unknown): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.infiniteStream(strange),
    )
    .map(([chances, others]) =>
      JSON.stringify(
        bend(
          value,
          () => chances.next().value ?? 1,
          () => others.next().value,
        ),
      ),
    );

const cut = (text: string): fc.Arbitrary<string> =>
  fc.nat(text.length).map((length) => text.slice(0, length));

function answer(status: number, body: string): VenueAnswer {
  return {
    type: 'http',
    status,
    body,
    retryAfterMs: undefined,
    usedWeight: undefined,
    sentAtMs: unixMs(1_723_161_255_000),
  };
}

const STATUSES = fc.constantFrom(200, 200, 200, 400, 401, 403, 418, 429, 500, 503);

test.each([
  ['a placed order', ORDER, (said: VenueAnswer) => codec.classifyPlace(said, OURS, btc)],
  ['an order asked for', ORDER, (said: VenueAnswer) => codec.decodeOrder(said, [btc])],
  ['a cancel', ORDER, (said: VenueAnswer) => codec.decodeCancel(said, [btc])],
  ['a list of orders', [ORDER, ORDER], (said: VenueAnswer) => codec.decodeOrders(said, [btc])],
  ['own trades', [TRADE, TRADE], (said: VenueAnswer) => codec.decodeFills(said, btc)],
  ['the account', ACCOUNT, (said: VenueAnswer) => codec.decodeAccount(said)],
  ['the clock', { serverTime: 1 }, (said: VenueAnswer) => codec.decodeServerTime(said)],
  ['a refusal', { code: -2010, msg: 'no' }, (said: VenueAnswer) => codec.assessHealth(said)],
])('%s, bent in any way or cut anywhere, is read as something', (_name, proper, read) => {
  const body = fc.oneof({ weight: 5, arbitrary: bent(proper) }, cut(JSON.stringify(proper)));
  fc.assert(
    fc.property(STATUSES, body, (status, text) => {
      expect(read(answer(status, text))).toBeDefined();
    }),
    { numRuns: 3_000 },
  );
});

test('an account event, bent in any way or cut anywhere, is read as something', () => {
  const event = { subscriptionId: 0, event: REPORT };
  const text = fc.oneof({ weight: 5, arbitrary: bent(event) }, cut(JSON.stringify(event)));
  fc.assert(
    fc.property(text, (frame) => {
      expect(codec.decodeAccountFrame(Buffer.from(frame), [btc])).toBeDefined();
    }),
    { numRuns: 3_000 },
  );
});
