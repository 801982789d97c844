import type { SimFault } from '../fault.ts';
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
    const byHand = new Map<string, string>();
    // Only for the moment: what stood longer would be met by others too.
    const cancelAll = (): void => {
      for (const [id, symbol] of byHand) venue.cancelByHand(symbol, id);
      byHand.clear();
    };
    const release = venue.holdRules((rules) => ({
      ...rules,
      defaultSelfTradePrevention: 'EXPIRE_TAKER',
    }));
    return {
      trouble: {
        request: (request) => {
          if (request.kind !== 'place' || !random.chance(numberOf(plan, 'share'))) return undefined;
          sweepBefore(stage, request, 0);
          const { price, quantity, side, symbol } = request.fields;
          const other = side === 'BUY' ? 'SELL' : 'BUY';
          const id = venue.placeByHand({ symbol, side: other, price, quantity });
          if (id !== undefined) byHand.set(id, symbol);
          return undefined;
        },
        answer: ({ kind }) => {
          if (kind === 'place') cancelAll();
          return undefined;
        },
      },
      end: () => {
        cancelAll();
        release();
      },
    };
  },
};
