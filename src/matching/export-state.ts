/** The exchange written down: all of it, or what one call has changed. */
import {
  type AccountingState,
  type ExchangeState,
  type IdState,
  inOrderOfId,
  inOrderOfTrade,
  type OrderState,
  STATE_VERSION,
} from './exchange-state.ts';
import type { FillView, MarketHappening, OrderListView } from './happening.ts';
import type { House } from './house.ts';

/** The newest of each that an export carries; far more than a client asks for after a restart. */
const ENDED_EXPORTED = 5_000;
const FILLS_EXPORTED = 10_000;

export function exportAll(house: House): ExchangeState {
  const truth = house.ledger.truth();
  const { open, ended, fills } = house.archive.everything();
  const newest = ended.sort((a, b) => a.orderId - b.orderId).slice(-ENDED_EXPORTED);
  const orders: readonly OrderState[] = [
    ...open.map((order) => order.state()),
    ...newest.map((view) => ({ view, locked: 0n, amendCount: 0 })),
  ].sort(inOrderOfId);
  const exported = new Set(orders.map(({ view }) => view.orderId));
  return {
    version: STATE_VERSION,
    ...exportIds(house),
    accounts: truth.accounts,
    market: truth.market,
    fees: truth.fees,
    deposited: truth.deposited,
    orders,
    fills: fills.sort(inOrderOfTrade).slice(-FILLS_EXPORTED),
    lists: house.archive
      .everyList()
      .map((list) => list.view())
      .filter((list) => list.orders.every(({ orderId }) => exported.has(orderId))),
  };
}

export function exportIds(house: House): IdState {
  return {
    openings: house.openings,
    ...house.lastIds(),
    symbols: [
      ...[...house.engines()].map((engine) => ({
        symbol: engine.rules.symbol,
        ...engine.print.lastIds(),
        executionId: engine.executionId,
        lastTrade: engine.tape.lastTrade,
      })),
      ...house.untraded,
    ],
  };
}

/** What these happenings did to accounts, as things stand after all of them; `undefined`: they touched none. */
export function exportTouched(
  house: House,
  happenings: readonly MarketHappening[],
): AccountingState | undefined {
  const accountKeys = new Set<string>();
  const orders = new Map<number, OrderState>();
  const lists = new Map<number, OrderListView>();
  const fills: FillView[] = [];
  for (const happening of happenings) {
    switch (happening.type) {
      case 'orderUpdated': {
        const { order, fill } = happening;
        orders.set(order.orderId, stateNow(house, happening));
        accountKeys.add(order.accountKey);
        if (fill) fills.push(fill);
        break;
      }
      case 'orderListUpdated':
        lists.set(happening.list.orderListId, happening.list);
        break;
      case 'balancesChanged':
      case 'fundsMoved':
        accountKeys.add(happening.accountKey);
        break;
    }
  }
  if (accountKeys.size === 0 && lists.size === 0) return undefined;
  const { accounts, market, fees, deposited } = house.ledger.truth();
  return {
    accounts: accounts.filter(({ accountKey }) => accountKeys.has(accountKey)),
    market,
    fees,
    deposited,
    orders: [...orders.values()],
    fills,
    lists: [...lists.values()],
  };
}

function stateNow(
  house: House,
  { order }: Extract<MarketHappening, { type: 'orderUpdated' }>,
): OrderState {
  const { accountKey, symbol, orderId } = order;
  const open = house.archive.findOpen(accountKey, { symbol, orderId });
  // The last report of an order that has ended is its last word.
  return open?.state() ?? { view: order, locked: 0n, amendCount: 0 };
}
