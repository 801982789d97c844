import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/**
 * The venue does not trade the symbol. Every class: it would refuse the order. A symbol that was missing
 * from its list only once may still be traded: nothing enters there, and whatever wants to leave tries.
 */
export const venueMaintenance: RiskCheck = {
  code: 'VENUE_MAINTENANCE',
  valueName: 'status',
  limitName: 'needed',
  applies: everyClass,
  assess: ({ class: orderClass }, { instrument, listingDoubtful }) => ({
    value: listingDoubtful ? `${instrument.status}, missing once` : instrument.status,
    limit: 'TRADING',
    passed: instrument.status === 'TRADING' && !(listingDoubtful && orderClass === 'entry'),
  }),
};
