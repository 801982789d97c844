/** Orders in and out: what must hold before one is accepted, and cancel, replace and amend. */
import { walkBook } from './book-walk.ts';
import type { Engine } from './engine.ts';
import type {
  Amended,
  Canceled,
  CancelParams,
  CancelReplaceFailed,
  CancelReplaceParams,
  OrderParams,
  OrderRef,
  Placed,
  Refused,
  Replaced,
} from './exchange-core.ts';
import { assessParams } from './filters.ts';
import type { House } from './house.ts';
import type { Account } from './ledger.ts';
import { Order, type OrderTerms } from './order.ts';
import {
  AMEND_INCREASE,
  AMEND_NO_CHANGE,
  CANCEL_RESTRICTED,
  DUPLICATE_ORDER,
  filterFailure,
  INSUFFICIENT_BALANCE,
  INVALID_SYMBOL,
  illegalClientOrderId,
  MARKET_CLOSED,
  missingEither,
  NO_LIQUIDITY,
  UNKNOWN_ACCOUNT,
  UNKNOWN_ORDER,
  UNSUPPORTED_COMBINATION,
  WOULD_TAKE,
  WOULD_TRIGGER,
} from './refusal.ts';
import { quoteOf, toWire } from './scale.ts';
import { lockAsset } from './settlement.ts';
import { isPast } from './stops.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** Where an order is to go, both known. */
export interface Seat {
  readonly account: Account;
  readonly engine: Engine;
}

/** An order that would be accepted, and what it must lock. */
export interface Entry extends Seat {
  readonly terms: OrderTerms;
  readonly need: bigint;
  readonly clientOrderId: string;
}

/** How many orders come in at once besides this one: the other leg of a list. */
export interface Company {
  readonly orders: number;
  readonly algoOrders: number;
}

const ALONE: Company = { orders: 0, algoOrders: 0 };

export function findSeat(house: House, accountKey: string, symbol: string): Seat | Refused {
  const engine = house.engine(symbol);
  if (engine === undefined) return INVALID_SYMBOL;
  const account = house.ledger.account(accountKey);
  return account === undefined ? UNKNOWN_ACCOUNT : { account, engine };
}

/** All checks of entry except funds; nothing is changed. */
export function assessEntry(
  house: House,
  accountKey: string,
  params: OrderParams,
  company: Company = ALONE,
): Entry | Refused {
  const seat = findSeat(house, accountKey, params.symbol);
  if ('code' in seat) return seat;
  const { engine, account } = seat;
  const { rules, tape } = engine;
  if (rules.status !== 'TRADING') return MARKET_CLOSED;
  const references = { average: tape.averagePrice(), last: tape.lastPrice };
  const terms = assessParams(params, rules, references);
  if ('code' in terms) return terms;
  const refusal = findNameProblem(house, account, params) ?? findCrowd(house, seat, terms, company);
  if (refusal) return refusal;

  if (terms.type === 'LIMIT_MAKER' && engine.crosses(terms.side, terms.price)) return WOULD_TAKE;
  if (terms.stopPrice > 0 && tape.lastPrice !== undefined && isPast(terms, tape.lastPrice)) {
    return WOULD_TRIGGER;
  }
  const sized = sizeByBook(engine, account, terms);
  if ('code' in sized) return sized;
  return { ...seat, ...sized, clientOrderId: params.newClientOrderId ?? '' };
}

/** Would the account have the funds. */
export function hasFunds(entry: Entry): boolean {
  return entry.account.free(lockAsset(entry.terms, entry.engine.rules)) >= entry.need;
}

/** Makes the order and locks `locked` for it; the caller has checked the funds. Not yet in the engine. */
export function openOrder(house: House, entry: Entry, locked: bigint): Order {
  const { account, engine, terms } = entry;
  const order = new Order(
    {
      symbol: engine.rules.symbol,
      orderId: house.nextOrderId(),
      clientOrderId: entry.clientOrderId || house.makeClientOrderId(),
      account,
      createdAtMs: house.nowMs,
    },
    terms,
  );
  house.ledger.lock(account, lockAsset(terms, engine.rules), locked);
  order.locked = locked;
  house.archive.opened(order);
  return order;
}

