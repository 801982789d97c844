import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** More lots than the venue takes. Every class: it would refuse the order. */
export const quantityExceedsMaximum: RiskCheck = {
  code: 'QUANTITY_EXCEEDS_MAXIMUM',
  valueName: 'quantityLots',
  limitName: 'limitLots',
  applies: everyClass,
  assess: (intent, { instrument }) => ({
    value: intent.quantity,
    limit: instrument.quantityMax,
    passed: intent.quantity <= instrument.quantityMax,
  }),
};
