import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The intent waited too long: the prices it was made from are gone. Every class; asked at the send only. */
export const intentAge: RiskCheck = {
  code: 'INTENT_TOO_OLD',
  valueName: 'ageMs',
  limitName: 'limitMs',
  applies: everyClass,
  assess: (intent, facts, limits) => {
    const value = facts.nowMs - intent.createdAtMs;
    // An intent from the future means that the clock was stepped.
    return {
      value,
      limit: limits.intentAgeMsMax,
      passed: value >= 0 && value <= limits.intentAgeMsMax,
    };
  },
};
