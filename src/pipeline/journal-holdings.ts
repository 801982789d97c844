import type { SymbolId } from '../domain/instrument.ts';
import { findLiveSymbols, foretellUnproven } from '../execution/restore-orders.ts';
import { restorePortfolio } from '../portfolio/restore.ts';
import type { BootQuestion, Desk } from './desk.ts';
import { toOrderSetup, USUAL_SCALE } from './open-venue.ts';

/**
 * Symbols of which the journal holds a position or an order without an end, read before anything is
 * furnished: what is held can only be left if the venue lists it, so its list is asked for with more care.
 */
export function findHeldSymbols(desk: Desk, boot: BootQuestion): ReadonlySet<SymbolId> {
  const rows = desk.started?.rows ?? [];
  const held = new Set(findLiveSymbols(toOrderSetup(desk, boot, []), rows));
  const { portfolio: settings, accountQuote } = desk.setup;
  // Whether anything is held is the same on any scale.
  const portfolio = restorePortfolio(rows, settings, accountQuote, () => USUAL_SCALE);
  for (const { instrument, isDust } of portfolio.listPositions()) {
    if (instrument.venue === boot.setup.venue && !isDust) held.add(instrument.symbol);
  }
  return held;
}

/**
 * A venue that cannot be asked keeps the start waiting, and nothing of the journal is looked after: that
 * orders have no proven outcome is told all the same.
 */
export function tellUnproven(desk: Desk, boot: BootQuestion): void {
  const rows = desk.started?.rows ?? [];
  desk.out.push(...foretellUnproven(toOrderSetup(desk, boot, []), rows, desk.nowMs));
}
