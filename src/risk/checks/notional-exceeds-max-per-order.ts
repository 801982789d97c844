import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { atMost, limitAmount, worthInAccountQuote } from '../worth.ts';

/** One order may be worth so much. Entries only: a position is left whole, however large it became. */
export const notionalExceedsMaxPerOrder: RiskCheck = {
  code: 'NOTIONAL_EXCEEDS_MAX_PER_ORDER',
  valueName: 'notional',
  limitName: 'limit',
  applies: entriesOnly,
  assess: (intent, facts, limits) =>
    atMost(
      worthInAccountQuote(intent, facts, intent.quantity),
      limitAmount(limits.orderNotionalMax, facts.accountQuote),
      facts.accountQuote,
    ),
};
