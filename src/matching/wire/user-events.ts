import type { MarketHappening, OrderUpdated } from '../happening.ts';
import { toWire } from '../scale.ts';

/** An event for one account's user data streams. */
export interface UserEvent {
  readonly account: string;
  /** Of an execution report: what faults aim at. */
  readonly symbol: string | undefined;
  readonly clientOrderId: string | undefined;
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What an account hears of a happening; `undefined` when it concerns no account. `eventAtMs` is the venue's clock now. */
export function toUserEvent(happening: MarketHappening, eventAtMs: number): UserEvent | undefined {
  switch (happening.type) {
    case 'orderUpdated':
      return {
        account: happening.order.accountKey,
        symbol: happening.order.symbol,
        clientOrderId: happening.order.clientOrderId,
        name: 'executionReport',
        fields: describeExecution(happening, eventAtMs),
      };
    case 'balancesChanged':
      return accountEvent(happening.accountKey, 'outboundAccountPosition', {
        e: 'outboundAccountPosition',
        E: eventAtMs,
        u: happening.atMs,
        B: happening.balances.map(({ asset, free, locked }) => ({
          a: asset,
          f: toWire(free),
          l: toWire(locked),
        })),
      });
    case 'fundsMoved':
      return accountEvent(happening.accountKey, 'balanceUpdate', {
        e: 'balanceUpdate',
        E: eventAtMs,
        a: happening.asset,
        d: toWire(happening.delta),
        T: happening.atMs,
      });
    case 'orderListUpdated':
      return accountEvent(happening.list.accountKey, 'listStatus', {
        e: 'listStatus',
        E: eventAtMs,
        s: happening.list.symbol,
        g: happening.list.orderListId,
        c: happening.list.contingencyType,
        l: happening.list.listStatusType,
        L: happening.list.listOrderStatus,
        r: 'NONE',
        C: happening.list.listClientOrderId,
        T: happening.atMs,
        O: happening.list.orders.map(({ orderId, clientOrderId }) => ({
          s: happening.list.symbol,
          i: orderId,
          c: clientOrderId,
        })),
      });
    default:
      return undefined;
  }
}

function accountEvent(
  account: string,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): UserEvent {
  return { account, symbol: undefined, clientOrderId: undefined, name, fields };
}

function describeExecution(update: OrderUpdated, eventAtMs: number): UserEvent['fields'] {
  const { order, fill } = update;
  const isCancel = update.cancelClientOrderId !== undefined;
  return {
    e: 'executionReport',
    E: eventAtMs,
    s: order.symbol,
    // A cancel has an id of its own; the order's then moves to `C`.
    c: update.cancelClientOrderId ?? order.clientOrderId,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    q: toWire(order.quantity),
    p: toWire(order.price),
    P: toWire(order.stopPrice),
    F: toWire(order.icebergQty),
    g: order.orderListId,
    C: isCancel ? order.clientOrderId : '',
    x: update.execution,
    X: order.status,
    r: 'NONE',
    i: order.orderId,
    l: toWire(fill?.quantity ?? 0),
    z: toWire(order.executedQty),
    L: toWire(fill?.price ?? 0),
    n: fill === undefined ? '0' : toWire(fill.commission),
    N: fill?.commissionAsset ?? null,
    T: update.atMs,
    t: fill?.tradeId ?? -1,
    ...describePrevention(update),
    I: update.executionId,
    w: isOnBook(update),
    m: fill?.isMaker ?? false,
    M: false,
    O: order.createdAtMs,
    Z: toWire(order.executedQuote),
    Y: toWire(fill?.quote ?? 0n),
    Q: toWire(order.quoteOrderQty),
    ...(order.workingAtMs >= 0 ? { W: order.workingAtMs } : {}),
    V: order.selfTradePrevention,
    ...(order.expiryReason ? { eR: order.expiryReason } : {}),
  };
}

function isOnBook(update: OrderUpdated): boolean {
  const { status, isWorking } = update.order;
  return isWorking && (status === 'NEW' || status === 'PARTIALLY_FILLED');
}

function describePrevention(update: OrderUpdated): Readonly<Record<string, unknown>> {
  if (update.prevented === undefined) return {};
  return {
    v: update.executionId,
    A: toWire(update.order.preventedQty),
    B: toWire(update.prevented.quantity),
    u: -1,
    U: update.prevented.counterOrderId,
    pl: toWire(update.prevented.quantity),
    pL: toWire(update.prevented.price),
  };
}
