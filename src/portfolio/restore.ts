import { InvariantBroken } from '../domain/assert.ts';
import { parseDecimal } from '../domain/decimal.ts';
import { recount } from '../domain/finer-grid.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { Asset, Instrument, VenueId } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type { Balance, Fill, OrderIntent } from '../domain/order.ts';
import { amount, NO_AMOUNT, type UnixMs } from '../domain/units.ts';
import type { PortfolioSettings } from './limits.ts';
import { Portfolio } from './portfolio.ts';
import type { AssetScales } from './views.ts';

/** What a portfolio hears of the past. */
interface Restorable {
  open(venue: VenueId, balances: readonly Balance[]): void;
  countOrder(): void;
  openDay(atMs: UnixMs): void;
  applyFill(fill: Fill, instrument: Instrument, strategy: StrategyId): unknown;
}

/**
 * The portfolio as the journal's rows, oldest first, say it was. Prices are not in the journal: until
 * the first ones arrive nothing is valued. Call `useInstrument` for each instrument afterwards.
 */
export function restorePortfolio(
  rows: readonly JournalRow[],
  settings: PortfolioSettings,
  accountQuote: Asset,
  scales: AssetScales,
): Portfolio {
  const portfolio = new Portfolio(settings, accountQuote, scales);
  replayRows(portfolio, rows, scales);
  return portfolio;
}

/** Tells an empty portfolio the journal's rows, oldest first. Rows of other rooms are passed over. */
function replayRows(portfolio: Restorable, rows: readonly JournalRow[], scales: AssetScales): void {
  const intents = new Map<string, OrderIntent>();
  for (const row of rows) {
    switch (row.type) {
      case 'intent':
        intents.set(row.intent.clientOrderId, row.intent);
        break;
      case 'regridded':
        regrid(intents, row);
        break;
      case 'submitted':
        portfolio.countOrder();
        break;
      case 'opening':
        portfolio.open(row.venue, balancesOf(row, scales));
        break;
      case 'dayOpened':
        portfolio.openDay(row.atMs);
        break;
      case 'filled': {
        const intent = intents.get(row.clientOrderId);
        if (intent === undefined) {
          throw new InvariantBroken(`journal: fill of ${row.clientOrderId}, which has no intent`);
        }
        // In the grids of that time: the intent carries the instrument that its rows are counted on.
        portfolio.applyFill(row.fill, intent.instrument, intent.strategy);
        break;
      }
      default:
      // The other rows are no business of the portfolio.
    }
  }
}

function regrid(
  intents: Map<string, OrderIntent>,
  { clientOrderId, instrument }: Extract<JournalRow, { type: 'regridded' }>,
): void {
  const intent = intents.get(clientOrderId);
  if (intent !== undefined) intents.set(clientOrderId, recount(intent, instrument));
}

function balancesOf(
  row: Extract<JournalRow, { type: 'opening' }>,
  scales: AssetScales,
): readonly Balance[] {
  return Object.entries(row.balances).map(([asset, text]) => {
    const total = parseDecimal(text, scales(row.venue, asset));
    if (total === undefined) {
      throw new InvariantBroken(`journal: opening balance '${text}' is no ${asset} amount`);
    }
    return { asset, free: amount(total), locked: NO_AMOUNT };
  });
}
