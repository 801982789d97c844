import { entriesOnly } from '../classes.ts';
import type { RiskFacts } from '../facts.ts';
import type { RiskLimits } from '../limits.ts';
import type { Finding, RiskCheck } from '../verdict.ts';

/** The same answer for the gate, for `/readyz` and for the alarms. */
export function assessClock(
  { offsetMs, jitterMs }: RiskFacts['clock'],
  { clockOffsetMsMax: limit }: Pick<RiskLimits, 'clockOffsetMsMax'>,
): Finding {
  if (offsetMs === undefined) return { value: 'unknown', limit, passed: false };
  // The offset is only known to within its jitter: the worst case counts.
  const worstMs = Math.abs(offsetMs) + Math.abs(jitterMs);
  return { value: worstMs, limit, passed: worstMs <= limit };
}

/** Our clock and the venue's differ too much, or by an unknown amount. Entries only: an exit with a wrong timestamp is refused with proof and can be sent again; an entry can wait. */
export const clockSkew: RiskCheck = {
  code: 'CLOCK_SKEW',
  valueName: 'offsetMs',
  limitName: 'limitMs',
  applies: entriesOnly,
  assess: (_intent, { clock }, limits) => assessClock(clock, limits),
};
