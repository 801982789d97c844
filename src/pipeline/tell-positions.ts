import type { StrategyId } from '../domain/ids.ts';
import type { Desk, VenueDesk } from './desk.ts';

/** Tells one strategy what it holds of a symbol and whether an order of it is under way. */
export function tellPosition(
  desk: Desk,
  venue: VenueDesk,
  strategy: StrategyId,
  index: number,
): void {
  const instrument = venue.instruments[index];
  if (instrument === undefined || desk.portfolio === undefined) return;
  const held = desk.portfolio.getPosition(strategy, instrument);
  const isHeld = held.quantity > 0 && !held.isDust && held.averagePrice !== undefined;
  const position =
    isHeld && held.averagePrice !== undefined && held.openedAtMs !== undefined
      ? {
          quantity: held.quantity,
          averagePriceTicks: held.averagePrice,
          openedAtMs: held.openedAtMs,
        }
      : undefined;
  venue.host.setPosition(strategy, index, desk.nowMs, position);
  const pending = venue.orders.isPending(strategy, instrument.symbol);
  venue.host.setOrderPending(strategy, index, pending);
}

/** After a start: what the journal says is held is what the strategies hold. */
export function tellPositions(desk: Desk, venue: VenueDesk): void {
  for (const { id, symbols } of desk.setup.signal.strategies) {
    for (const instrument of venue.instruments) {
      if (symbols.includes(instrument.symbol)) tellPosition(desk, venue, id, instrument.index);
    }
  }
}
