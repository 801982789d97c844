/** One-cancels-the-other: two orders, one above and one below the market, of which at most one trades. */
import type {
  ListPlaced,
  ListRef,
  OcoLeg,
  OcoParams,
  OrderParams,
  Refused,
} from './exchange-core.ts';
import type { OrderType, Side } from './happening.ts';
import type { House } from './house.ts';
import {
  assessEntry,
  cancelWithList,
  type Entry,
  findSeat,
  hasFunds,
  isShut,
  openOrder,
} from './order-entry.ts';
import { OrderList } from './order-list.ts';
import {
  DUPLICATE_ORDER,
  filterFailure,
  INSUFFICIENT_BALANCE,
  PRICES_UNRELATED,
  UNKNOWN_ORDER,
  UNSUPPORTED_COMBINATION,
} from './refusal.ts';

const STOPS: readonly OrderType[] = ['STOP_LOSS', 'STOP_LOSS_LIMIT'];
const TARGETS: readonly OrderType[] = ['LIMIT_MAKER', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'];

export function submitOco(
  house: House,
  accountKey: string,
  params: OcoParams,
): ListPlaced | Refused {
  const seat = findSeat(house, accountKey, params.symbol);
  if ('code' in seat) return seat;
  const { rules, tape } = seat.engine;
  if (!areTypesRight(params.side, params.above.type, params.below.type)) {
    return UNSUPPORTED_COMBINATION;
  }
  if (
    params.above.clientOrderId !== undefined &&
    params.above.clientOrderId === params.below.clientOrderId
  ) {
    return DUPLICATE_ORDER;
  }
  const above = assessEntry(house, accountKey, legParams(params, params.above), {
    orders: 1,
    algoOrders: 0,
  });
  if ('code' in above) return above;
  const company = { orders: 1, algoOrders: above.terms.stopPrice > 0 ? 1 : 0 };
  const below = assessEntry(house, accountKey, legParams(params, params.below), company);
  if ('code' in below) return below;
  if (!arePricesRight(above, below, tape.lastPrice)) return PRICES_UNRELATED;
  const open = house.archive
    .lists(accountKey)
    .filter((list) => list.symbol === params.symbol && !list.isDone);
  if (open.length >= rules.orderListsMax) return filterFailure('MAX_NUM_ORDER_LISTS');

  // Only one leg can trade, so only the dearer one's funds are locked, once.
  const extra = below.need > above.need ? below.need - above.need : 0n;
  if (!hasFunds(above.need > below.need ? above : below)) return INSUFFICIENT_BALANCE;
  return placeLegs(house, params, { above, below, extra });
}

export function cancelList(
  house: House,
  accountKey: string,
  symbol: string,
  ref: ListRef,
): ListPlaced | Refused {
  const seat = findSeat(house, accountKey, symbol);
  if ('code' in seat) return seat;
  const list = findList(house, accountKey, ref);
  if (list === undefined || list.symbol !== symbol || list.isDone) return UNKNOWN_ORDER;
  if (isShut(seat.engine)) return UNKNOWN_ORDER;
  cancelWithList(house, seat.engine, list.legs[0], house.makeClientOrderId());
  return placedView(list);
}

/** The newest list under either id. */
export function findList(house: House, accountKey: string, ref: ListRef): OrderList | undefined {
  return house.archive
    .lists(accountKey)
    .findLast(
      (list) =>
        (ref.orderListId === undefined || list.orderListId === ref.orderListId) &&
        (ref.listClientOrderId === undefined || list.listClientOrderId === ref.listClientOrderId),
    );
}

function placeLegs(
  house: House,
  params: OcoParams,
  legs: { readonly above: Entry; readonly below: Entry; readonly extra: bigint },
): ListPlaced {
  const aboveOrder = openOrder(house, legs.above, legs.above.need);
  const belowOrder = openOrder(house, legs.below, legs.extra);
  const list = new OrderList(
    {
      orderListId: house.nextOrderListId(),
      listClientOrderId: params.listClientOrderId ?? house.makeClientOrderId(),
    },
    [aboveOrder, belowOrder],
    house.nowMs,
  );
  aboveOrder.list = list;
  belowOrder.list = list;
  house.archive.listed(list);
  house.emit({ type: 'orderListUpdated', atMs: house.nowMs, list: list.view() });
  for (const order of list.legs) legs.above.engine.enter(order, house.nowMs);
  return placedView(list);
}

function placedView(list: OrderList): ListPlaced {
  return { type: 'listPlaced', list: list.view(), reports: list.legs.map((leg) => leg.view()) };
}

function legParams(params: OcoParams, leg: OcoLeg): OrderParams {
  return {
    symbol: params.symbol,
    side: params.side,
    type: leg.type,
    quantity: params.quantity,
    price: leg.price,
    stopPrice: leg.stopPrice,
    timeInForce: leg.timeInForce,
    icebergQty: leg.icebergQty,
    newClientOrderId: leg.clientOrderId,
    selfTradePreventionMode: params.selfTradePreventionMode,
  };
}

function areTypesRight(side: Side, above: OrderType, below: OrderType): boolean {
  return side === 'SELL'
    ? TARGETS.includes(above) && STOPS.includes(below)
    : STOPS.includes(above) && TARGETS.includes(below);
}

function arePricesRight(above: Entry, below: Entry, last: number | undefined): boolean {
  const high = above.terms.stopPrice || above.terms.price;
  const low = below.terms.stopPrice || below.terms.price;
  return high > low && (last === undefined || (high > last && low < last));
}
