import type { VenueSetup } from '../config/settings.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import { parseClientId } from '../execution/client-id.ts';
import { JournalForeign } from '../store/journal-failure.ts';

/**
 * Throws `JournalForeign` when the journal was written in another set-up: a position of a rehearsal is
 * nothing that may be sold for real money, and a real one nothing to play with.
 */
export function refuseForeignJournal(
  rows: readonly JournalRow[],
  setup: VenueSetup,
  dataDir: string,
): void {
  for (const row of rows) {
    if (row.type !== 'intent') continue;
    const written = parseClientId(row.intent.clientOrderId)?.environment;
    if (written === undefined || written === setup) continue;
    throw new JournalForeign(
      `${dataDir} holds the orders of ${written}, and venue.setup is ${setup}: give ${setup} a data.dir of its own`,
    );
  }
}
