import { entriesOnly } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Soon the journal could not be written. Entries only: what is left of the disk belongs to the exits. */
export const diskLow: RiskCheck = {
  code: 'DISK_LOW',
  valueName: 'freeBytes',
  limitName: 'limitBytes',
  applies: entriesOnly,
  assess: (_intent, { diskFreeBytes }, limits) => ({
    value: diskFreeBytes ?? 'unknown',
    limit: limits.diskFreeBytesMin,
    passed: diskFreeBytes !== undefined && diskFreeBytes >= limits.diskFreeBytesMin,
  }),
};
