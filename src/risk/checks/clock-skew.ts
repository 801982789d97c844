import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Our clock and the venue's differ too much, or by an unknown amount. Entries only: an exit with a wrong timestamp is refused with proof and can be sent again; an entry can wait. */
export const clockSkew: RiskCheck = {
  code: 'CLOCK_SKEW',
  valueName: 'offsetMs',
  limitName: 'limitMs',
  applies: entriesOnly,
  assess: (_intent, { clock }, limits) => {
    if (clock.offsetMs === undefined) {
      return { value: 'unknown', limit: limits.clockOffsetMsMax, passed: false };
    }
    // The offset is only known to within its jitter: the worst case counts.
    const worstMs = Math.abs(clock.offsetMs) + Math.abs(clock.jitterMs);
    return {
      value: worstMs,
      limit: limits.clockOffsetMsMax,
      passed: worstMs <= limits.clockOffsetMsMax,
    };
  },
};
