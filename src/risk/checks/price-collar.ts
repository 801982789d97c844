import { entriesAndExits } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { distanceBps } from '../worth.ts';

/** The limit price is too far from the reference. Entries and exits, exits with the wider collar; a protective order is meant to be far away. */
export const priceCollar: RiskCheck = {
  code: 'PRICE_COLLAR',
  valueName: 'distanceBps',
  limitName: 'limitBps',
  applies: entriesAndExits,
  assess: (intent, { reference }, limits) => {
    const limit = intent.class === 'entry' ? limits.priceCollarBps : limits.exitPriceCollarBps;
    if (reference === undefined) return { value: 'unknown', limit, passed: false };
    const value = distanceBps(intent.price, reference.ticks);
    return { value, limit, passed: value <= limit };
  },
};
