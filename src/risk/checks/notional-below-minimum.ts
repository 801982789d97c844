import { formatAmount, notionalOf } from '../../domain/instrument.ts';
import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Worth less than the venue takes. Every class: it would refuse the order. */
export const notionalBelowMinimum: RiskCheck = {
  code: 'NOTIONAL_BELOW_MINIMUM',
  valueName: 'notional',
  limitName: 'limit',
  applies: everyClass,
  assess: (intent, { instrument }) => {
    const notional = notionalOf(instrument, intent.price, intent.quantity);
    return {
      value: formatAmount(instrument.quote, notional),
      limit: formatAmount(instrument.quote, instrument.notionalMin),
      passed: notional >= instrument.notionalMin,
    };
  },
};
