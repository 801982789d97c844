import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Account events do not arrive, so fills would be seen late. Entries only: an exit's outcome can still be asked for, and waiting keeps the risk on. */
export const privateStreamDown: RiskCheck = {
  code: 'PRIVATE_STREAM_DOWN',
  valueName: 'state',
  limitName: 'needed',
  applies: entriesOnly,
  assess: (_intent, facts) => ({
    value: facts.privateStreamUp ? 'up' : 'down',
    limit: 'up',
    passed: facts.privateStreamUp,
  }),
};
