import { entriesAndExits } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The symbol's last advancing update is too old. Entries and exits: a price from old data is a guess. Protective orders are priced from what was paid. */
export const staleData: RiskCheck = {
  code: 'STALE_DATA',
  valueName: 'ageMs',
  limitName: 'limitMs',
  applies: entriesAndExits,
  assess: (_intent, { freshness }) => {
    if (freshness === undefined)
      return { value: 'never updated', limit: 'an update', passed: false };
    const { ageMs, limitMs, trouble } = freshness;
    if (trouble !== undefined) return { value: trouble, limit: limitMs, passed: false };
    return { value: ageMs, limit: limitMs, passed: ageMs <= limitMs };
  },
};
