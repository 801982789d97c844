import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientOrderId, venueOrderId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { regrid } from '../../src/domain/regrid.ts';
import { lots, price } from '../../src/domain/units.ts';
import { DeskState } from '../../src/execution/desk-state.ts';
import { StepBuilder } from '../../src/execution/execution-step.ts';
import { DEFAULT_EXECUTION_LIMITS } from '../../src/execution/limits.ts';
import { takeNews } from '../../src/execution/order-news.ts';
import { RequestLimiter } from '../../src/execution/request-limiter.ts';
import { addOrder } from '../../src/execution/restore-orders.ts';
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
function afterChange() {
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
  });
  const tracked = addOrder(state, intent, NOON_MS);
  tracked.apply({ type: 'submitted', sentAtMs: NOON_MS, leaseEndMs: NOON_MS }, NOON_MS);
  return { state, tracked };
}

const VENUE_ID = venueOrderId('77');

function tell(night: ReturnType<typeof afterChange>, filledLotsNow: number): StepBuilder {
  const step = new StepBuilder();
  const news = {
    venueOrderId: VENUE_ID,
    status: 'PARTIALLY_FILLED',
    filledQuantity: lots(filledLotsNow),
    fills: [],
    text: '',
  } as const;
  takeNews(night.state, night.tracked, news, 'query', NOON_MS, step);
  return step;
}

test('fills that were told before the order was known are booked on the grid of the order', () => {
  const night = afterChange();
  night.state.fills.park(makeFill({ venueOrderId: VENUE_ID, quantity: lots(300) }), NOON_MS);
  tell(night, 300);
  expect(night.tracked.order.filledQuantity).toBe(3);
  expect(night.state.fills.parked()).toEqual([]);
});

// Half an old lot: this order cannot have filled that. It is told, nothing is booked, and nothing is forgotten.
test('what the grid of the order cannot say is told, and the fills are kept', () => {
  const night = afterChange();
  night.state.fills.park(makeFill({ venueOrderId: VENUE_ID, quantity: lots(50) }), NOON_MS);
  const step = tell(night, 50);
  expect(step.finish().effects).toMatchObject([{ type: 'raiseFault', fault: 'data.invalid' }]);
  expect(night.tracked.order.filledQuantity).toBe(0);
  expect(night.state.fills.parked()).toHaveLength(1);
});
