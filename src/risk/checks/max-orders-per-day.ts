import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The day has had its orders. Entries only. */
export const maxOrdersPerDay: RiskCheck = {
  code: 'MAX_ORDERS_PER_DAY',
  valueName: 'ordersCount',
  limitName: 'limitCount',
  applies: entriesOnly,
  assess: (_intent, facts, limits) => {
    const value = facts.ordersTodayCount + 1;
    return { value, limit: limits.ordersPerDayMax, passed: value <= limits.ordersPerDayMax };
  },
};
