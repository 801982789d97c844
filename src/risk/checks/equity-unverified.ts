import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** What we own could not be valued at fresh prices, so no limit on it means anything. Entries only. */
export const equityUnverified: RiskCheck = {
  code: 'EQUITY_UNVERIFIED',
  valueName: 'state',
  limitName: 'needed',
  applies: entriesOnly,
  assess: (_intent, facts) => ({
    value: facts.equityVerified ? 'verified' : 'unverified',
    limit: 'verified',
    passed: facts.equityVerified,
  }),
};
