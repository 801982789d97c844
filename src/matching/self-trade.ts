/** An account meets its own order: who gives way is the taker's choice. */
import type { Order } from './order.ts';
import type { E8 } from './scale.ts';

/** How much of which order is not to trade. */
export interface Prevention {
  readonly order: Order;
  readonly counter: Order;
  readonly quantity: E8;
}

/** What to take away, the taker first. An order whose whole rest is taken ends as EXPIRED_IN_MATCH. */
export function preventSelfTrade(taker: Order, maker: Order): readonly Prevention[] {
  const wholeTaker = { order: taker, counter: maker, quantity: taker.leavesQty };
  const wholeMaker = { order: maker, counter: taker, quantity: maker.leavesQty };
  switch (taker.selfTradePrevention) {
    case 'EXPIRE_TAKER':
      return [wholeTaker];
    case 'EXPIRE_BOTH':
      return [wholeTaker, wholeMaker];
    case 'DECREMENT': {
      const quantity = Math.min(taker.leavesQty, maker.leavesQty);
      return [
        { ...wholeTaker, quantity },
        { ...wholeMaker, quantity },
      ];
    }
    default:
      return [wholeMaker];
  }
}
