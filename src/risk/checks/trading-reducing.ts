import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** REDUCING takes no new exposure. Entries only: exits and protective orders shrink it, and REDUCE_ONLY_WOULD_INCREASE_POSITION makes sure. */
export const tradingReducing: RiskCheck = {
  code: 'TRADING_STATE_REDUCING',
  valueName: 'mode',
  limitName: 'needed',
  applies: entriesOnly,
  assess: (_intent, facts) => ({
    value: facts.flattening ? 'flattening' : facts.mode,
    limit: 'ACTIVE',
    passed: facts.mode !== 'REDUCING' && !facts.flattening,
  }),
};
