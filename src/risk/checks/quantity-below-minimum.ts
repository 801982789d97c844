import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Fewer lots than the venue takes, or none. Every class: it would refuse the order. */
export const quantityBelowMinimum: RiskCheck = {
  code: 'QUANTITY_BELOW_MINIMUM',
  valueName: 'quantityLots',
  limitName: 'limitLots',
  applies: everyClass,
  assess: (intent, { instrument }) => {
    const limit = Math.max(1, instrument.quantityMin);
    return { value: intent.quantity, limit, passed: intent.quantity >= limit };
  },
};
