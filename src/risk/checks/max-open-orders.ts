import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Too many orders would be under way. Entries only. */
export const maxOpenOrders: RiskCheck = {
  code: 'MAX_OPEN_ORDERS',
  valueName: 'openOrdersCount',
  limitName: 'limitCount',
  applies: entriesOnly,
  assess: (_intent, facts, limits) => {
    const value = facts.openOrdersCount + 1;
    return { value, limit: limits.openOrdersMax, passed: value <= limits.openOrdersMax };
  },
};