export function submit(house: House, accountKey: string, params: OrderParams): Placed | Refused {
  const entry = assessEntry(house, accountKey, params);
  if ('code' in entry) return entry;
  if (!hasFunds(entry)) return INSUFFICIENT_BALANCE;
  const order = openOrder(house, entry, entry.need);
  const mark = house.mark();
  entry.engine.enter(order, house.nowMs);
  return { type: 'placed', order: order.view(), fills: house.fillsSince(mark, order) };
}

export function cancel(house: House, accountKey: string, params: CancelParams): Canceled | Refused {
  const found = findToChange(house, accountKey, params);
  if ('code' in found) return found;
  const { order, engine } = found;
  const restriction = params.cancelRestrictions;
  if (restriction === 'ONLY_NEW' && order.status !== 'NEW') return CANCEL_RESTRICTED;
  if (restriction === 'ONLY_PARTIALLY_FILLED' && order.status !== 'PARTIALLY_FILLED') {
    return CANCEL_RESTRICTED;
  }
  const cancelClientOrderId = params.newClientOrderId ?? house.makeClientOrderId();
  cancelWithList(house, engine, order, cancelClientOrderId);
  return { type: 'canceled', order: order.view(), cancelClientOrderId };
}

/** One leg of a list cannot be canceled alone. */
export function cancelWithList(
  house: House,
  engine: Engine,
  order: Order,
  cancelClientOrderId: string,
): void {
  const legs = order.list?.legs ?? [order];
  for (const leg of legs) {
    if (leg.isOpen) engine.cancel(leg, cancelClientOrderId, house.nowMs);
  }
}

export function cancelAll(
  house: House,
  accountKey: string,
  symbol: string,
): readonly Canceled[] | Refused {
  const seat = findSeat(house, accountKey, symbol);
  if ('code' in seat) return seat;
  if (isShut(seat.engine)) return MARKET_CLOSED;
  const open = house.archive.open(accountKey, symbol);
  if (open.length === 0) return UNKNOWN_ORDER;
  const cancelClientOrderId = house.makeClientOrderId();
  return open.map((order) => {
    cancelWithList(house, seat.engine, order, cancelClientOrderId);
    return { type: 'canceled', order: order.view(), cancelClientOrderId };
  });
}

export function cancelReplace(
  house: House,
  accountKey: string,
  params: CancelReplaceParams,
): Replaced | CancelReplaceFailed | Refused {
  const seat = findSeat(house, accountKey, params.symbol);
  if ('code' in seat) return seat;
  const canceled = cancel(house, accountKey, {
    symbol: params.symbol,
    orderId: params.cancelOrderId,
    origClientOrderId: params.cancelOrigClientOrderId,
    newClientOrderId: params.cancelNewClientOrderId,
    cancelRestrictions: params.cancelRestrictions,
  });
  if (canceled.type === 'refused' && params.cancelReplaceMode === 'STOP_ON_FAILURE') {
    return replaceFailed(canceled, undefined);
  }
  const placed = submit(house, accountKey, params);
  if (canceled.type === 'canceled' && placed.type === 'placed') {
    return { type: 'replaced', canceled, placed };
  }
  return replaceFailed(canceled, placed);
}

function replaceFailed(
  cancelAnswer: Canceled | Refused,
  newOrder: Placed | Refused | undefined,
): CancelReplaceFailed {
  const isHalfDone = cancelAnswer.type === 'canceled' || newOrder?.type === 'placed';
  return {
    type: 'cancelReplaceFailed',
    code: isHalfDone ? -2021 : -2022,
    msg: isHalfDone ? 'Order cancel-replace partially failed.' : 'Order cancel-replace failed.',
    cancel: cancelAnswer,
    newOrder,
  };
}

