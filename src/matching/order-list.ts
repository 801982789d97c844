/** Two orders of which at most one may trade (OCO). */
import type { OrderListView } from './happening.ts';
import type { Order } from './order.ts';

export class OrderList {
  readonly orderListId: number;
  readonly accountKey: string;
  readonly symbol: string;
  readonly listClientOrderId: string;
  readonly legs: readonly [Order, Order];
  atMs: number;
  isDone = false;

  constructor(
    names: { readonly orderListId: number; readonly listClientOrderId: string },
    legs: readonly [Order, Order],
    nowMs: number,
  ) {
    this.orderListId = names.orderListId;
    this.listClientOrderId = names.listClientOrderId;
    this.legs = legs;
    this.symbol = legs[0].symbol;
    this.accountKey = legs[0].account?.key ?? '';
    this.atMs = nowMs;
  }

  sibling(of: Order): Order {
    return this.legs[0] === of ? this.legs[1] : this.legs[0];
  }

  view(): OrderListView {
    return {
      orderListId: this.orderListId,
      accountKey: this.accountKey,
      symbol: this.symbol,
      contingencyType: 'OCO',
      listStatusType: this.isDone ? 'ALL_DONE' : 'EXEC_STARTED',
      listOrderStatus: this.isDone ? 'ALL_DONE' : 'EXECUTING',
      listClientOrderId: this.listClientOrderId,
      atMs: this.atMs,
      orders: this.legs.map(({ orderId, clientOrderId }) => ({ orderId, clientOrderId })),
    };
  }
}
