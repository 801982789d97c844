import type { SimFault } from '../fault.ts';
import { lasting, numberOf, shareOf } from './drawn.ts';
import { sweepBefore } from './resting-orders.ts';

/** Long enough for our order to have come. */
const GONE_AFTER_MS = 1_000;

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
    const { clock, random, venue } = stage;
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
          if (id !== undefined) clock.after(GONE_AFTER_MS, () => venue.cancelByHand(symbol, id));
          return undefined;
        },
      },
      end: release,
    };
  },
};
