import fc from 'fast-check';
import {
  clientOrderId,
  decisionId,
  strategyId,
  tradeId,
  venueOrderId,
} from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import type { Fill, OrderIntent, UnknownCause } from '../../src/domain/order.ts';
import { REASONS, type Reason, type ReasonCode } from '../../src/domain/reason.ts';
import { amount, lots, price, unixMs } from '../../src/domain/units.ts';

const isCode = (text: string): text is ReasonCode => Object.hasOwn(REASONS, text);
const CODES = Object.keys(REASONS).filter(isCode);

// JSON has no negative zero; nothing we count does either.
const number = fc.double().map((value) => (value === 0 ? 0 : value));
const count = fc.nat();
const text = fc.string({ unit: 'binary' });
const moment = fc.double({ min: 0, max: 8e15, noNaN: true }).map((ms) => unixMs(ms === 0 ? 0 : ms));
const anyLots = fc.maxSafeNat().map(lots);
const anyPrice = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(price);
const anyAmount = fc.bigInt().map(amount);
const id = fc.string().map(clientOrderId);
const venueId = fc.string().map(venueOrderId);
const side = fc.constantFrom('BUY', 'SELL');
const source = fc.constantFrom('answer', 'userStream', 'query');
const mode = fc.constantFrom('RECOVERING', 'ACTIVE', 'REDUCING', 'OBSERVING', 'HALTED');
const maybe = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: undefined });

const reason: fc.Arbitrary<Reason> = fc
  .tuple(
    fc.constantFrom(...CODES),
    fc.dictionary(fc.string(), fc.oneof(text, number, fc.boolean()), { noNullPrototype: true }),
  )
  .map(([code, details]) => ({ ...details, code }));

const instrument: fc.Arbitrary<Instrument> = fc.record({
  index: count,
  venue: text,
  symbol: text,
  venueSymbol: text,
  version: count,
  base: fc.record({ name: text, scale: count }),
  quote: fc.record({ name: text, scale: count }),
  tickDecimals: count,
  tickUnits: count,
  lotDecimals: count,
  lotUnits: count,
  priceMin: anyPrice,
  priceMax: anyPrice,
  quantityMin: anyLots,
  quantityMax: anyLots,
  notionalMin: anyAmount,
  notionalMax: maybe(anyAmount),
  status: fc.constantFrom('TRADING', 'HALT', 'BREAK', 'CANCEL_ONLY', 'OTHER'),
});

const intent: fc.Arbitrary<OrderIntent> = fc.record({
  clientOrderId: id,
  decisionId: text.map(decisionId),
  strategy: text.map(strategyId),
  class: fc.constantFrom('entry', 'exit', 'protective'),
  venue: text,
  symbol: text,
  instrument,
  side,
  type: fc.constant('LIMIT'),
  timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
  price: anyPrice,
  quantity: anyLots,
  createdAtMs: moment,
  reason,
});

const fill: fc.Arbitrary<Fill> = fc.record({
  venue: text,
  symbol: text,
  tradeId: text.map(tradeId),
  venueOrderId: venueId,
  clientOrderId: maybe(id),
  side,
  price: anyPrice,
  quantity: anyLots,
  quote: anyAmount,
  fee: anyAmount,
  feeAsset: text,
  liquidity: fc.constantFrom('MAKER', 'TAKER'),
  tradedAtMs: moment,
});

const cause: fc.Arbitrary<UnknownCause> = fc.oneof(
  fc.record({ type: fc.constant('noAnswer' as const), waitedMs: count }),
  fc.record({ type: fc.constant('transport' as const), text }),
  fc.record({ type: fc.constant('badAnswer' as const), text }),
  fc.record({ type: fc.constant('restart' as const) }),
  fc.record({
    type: fc.constant('venueError' as const),
    httpStatus: count,
    code: maybe(count),
    text,
  }),
);

const check = fc.record({
  code: fc.constantFrom(...CODES),
  value: fc.oneof(text, number),
  limit: fc.oneof(text, number),
  passed: fc.boolean(),
});

const row = <const T extends string, F extends object>(type: T, fields: fc.Arbitrary<F>) =>
  fc.tuple(moment, fields).map(([atMs, rest]) => ({ type, atMs, ...rest }));

/** Any row at all, every kind of it. */
export const anyRow: fc.Arbitrary<JournalRow> = fc.oneof(
  row('intent', fc.record({ intent, checks: fc.array(check) })),
  row(
    'submitted',
    fc.record({
      clientOrderId: id,
      sentAtMs: moment,
      leaseEndMs: moment,
      payloadHash: text,
      sendAttempts: fc.constant(1 as const),
    }),
  ),
  row('voided', fc.record({ clientOrderId: id, reason })),
  row(
    'reported',
    fc.record({
      clientOrderId: id,
      venueOrderId: venueId,
      state: fc.constantFrom('ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED'),
      filledQuantity: anyLots,
      source,
      text,
    }),
  ),
  row(
    'rejected',
    fc.record({
      clientOrderId: id,
      proof: fc.record({ httpStatus: count, code: fc.integer(), text }),
    }),
  ),
  row('unknown', fc.record({ clientOrderId: id, cause })),
  row('absent', fc.record({ clientOrderId: id, proof: text })),
  row('dead', fc.record({ clientOrderId: id })),
  row('cancelRequested', fc.record({ clientOrderId: id, reason })),
  row('regridded', fc.record({ clientOrderId: id, instrument })),
  row('filled', fc.record({ clientOrderId: id, fill, source, late: fc.boolean() })),
  row(
    'external',
    fc.record({ venue: text, symbol: text, venueOrderId: venueId, clientOrderId: text, text }),
  ),
  row(
    'mode',
    fc.record({
      from: mode,
      to: mode,
      actor: fc.constantFrom('machine', 'operator'),
      cause: text,
    }),
  ),
  row(
    'opening',
    fc.record({
      venue: text,
      balances: fc.dictionary(fc.string(), text, { noNullPrototype: true }),
    }),
  ),
  row('dayOpened', fc.record({ day: text, realizedQuote: text, ordersCount: count })),
  row('started', fc.record({ epoch: count, clean: fc.boolean(), configHash: text, buildId: text })),
  row('stopped', fc.record({ cause: text })),
);
