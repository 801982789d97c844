import { formatAmount, notionalOf } from '../../domain/instrument.ts';
import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Worth more than the venue takes. Every class: it would refuse the order. */
export const notionalExceedsMaximum: RiskCheck = {
  code: 'NOTIONAL_EXCEEDS_MAXIMUM',
  valueName: 'notional',
  limitName: 'limit',
  applies: everyClass,
  assess: (intent, { instrument }) => {
    const notional = notionalOf(instrument, intent.price, intent.quantity);
    const limit = instrument.notionalMax;
    return {
      value: formatAmount(instrument.quote, notional),
      limit: limit === undefined ? 'none' : formatAmount(instrument.quote, limit),
      passed: limit === undefined || notional <= limit,
    };
  },
};
