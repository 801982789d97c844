import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The venue does not trade the symbol. Every class: it would refuse the order. */
export const venueMaintenance: RiskCheck = {
  code: 'VENUE_MAINTENANCE',
  valueName: 'status',
  limitName: 'needed',
  applies: everyClass,
  assess: (_intent, { instrument }) => ({
    value: instrument.status,
    limit: 'TRADING',
    passed: instrument.status === 'TRADING',
  }),
};
