import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOrderId, venueOrderId } from '../../src/domain/ids.ts';
import { baseAmountOf, type Instrument } from '../../src/domain/instrument.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import type { Fill, OrderIntent } from '../../src/domain/order.ts';
import { regrid } from '../../src/domain/regrid.ts';
import { lots, price } from '../../src/domain/units.ts';
import { DeskState } from '../../src/execution/desk-state.ts';
import { StepBuilder } from '../../src/execution/execution-step.ts';
import { openLots } from '../../src/execution/exposure.ts';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import { takeNews } from '../../src/execution/order-news.ts';
import { RequestLimiter } from '../../src/execution/request-limiter.ts';
import { addOrder, replayRows } from '../../src/execution/restore-orders.ts';
import { decodeRow, encodeRow } from '../../src/journal/row-codec.ts';
import { BTC_USDT, makeFill, makeIntent, NOON_MS } from '../support/trading.ts';
import { PlainCodec } from './support/plain-codec.ts';

/** The venue has made a lot this many times larger. */
function coarser(times: number): Instrument {
  return { ...BTC_USDT, lotUnits: BTC_USDT.lotUnits * times, version: BTC_USDT.version + 1 };
}

test('a number told on one grid and counted on another is the same number, or none at all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom(1, 2, 10, 100),
      (steps, times) => {
        const there = regrid(coarser(times), BTC_USDT);
        const back = regrid(BTC_USDT, coarser(times));
        expect(there.quantity(lots(steps))).toBe(steps * times);
        expect(back.quantity(lots(steps))).toBe(steps % times === 0 ? steps / times : undefined);
        expect(there.price(price(steps + 1))).toBe(steps + 1);
      },
    ),
  );
});

test('a price between two ticks of the other grid is told to the nearest one, and never to none', () => {
  const coarse = { ...BTC_USDT, tickUnits: BTC_USDT.tickUnits * 10, version: 2 };
  const there = regrid(BTC_USDT, coarse);
  expect([1, 4, 5, 14, 15, 6_183_763].map((ticks) => there.nearestPrice(price(ticks)))).toEqual([
    1, 1, 1, 1, 2, 618_376,
  ]);
  expect(there.price(price(6_183_763))).toBeUndefined();
});

/** A former life wrote an order with lots a hundred times those of now. */
function afterChange(change: Partial<OrderIntent> = {}) {
  const state = new DeskState({
    venue: 'binance',
    codec: new PlainCodec(),
    instruments: [BTC_USDT],
    limits: DEFAULT_EXECUTION_LIMITS,
    epoch: 2,
    environment: 'rehearsal',
    accountTag: 'test',
    limiter: new RequestLimiter(DEFAULT_EXECUTION_LIMITS),
    nextRequestId: () => 1,
  });
  const intent = makeIntent({
    clientOrderId: clientOrderId('ours'),
    instrument: coarser(100),
    quantity: lots(5),
    ...change,
  });
  const tracked = addOrder(state, intent, NOON_MS);
  tracked.apply({ type: 'submitted', sentAtMs: NOON_MS, leaseEndMs: NOON_MS }, NOON_MS);
  return { state, tracked };
}

const VENUE_ID = venueOrderId('77');

interface ToldNews {
  readonly filled: number;
  readonly fills?: readonly Fill[];
  readonly instrument?: Instrument;
}

function tell(
  night: ReturnType<typeof afterChange>,
  { filled, fills = [], instrument = BTC_USDT }: ToldNews,
): StepBuilder {
  const step = new StepBuilder();
  const news = {
    instrument,
    venueOrderId: VENUE_ID,
    status: 'PARTIALLY_FILLED',
    filledQuantity: lots(filled),
    fills,
    text: '',
  } as const;
  takeNews(night.state, night.tracked, news, 'query', NOON_MS, step);
  return step;
}

function fillOf(quantity: number, instrument = BTC_USDT): Fill {
  return makeFill({ venueOrderId: VENUE_ID, quantity: lots(quantity) }, instrument);
}

test('fills that were told before the order was known are booked on the grid of the order', () => {
  const night = afterChange();
  night.state.fills.park(fillOf(300), BTC_USDT, NOON_MS);
  tell(night, { filled: 300 });
  expect(night.tracked.order.filledQuantity).toBe(3);
  expect(night.tracked.order.intent.instrument).toEqual(coarser(100));
  expect(night.state.fills.parked()).toEqual([]);
});

