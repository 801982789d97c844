import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** What we hold is not yet proven. Every class: an exit of coins that are not there is an error too. An operator's `flatten` overrides it for exits. */
export const reconciliationPending: RiskCheck = {
  code: 'RECONCILIATION_PENDING',
  valueName: 'state',
  limitName: 'needed',
  applies: everyClass,
  assess: (intent, facts) => ({
    value: facts.reconciled ? 'reconciled' : 'pending',
    limit: 'reconciled',
    passed: facts.reconciled || (facts.flattening && intent.class === 'exit'),
  }),
};
