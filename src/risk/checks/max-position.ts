import { formatAmount } from '../../domain/instrument.ts';
import { lots } from '../../domain/units.ts';
import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { atMost, limitAmount, worthInAccountQuote } from '../worth.ts';

/** The symbol would be worth more than its limit with everything under way filled, or a sale would go below nothing. Entries only. */
export const maxPosition: RiskCheck = {
  code: 'MAX_POSITION',
  valueName: 'worstCase',
  limitName: 'limit',
  applies: entriesOnly,
  assess: (intent, facts, limits) => {
    const { heldLots, pendingBuyLots, pendingSellLots } = facts.symbolPosition;
    if (intent.side === 'SELL') {
      const short = pendingSellLots + intent.quantity - heldLots;
      const worth = worthInAccountQuote(intent, facts, lots(Math.max(0, short)));
      const text = worth === undefined ? 'unknown' : formatAmount(facts.accountQuote, worth);
      return { value: `short ${text}`, limit: 'short 0', passed: short <= 0 };
    }
    const lotsThen = lots(heldLots + pendingBuyLots + intent.quantity);
    return atMost(
      worthInAccountQuote(intent, facts, lotsThen),
      limitAmount(limits.positionNotionalMax, facts.accountQuote),
      facts.accountQuote,
    );
  },
};
