import { formatAmount } from '../../domain/instrument.ts';
import { amount } from '../../domain/units.ts';
import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { limitAmount } from '../worth.ts';

/** The day has lost what it may lose: a loss equal to the limit ends the day. Entries only. */
export const dailyLossLimit: RiskCheck = {
  code: 'DAILY_LOSS_LIMIT',
  valueName: 'loss',
  limitName: 'limit',
  applies: entriesOnly,
  assess: (_intent, { dailyPnl, accountQuote }, limits) => {
    const limit = limitAmount(limits.dailyLossMax, accountQuote);
    const loss = dailyPnl === undefined ? undefined : amount(-dailyPnl);
    return {
      value: loss === undefined ? 'unknown' : formatAmount(accountQuote, loss),
      limit: formatAmount(accountQuote, limit),
      passed: loss !== undefined && loss < limit,
    };
  },
};
