import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The last order of this strategy and symbol is too recent. Entries only. */
export const cooldown: RiskCheck = {
  code: 'COOLDOWN',
  valueName: 'sinceMs',
  limitName: 'limitMs',
  applies: entriesOnly,
  assess: (_intent, facts, limits) => {
    if (facts.lastOrderAtMs === undefined) {
      return { value: 'no order yet', limit: limits.cooldownMs, passed: true };
    }
    const value = facts.nowMs - facts.lastOrderAtMs;
    return { value, limit: limits.cooldownMs, passed: value >= limits.cooldownMs };
  },
};
