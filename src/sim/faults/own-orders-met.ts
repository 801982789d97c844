import type { SimFault } from '../fault.ts';
import { OURS } from '../venue.ts';
import { lasting, numberOf, shareOf } from './drawn.ts';
import { sweepBefore } from './resting-orders.ts';

/** The venue lets nobody trade with himself: of our order what would have met a person's order expires. */
export const orderMeetsOwn: SimFault = {
  name: 'order.meets_own',
  family: 'operator',
  about:
    'our orders meet an order that a person has placed on the same account, and expire in the match',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 240_000),
    parameters: { share: shareOf(random, 0.4, 1) },
  }),
  begin: (stage, plan) => {
    const { random, venue } = stage;
    const release = venue.holdRules((rules) => ({
      ...rules,
      defaultSelfTradePrevention: 'EXPIRE_TAKER',
    }));
    return {
      trouble: {
        arrives: (request) => {
          if (request.kind !== 'place' || !random.chance(numberOf(plan, 'share'))) return undefined;
          const { price, quantity, side, symbol } = request.fields;
          // A second person's sweep would take the order of the first.
          if (venue.core.openOrders(OURS, symbol).length > 0) return undefined;
          sweepBefore(stage, request, 0);
          const other = side === 'BUY' ? 'SELL' : 'BUY';
          const id = venue.placeByHand({ symbol, side: other, price, quantity }, 'LIMIT_MAKER');
          // Only for the moment: what stood longer would be met by others, and be a trade of the person.
          return id === undefined ? undefined : () => venue.cancelByHand(symbol, id);
        },
      },
      end: release,
    };
  },
};
