/**
 * An exchange opened on the state of an earlier one. Resting orders go back to the book before the
 * market's own quotes do, so they stand first at their price, among themselves in the order in
 * which they began to work; an iceberg shows its full tip again. They are makers: where the new
 * market opens beyond their price, it trades with them there. Stops wait on, and fire with the first
 * trade that reaches them.
 */
import { invariant } from '../domain/assert.ts';
import {
  type ExchangeState,
  inOrderOfId,
  type OrderState,
  STATE_VERSION,
} from './exchange-state.ts';
import type { OrderListView } from './happening.ts';
import type { House } from './house.ts';
import { Order } from './order.ts';
import { OrderList } from './order-list.ts';
import { lockAsset } from './settlement.ts';

/** Throws, saying what does not fit, when the state contradicts itself or names a symbol no longer traded. */
export function restoreState(house: House, state: ExchangeState): void {
  const { version } = state;
  invariant(version === STATE_VERSION, `state version ${version}, not ${STATE_VERSION}`);
  house.continueFrom(state);
  house.ledger.restore(state);
  const { imbalances } = house.ledger.truth();
  const [off] = imbalances;
  invariant(off === undefined, `the state's ${off?.asset} does not add up: off by ${off?.off}`);

  const orders = new Map<number, Order>();
  for (const saved of state.orders) {
    const { orderId } = saved.view;
    invariant(!orders.has(orderId), `order ${orderId} is there twice`);
    invariant(orderId <= state.orderId, `order ${orderId} comes after the last, ${state.orderId}`);
    orders.set(orderId, rebuild(house, saved));
  }
  for (const list of state.lists) restoreList(house, state, orders, list);
  for (const { view } of state.orders) {
    if (!orders.get(view.orderId)?.isOpen) house.archive.endedBefore(view.accountKey, view);
  }
  for (const { view } of [...state.orders].sort(inOrderOfWork)) {
    const order = orders.get(view.orderId);
    if (order?.isOpen) reopen(house, order);
  }
  expectLocksMatch(house);
  for (const fill of state.fills) {
    const last = state.symbols.find(({ symbol }) => symbol === fill.symbol)?.tradeId ?? 0;
    invariant(fill.tradeId <= last, `trade ${fill.tradeId} comes after the last, ${last}`);
    house.archive.filled(fill);
  }
}

function rebuild(house: House, { view, locked, amendCount }: OrderState): Order {
  const { symbol, orderId, clientOrderId, createdAtMs } = view;
  const account = house.ledger.account(view.accountKey);
  invariant(account !== undefined, `order ${orderId} of ${view.accountKey}, who is no customer`);
  const order = new Order({ symbol, orderId, clientOrderId, account, createdAtMs }, view);
  order.executedQty = view.executedQty;
  order.executedQuote = view.executedQuote;
  order.preventedQty = view.preventedQty;
  order.status = view.status;
  order.workingAtMs = view.workingAtMs;
  order.updatedAtMs = view.updatedAtMs;
  order.expiryReason = view.expiryReason;
  order.amendCount = amendCount;
  order.locked = locked;
  return order;
}

function restoreList(
  house: House,
  state: ExchangeState,
  orders: ReadonlyMap<number, Order>,
  view: OrderListView,
): void {
  const { orderListId } = view;
  const last = state.orderListId;
  invariant(orderListId <= last, `order list ${orderListId} comes after the last, ${last}`);
  const [first, second] = view.orders.map(({ orderId }) => orders.get(orderId));
  const isDone = view.listOrderStatus === 'ALL_DONE';
  // Of a list that is over, a leg may be too old to be kept.
  if (isDone && (first === undefined || second === undefined)) return;
  invariant(first !== undefined && second !== undefined, `order list ${orderListId} lacks a leg`);
  const list = new OrderList(view, [first, second], view.atMs);
  list.isDone = isDone;
  first.list = list;
  second.list = list;
  house.archive.listed(list);
}

/** Those that work by when they began to, those that wait for a stop by age: so they stood before. */
function inOrderOfWork(a: OrderState, b: OrderState): number {
  return a.view.workingAtMs - b.view.workingAtMs || inOrderOfId(a, b);
}

function reopen(house: House, order: Order): void {
  const { symbol, orderId } = order;
  const engine = house.engine(symbol);
  invariant(engine !== undefined, `order ${orderId} is open on ${symbol}, which is not traded`);
  invariant(order.leavesQty > 0, `order ${orderId} is open with nothing left`);
  house.archive.opened(order);
  engine.reopen(order, house.nowMs);
  const { bids, asks } = engine;
  const isCrossed = (bids.bestPrice ?? 0) >= (asks.bestPrice ?? Number.POSITIVE_INFINITY);
  invariant(!isCrossed, `order ${orderId} of ${symbol} meets an order of the other side`);
}

/** What an account has locked is what its open orders have. */
function expectLocksMatch(house: House): void {
  for (const { accountKey, balances } of house.ledger.truth().accounts) {
    const byOrders = new Map<string, bigint>();
    for (const order of house.archive.open(accountKey, undefined)) {
      const rules = house.engine(order.symbol)?.rules;
      if (rules === undefined) continue;
      const asset = lockAsset(order, rules);
      byOrders.set(asset, (byOrders.get(asset) ?? 0n) + order.locked);
    }
    for (const { asset, locked } of balances) {
      const needed = byOrders.get(asset) ?? 0n;
      invariant(
        locked === needed,
        `${accountKey} has ${locked} ${asset} locked, its open orders ${needed}`,
      );
    }
  }
}