export function amend(
  house: House,
  accountKey: string,
  params: OrderRef & { readonly newQty: string; readonly newClientOrderId?: string | undefined },
): Amended | Refused {
  const found = findToChange(house, accountKey, params);
  if ('code' in found) return found;
  const { order, engine } = found;
  const { rules, tape } = engine;
  if (order.list || order.isMarket) return UNSUPPORTED_COMBINATION;
  if (order.amendCount >= rules.amendsMax) return filterFailure('MAX_NUM_ORDER_AMENDS');
  const terms = assessParams(
    {
      symbol: params.symbol,
      side: order.side,
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: toWire(order.price),
      quantity: params.newQty,
    },
    rules,
    { average: tape.averagePrice(), last: tape.lastPrice },
  );
  if ('code' in terms) return terms;
  const quantity = terms.quantity;
  if (quantity === order.quantity) return AMEND_NO_CHANGE;
  if (quantity > order.quantity) return AMEND_INCREASE;
  if (quantity <= order.executedQty + order.preventedQty) return AMEND_NO_CHANGE;
  const former = order.clientOrderId;
  const name = params.newClientOrderId ?? house.makeClientOrderId();
  engine.amend(order, quantity, name, house.nowMs);
  house.archive.renamed(order, former);
  return { type: 'amended', order: order.view() };
}

function findToChange(
  house: House,
  accountKey: string,
  ref: OrderRef,
): { readonly order: Order; readonly engine: Engine } | Refused {
  const seat = findSeat(house, accountKey, ref.symbol);
  if ('code' in seat) return seat;
  if (isShut(seat.engine)) return MARKET_CLOSED;
  if (ref.orderId === undefined && ref.origClientOrderId === undefined) {
    return missingEither('origClientOrderId', 'orderId');
  }
  const order = house.archive.findOpen(accountKey, ref);
  return order === undefined ? UNKNOWN_ORDER : { order, engine: seat.engine };
}

/** Neither orders nor cancels; CANCEL_ONLY still takes cancels. */
export function isShut(engine: Engine): boolean {
  return engine.rules.status === 'HALT' || engine.rules.status === 'BREAK';
}

function findNameProblem(house: House, account: Account, params: OrderParams): Refused | undefined {
  const name = params.newClientOrderId;
  if (name === undefined) return undefined;
  if (!CLIENT_ID.test(name)) return illegalClientOrderId('newClientOrderId');
  return house.archive.isNameOpen(account.key, params.symbol, name) ? DUPLICATE_ORDER : undefined;
}

function findCrowd(
  house: House,
  { account, engine }: Seat,
  terms: OrderTerms,
  company: Company,
): Refused | undefined {
  const { rules } = engine;
  const open = house.archive.openCount(account.key, rules.symbol);
  if (open + company.orders >= rules.openOrdersMax) return filterFailure('MAX_NUM_ORDERS');
  if (terms.stopPrice === 0) return undefined;
  const algo = house.archive.open(account.key, rules.symbol).filter((order) => order.isDormant);
  return algo.length + company.algoOrders >= rules.algoOrdersMax
    ? filterFailure('MAX_NUM_ALGO_ORDERS')
    : undefined;
}

/** What the order must lock; a MARKET order asks the book, and one by quote also for its quantity. */
function sizeByBook(
  engine: Engine,
  account: Account,
  terms: OrderTerms,
): { readonly terms: OrderTerms; readonly need: bigint } | Refused {
  const isSell = terms.side === 'SELL';
  if (terms.type !== 'MARKET') {
    const need = isSell
      ? BigInt(terms.quantity)
      : quoteOf(terms.price > 0 ? terms.price : terms.stopPrice, terms.quantity);
    return { terms, need };
  }
  const byQuote = terms.quoteOrderQty > 0n;
  const walk = walkBook(engine.opposite(terms.side), {
    account,
    selfTradePrevention: terms.selfTradePrevention,
    limitPrice: 0,
    quantity: byQuote ? undefined : terms.quantity,
    quote: byQuote ? terms.quoteOrderQty : undefined,
    step: engine.rules.lot.step,
  });
  if (!byQuote) return { terms, need: isSell ? BigInt(terms.quantity) : walk.cost };
  if (walk.quantity === 0) return walk.isStarved ? NO_LIQUIDITY : filterFailure('LOT_SIZE');
  // One lot more than there is: a starved order then ends EXPIRED, as one by quantity does.
  const quantity = walk.quantity + (walk.isStarved ? Math.max(engine.rules.lot.step, 1) : 0);
  return { terms: { ...terms, quantity }, need: isSell ? BigInt(walk.quantity) : walk.cost };
}
