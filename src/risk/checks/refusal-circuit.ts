import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The venue refused this strategy and symbol several times in a row: something we believe is wrong. Entries only: each exit is a new try to get out. */
export const refusalCircuit: RiskCheck = {
  code: 'REFUSAL_CIRCUIT_OPEN',
  valueName: 'refusalsCount',
  limitName: 'limitCount',
  applies: entriesOnly,
  assess: (_intent, facts, limits) => ({
    value: facts.refusalsInRowCount,
    limit: limits.refusalsInRowMax,
    passed: facts.refusalsInRowCount < limits.refusalsInRowMax,
  }),
};
