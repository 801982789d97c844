import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The depth book is not proven complete. Entries only: an exit is priced from the best bid and ask, whose freshness is checked by itself, and must not wait for a resync. */
export const bookNotSynced: RiskCheck = {
  code: 'BOOK_NOT_SYNCED',
  valueName: 'state',
  limitName: 'needed',
  applies: entriesOnly,
  assess: (_intent, facts) => ({
    value: facts.bookSynced ? 'synced' : 'not synced',
    limit: 'synced',
    passed: facts.bookSynced,
  }),
};
