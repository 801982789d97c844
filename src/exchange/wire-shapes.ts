import type { Canceled, Placed } from '../matching/exchange-core.ts';
import type { BalanceView, FillView, OrderListView, OrderView } from '../matching/happening.ts';
import { toWire } from '../matching/scale.ts';

/** How an order looks in the answers of the venue: the same order has five shapes. */
export type OrderResponseType = 'ACK' | 'RESULT' | 'FULL';

type Fields = Readonly<Record<string, unknown>>;

/** Answer to a placement. FULL of a resting order has an empty `fills`. */
export function describePlaced(placed: Placed, shape: OrderResponseType): Fields {
  const { order } = placed;
  const ack = {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: order.orderListId,
    clientOrderId: order.clientOrderId,
    transactTime: order.updatedAtMs,
  };
  if (shape === 'ACK') return ack;
  const result = {
    ...ack,
    ...describeProgress(order),
    workingTime: order.workingAtMs,
    selfTradePreventionMode: order.selfTradePrevention,
    ...describeOptional(order),
  };
  return shape === 'RESULT' ? result : { ...result, fills: placed.fills.map(describeFillOfAnswer) };
}

/** Answer to a query, and a row of `openOrders` and `allOrders`. */
export function describeQueried(order: OrderView): Fields {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: order.orderListId,
    clientOrderId: order.clientOrderId,
    ...describeProgress(order),
    stopPrice: toWire(order.stopPrice),
    icebergQty: toWire(order.icebergQty),
    time: order.createdAtMs,
    updateTime: order.updatedAtMs,
    isWorking: order.isWorking,
    workingTime: order.workingAtMs,
    selfTradePreventionMode: order.selfTradePrevention,
    ...(order.expiryReason ? { expiryReason: order.expiryReason } : {}),
  };
}

/** Answer to a cancel: the order keeps its id as `origClientOrderId`, the cancel has its own. */
export function describeCanceled(canceled: Canceled): Fields {
  const { order } = canceled;
  return {
    symbol: order.symbol,
    origClientOrderId: order.clientOrderId,
    orderId: order.orderId,
    orderListId: order.orderListId,
    clientOrderId: canceled.cancelClientOrderId,
    transactTime: order.updatedAtMs,
    ...describeProgress(order),
    selfTradePreventionMode: order.selfTradePrevention,
    ...describeOptional(order),
  };
}

export function describeFill(fill: FillView): Fields {
  return {
    symbol: fill.symbol,
    id: fill.tradeId,
    orderId: fill.orderId,
    orderListId: fill.orderListId,
    price: toWire(fill.price),
    qty: toWire(fill.quantity),
    quoteQty: toWire(fill.quote),
    commission: toWire(fill.commission),
    commissionAsset: fill.commissionAsset,
    time: fill.atMs,
    isBuyer: fill.isBuyer,
    isMaker: fill.isMaker,
    isBestMatch: true,
  };
}

export function describeBalance(balance: BalanceView): Fields {
  return { asset: balance.asset, free: toWire(balance.free), locked: toWire(balance.locked) };
}

export function describeList(list: OrderListView): Fields {
  return {
    orderListId: list.orderListId,
    contingencyType: list.contingencyType,
    listStatusType: list.listStatusType,
    listOrderStatus: list.listOrderStatus,
    listClientOrderId: list.listClientOrderId,
    transactionTime: list.atMs,
    symbol: list.symbol,
    orders: list.orders.map(({ orderId, clientOrderId }) => ({
      symbol: list.symbol,
      orderId,
      clientOrderId,
    })),
  };
}

// The venue's own misspelling: `cummulativeQuoteQty`.
function describeProgress(order: OrderView): Fields {
  return {
    price: toWire(order.price),
    origQty: toWire(order.quantity),
    executedQty: toWire(order.executedQty),
    origQuoteOrderQty: toWire(order.quoteOrderQty),
    cummulativeQuoteQty: toWire(order.executedQuote),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
  };
}

function describeOptional(order: OrderView): Fields {
  return {
    ...(order.stopPrice > 0 ? { stopPrice: toWire(order.stopPrice) } : {}),
    ...(order.icebergQty > 0 ? { icebergQty: toWire(order.icebergQty) } : {}),
    ...(order.expiryReason ? { expiryReason: order.expiryReason } : {}),
  };
}

function describeFillOfAnswer(fill: FillView): Fields {
  return {
    price: toWire(fill.price),
    qty: toWire(fill.quantity),
    commission: toWire(fill.commission),
    commissionAsset: fill.commissionAsset,
    tradeId: fill.tradeId,
  };
}
