import { formatPrice } from '../../domain/instrument.ts';
import { entriesAndExits } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** Best bid is not below best ask, or neither is known. Entries and exits: at least one of the two prices is wrong. */
export const bookCrossed: RiskCheck = {
  code: 'BOOK_CROSSED',
  valueName: 'bid',
  limitName: 'ask',
  applies: entriesAndExits,
  assess: (_intent, { top, bookCrossed: crossed, instrument }) =>
    top === undefined
      ? { value: 'unknown', limit: 'unknown', passed: false }
      : {
          value: formatPrice(instrument, top.bidPrice),
          limit: formatPrice(instrument, top.askPrice),
          passed: top.bidPrice < top.askPrice && !crossed,
        },
};
