import { longerThan } from '../../domain/clock-margin.ts';
import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/**
 * Orders leave too fast, or the venue wants us away (a limit of 0). Every class, so that no loop of ours can end in a
 * ban; exits and protective orders have a reserve that entries cannot use.
 */
export const rateLimitExceeded: RiskCheck = {
  code: 'RATE_LIMIT_EXCEEDED',
  valueName: 'ordersCount',
  limitName: 'limitCount',
  applies: everyClass,
  assess: (intent, facts, limits) => {
    const fromMs = facts.nowMs - longerThan(limits.orderWindowMs);
    let value = Number.isFinite(fromMs) ? 1 : Number.NaN;
    // Negated, so that a moment that is no number counts.
    for (const atMs of facts.recentOrdersAtMs) if (!(atMs <= fromMs)) value += 1;
    const reserve = intent.class === 'entry' ? 0 : limits.exitOrdersPerWindowReserve;
    // What leaves while the venue wants us away only makes that longer, an exit too.
    const limit = facts.isToldToStayAway ? 0 : limits.ordersPerWindowMax + reserve;
    return { value, limit, passed: value <= limit };
  },
};
