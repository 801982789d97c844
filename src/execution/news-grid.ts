import type { Instrument } from '../domain/instrument.ts';
import type { Fill } from '../domain/order.ts';
import { type Regrid, regrid } from '../domain/regrid.ts';
import type { DeskState } from './desk-state.ts';
import type { OrderNews } from './order-news.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** The instrument as everything that the venue tells now is read. */
export function instrumentNow(state: DeskState, known: Instrument): Instrument {
  return state.instruments.find(({ symbol }) => symbol === known.symbol) ?? known;
}

/**
 * News of an order on the grid that the order was written with. An order of a former life may stand on
 * another one: the venue has changed its steps, and a start in between took the new ones. `undefined`
 * when the old grid has no such number.
 */
export function onGridOf(
  state: DeskState,
  tracked: TrackedOrder,
  news: OrderNews,
): OrderNews | undefined {
  const { instrument } = tracked.order.intent;
  const steps = regrid(instrumentNow(state, instrument), instrument);
  const filledQuantity = steps.quantity(news.filledQuantity);
  const fills = news.fills.map((fill) => fillOn(steps, fill));
  if (filledQuantity === undefined || !fills.every((fill) => fill !== undefined)) return undefined;
  return { ...news, filledQuantity, fills };
}

function fillOn(steps: Regrid, fill: Fill): Fill | undefined {
  const quantity = steps.quantity(fill.quantity);
  if (quantity === undefined) return undefined;
  // Money is counted by the quote, which is exact on any grid.
  return { ...fill, price: steps.nearestPrice(fill.price), quantity };
}
