import type { ClientOrderId } from '../domain/ids.ts';
import type { SymbolId, VenueId } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Lots } from '../domain/units.ts';
import { restorePortfolio } from '../portfolio/portfolio.ts';
import type { Desk } from './desk.ts';
import { USUAL_SCALE } from './open-venue.ts';

/**
 * Symbols of which the journal holds a position or an order without an end, read before anything is
 * furnished: what is held can only be left if the venue lists it, so its list is asked for with more care.
 */
export function findHeldSymbols(desk: Desk, venue: VenueId): ReadonlySet<SymbolId> {
  const rows = desk.started?.rows ?? [];
  const held = findUnendedSymbols(rows, venue);
  const { portfolio: settings, accountQuote } = desk.setup;
  // Whether anything is held is the same on any scale.
  const portfolio = restorePortfolio(rows, settings, accountQuote, () => USUAL_SCALE);
  for (const { instrument, isDust } of portfolio.listPositions()) {
    if (instrument.venue === venue && !isDust) held.add(instrument.symbol);
  }
  return held;
}

interface Unended {
  readonly symbol: SymbolId;
  /** What is booked of it. */
  lots: number;
  /** What was filled when the venue said that it has ended. */
  endLots: Lots | undefined;
}

function findUnendedSymbols(rows: readonly JournalRow[], venue: VenueId): Set<SymbolId> {
  const orders = new Map<ClientOrderId, Unended>();
  for (const row of rows) {
    if (row.type === 'intent') {
      const { clientOrderId, symbol } = row.intent;
      if (row.intent.venue === venue) {
        orders.set(clientOrderId, { symbol, lots: 0, endLots: undefined });
      }
      continue;
    }
    if (row.type === 'external' || !('clientOrderId' in row)) continue;
    const order = orders.get(row.clientOrderId);
    if (order === undefined) continue;
    if (row.type === 'voided' || row.type === 'rejected' || row.type === 'absent') {
      orders.delete(row.clientOrderId);
      continue;
    }
    if (row.type === 'filled') order.lots += row.fill.quantity;
    if (row.type === 'reported' && ENDS.has(row.state)) order.endLots = row.filledQuantity;
    if (order.endLots !== undefined && order.lots >= order.endLots) {
      orders.delete(row.clientOrderId);
    }
  }
  return new Set([...orders.values()].map(({ symbol }) => symbol));
}

const ENDS: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED']);
