import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';
import { distanceBps } from '../worth.ts';

/** Crossing this spread costs more than it may. Entries only: leaving a position pays any spread within the collar. */
export const spreadTooWide: RiskCheck = {
  code: 'SPREAD_TOO_WIDE',
  valueName: 'spreadBps',
  limitName: 'limitBps',
  applies: entriesOnly,
  assess: (_intent, { top }, limits) => {
    if (top === undefined) {
      return { value: 'unknown', limit: limits.spreadBpsMax, passed: false };
    }
    const value = distanceBps(top.askPrice, (top.askPrice + top.bidPrice) / 2) * 2;
    return { value, limit: limits.spreadBpsMax, passed: value <= limits.spreadBpsMax };
  },
};