// Half an old lot. Dropped, the coins would be on the account and in no book of ours.
test('a fill that is no whole lot of the order is booked: the order is counted in finer lots from then on', () => {
  const night = afterChange();
  night.state.fills.park(fillOf(50), BTC_USDT, NOON_MS);
  const { rows, effects } = tell(night, { filled: 50 }).finish();
  expect(effects).toEqual([]);
  expect(rows.map(({ type }) => type)).toEqual(['regridded', 'filled', 'reported']);
  const { order } = night.tracked;
  expect(order.filledQuantity).toBe(50);
  expect(order.intent).toMatchObject({ quantity: 500, price: 6_000_000 });
  expect(order.state.type).toBe('PARTIALLY_FILLED');

  // The venue is coarse again, and says so in its own lots.
  const last = [fillOf(150), fillOf(3, coarser(100))];
  tell(night, { filled: 200, fills: last.slice(0, 1) });
  tell(night, { filled: 5, fills: last.slice(1), instrument: coarser(100) });
  expect(night.tracked.order.state.type).toBe('FILLED');
  expect(night.tracked.order.filledQuantity).toBe(500);
  expect(night.tracked.isDone).toBe(true);
});

test('a report in parts of a lot whose fill is still to come is owed, exactly', () => {
  const night = afterChange();
  const { rows } = tell(night, { filled: 470 }).finish();
  expect(rows).toMatchObject([{ type: 'regridded' }, { type: 'reported', filledQuantity: 470 }]);
  expect(night.tracked.isSettled).toBe(false);
  tell(night, { filled: 470, fills: [fillOf(470)] });
  expect(night.tracked.isSettled).toBe(true);
});

test('an order filled in any parts, told in any steps, adds up to the last digit, and a restart finds the same', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 499 }), { maxLength: 6 });
  fc.assert(
    fc.property(parts, fc.infiniteStream(fc.boolean()), (cuts, choices) => {
      const night = afterChange();
      const edges = [...new Set([0, ...cuts, 500])].sort((a, b) => a - b);
      const rows: JournalRow[] = [];
      let quote = 0n;
      for (const [place, filled] of edges.slice(1).entries()) {
        const part = filled - (edges[place] ?? 0);
        const isWhole = part % 100 === 0 && filled % 100 === 0 && choices.next().value;
        const instrument = isWhole ? coarser(100) : BTC_USDT;
        const by = isWhole ? 100 : 1;
        const fill = fillOf(part / by, instrument);
        quote += fill.quote;
        rows.push(...tell(night, { filled: filled / by, fills: [fill], instrument }).rows);
      }
      const { order } = night.tracked;
      expect(order.state.type).toBe('FILLED');
      expect(order.filledQuantity).toBe(order.intent.quantity);
      expect(order.filledQuote).toBe(quote);
      const base = baseAmountOf(order.intent.instrument, order.filledQuantity);
      expect(base).toBe(baseAmountOf(coarser(100), lots(5)));

      const again = afterChange();
      replayRows(
        again.state,
        rows.map((row) => decodeRow(encodeRow(row))),
      );
      expect(again.tracked.order).toEqual(order);
      expect(again.tracked.isDone).toBe(true);
    }),
  );
});

// The quote asset has two decimals, and a lot of 10^-5 at a price of 10^-2 is worth less than the last of them.
test('what no lots of the order can say is told, and the fills are kept', () => {
  const poor = { ...BTC_USDT, lotDecimals: 1, lotUnits: 1, tickDecimals: 0, tickUnits: 1 };
  const instrument = { ...poor, quote: { name: 'USDT', scale: 2 } };
  const night = afterChange({ instrument, quantity: lots(5), price: price(60_000) });
  night.state.fills.park(fillOf(50), BTC_USDT, NOON_MS);
  const step = tell(night, { filled: 50 });
  expect(step.finish().effects).toMatchObject([{ type: 'raiseFault', fault: 'data.invalid' }]);
  expect(step.rows).toEqual([]);
  expect(night.tracked.order.filledQuantity).toBe(0);
  expect(night.tracked.order.intent.instrument).toEqual(instrument);
  expect(night.state.fills.parked()).toHaveLength(1);
});

// The gate sums what may still be bought. Counted in lots of then it would be a hundredth of the truth.
test('what an order may still fill is counted in the lots of now, rounded up', () => {
  const night = afterChange();
  expect(openLots(night.tracked.order, BTC_USDT)).toBe(500);
  tell(night, { filled: 50, fills: [fillOf(50)] });
  expect(openLots(night.tracked.order, BTC_USDT)).toBe(450);
  expect(openLots(night.tracked.order, coarser(100))).toBe(5);
});
