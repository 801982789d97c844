import { amount } from '../../domain/units.ts';
import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { atMost, limitAmount, worthInAccountQuote } from '../worth.ts';

/** All positions together would be worth more than the limit with everything under way filled. Entries only. */
export const maxGrossExposure: RiskCheck = {
  code: 'MAX_GROSS_EXPOSURE',
  valueName: 'worstCase',
  limitName: 'limit',
  applies: entriesOnly,
  assess: (intent, facts, limits) => {
    const added = worthInAccountQuote(intent, facts, intent.quantity);
    const { grossExposure: gross, accountQuote } = facts;
    const known = gross !== undefined && added !== undefined;
    return atMost(
      known ? amount(gross + added) : undefined,
      limitAmount(limits.grossExposureMax, accountQuote),
      accountQuote,
    );
  },
};
