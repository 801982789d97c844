import { exitsAndProtective } from '../classes.ts';
import type { RiskCheck } from '../verdict.ts';

/** An exit or protective order larger than what is held and not already leaving. It must sell, since what we hold on spot is bought. */
export const reduceOnly: RiskCheck = {
  code: 'REDUCE_ONLY_WOULD_INCREASE_POSITION',
  valueName: 'quantityLots',
  limitName: 'limitLots',
  applies: exitsAndProtective,
  assess: (intent, { position }) => {
    const limit = Math.max(0, position.heldLots - position.pendingSellLots);
    if (intent.side === 'BUY')
      return { value: `BUY ${intent.quantity}`, limit: 'SELL', passed: false };
    return { value: intent.quantity, limit, passed: intent.quantity <= limit };
  },
};
