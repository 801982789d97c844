import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** An order of the symbol has no proven outcome, so what we hold is not known. Entries only: an exit counts the unknown quantity as sold already, and so cannot sell twice. */
export const symbolFrozen: RiskCheck = {
  code: 'SYMBOL_FROZEN_UNKNOWN_ORDER',
  valueName: 'unknownOrdersCount',
  limitName: 'limitCount',
  applies: entriesOnly,
  assess: (_intent, facts) => ({
    value: facts.unknownOrdersCount,
    limit: 0,
    passed: facts.unknownOrdersCount === 0,
  }),
};
