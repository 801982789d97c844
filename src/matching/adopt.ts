/** Orders and fills from before this exchange was opened: a venue that goes on where it stopped. */
import { invariant } from '../domain/assert.ts';
import type { AccountPast } from './exchange-core.ts';
import type { OrderView } from './happening.ts';
import type { House } from './house.ts';
import type { Account } from './ledger.ts';
import { Order } from './order.ts';
import { lockAsset } from './settlement.ts';

/** Ended orders and fills go to the archive, open orders back to the book under their own names; new ids follow the old ones. */
export function adoptPast(house: House, accountKey: string, past: AccountPast): void {
  const account = house.ledger.account(accountKey);
  invariant(account !== undefined, `no account ${accountKey}`);
  for (const view of past.orders) {
    house.continueAfter(view.orderId);
    if (view.status === 'NEW' || view.status === 'PARTIALLY_FILLED') reopen(house, account, view);
    else house.archive.endedBefore(accountKey, view);
  }
  for (const fill of past.fills) {
    house.engine(fill.symbol)?.print.continueAfter(fill.tradeId);
    house.archive.filled(fill);
  }
}

/** Only resting orders can be reopened: a stop that still waited would need the prices it has missed. */
function reopen(house: House, account: Account, view: OrderView): void {
  const engine = house.engine(view.symbol);
  invariant(engine !== undefined, `an open order of ${view.symbol}, which is not traded`);
  invariant(view.stopPrice === 0, `order ${view.orderId} waits for a stop price`);
  const { symbol, orderId, clientOrderId, createdAtMs } = view;
  const order = new Order({ symbol, orderId, clientOrderId, account, createdAtMs }, view);
  order.executedQty = view.executedQty;
  order.executedQuote = view.executedQuote;
  order.preventedQty = view.preventedQty;
  order.status = view.status;
  const need = order.neededLock();
  const isLocked = house.ledger.lock(account, lockAsset(order, engine.rules), need);
  invariant(isLocked, `${account.key} has not what its order ${orderId} needs`);
  order.locked = need;
  house.archive.opened(order);
  engine.rest(order, view.createdAtMs);
}
