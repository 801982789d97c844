import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The event loop was blocked: messages waited unread. Entries only: STALE_DATA still holds exits back where it matters. */
export const loopLag: RiskCheck = {
  code: 'LOOP_LAG',
  valueName: 'delayMs',
  limitName: 'limitMs',
  applies: entriesOnly,
  assess: (_intent, facts, limits) => ({
    value: facts.loopDelayMs,
    limit: limits.loopDelayMsMax,
    passed: facts.loopDelayMs <= limits.loopDelayMsMax,
  }),
};
