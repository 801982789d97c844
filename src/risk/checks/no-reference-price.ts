import { entriesAndExits } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Nothing to compare the limit price with. Entries and exits: without it a slip of digits would pass. */
export const noReferencePrice: RiskCheck = {
  code: 'NO_REFERENCE_PRICE',
  valueName: 'reference',
  limitName: 'needed',
  applies: entriesAndExits,
  assess: (_intent, { reference }) => ({
    value: reference === undefined ? 'none' : `${reference.source} ${reference.ticks} ticks`,
    limit: 'a positive price',
    passed: reference !== undefined && Number.isFinite(reference.ticks) && reference.ticks > 0,
  }),
};
