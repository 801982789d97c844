import { everyClass } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** The venue changed grids or filters, or the facts are of another market: no number can be compared. Every class, since the order's price would mean something else. */
export const instrumentVersion: RiskCheck = {
  code: 'VALIDATION_FAILED',
  valueName: 'version',
  limitName: 'versionNow',
  applies: everyClass,
  assess: ({ instrument: intended }, { instrument: now }) => ({
    value: `${intended.venue} ${intended.symbol} version ${intended.version}`,
    limit: `${now.venue} ${now.symbol} version ${now.version}`,
    passed:
      intended.venue === now.venue &&
      intended.symbol === now.symbol &&
      intended.version === now.version,
  }),
};
