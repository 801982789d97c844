import { withLotsOf } from '../domain/finer-grid.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Fill } from '../domain/order.ts';
import { type Regrid, regrid } from '../domain/regrid.ts';
import type { UnixMs } from '../domain/units.ts';
import type { DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import type { ParkedFill } from './fill-ledger.ts';
import type { OrderNews } from './order-news.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** The instrument in whose steps everything that the venue tells now is read, where it can be. */
export function instrumentNow(state: DeskState, known: Instrument): Instrument {
  return state.instruments.find(({ symbol }) => symbol === known.symbol) ?? known;
}

/**
 * News of an order, and the fills that waited for it, counted in the steps of the order. An order may outlive the
 * steps it was written with: the venue has changed them, and fills it in those of now. News that have no number in
 * the order's lots move the order to lots that do, before anything is booked, and a row says so. `undefined` when no
 * lots would do: nothing has changed then.
 */
export function countOnOrder(
  tracked: TrackedOrder,
  news: OrderNews,
  parked: readonly ParkedFill[],
  atMs: UnixMs,
  step: StepBuilder,
): OrderNews | undefined {
  const { instrument } = tracked.order.intent;
  const counted = countOn(instrument, news, parked);
  if (counted !== undefined) return counted;
  const told = [news.instrument, ...parked.map((each) => each.instrument)];
  const finer = withLotsOf(instrument, told);
  if (finer === undefined) return undefined;
  const countedFiner = countOn(finer, news, parked);
  if (countedFiner === undefined || !tracked.hasNumbersOn(finer)) return undefined;
  tracked.recount(finer, atMs);
  step.rows.push({ type: 'regridded', atMs, clientOrderId: tracked.id, instrument: finer });
  return countedFiner;
}

function countOn(
  instrument: Instrument,
  news: OrderNews,
  parked: readonly ParkedFill[],
): OrderNews | undefined {
  const steps = regrid(news.instrument, instrument);
  const filledQuantity = steps.quantity(news.filledQuantity);
  const fills = [
    ...news.fills.map((fill) => fillOn(steps, fill)),
    ...parked.map((each) => fillOn(regrid(each.instrument, instrument), each.fill)),
  ];
  if (filledQuantity === undefined || !fills.every((fill) => fill !== undefined)) return undefined;
  return { ...news, instrument, filledQuantity, fills };
}

function fillOn(steps: Regrid, fill: Fill): Fill | undefined {
  const quantity = steps.quantity(fill.quantity);
  if (quantity === undefined) return undefined;
  // Money is counted by the quote, which is exact on any grid.
  return { ...fill, price: steps.nearestPrice(fill.price), quantity };
}
