import type { AccountView, Canceled, Placed } from '../exchange-core.ts';
import type { BalanceView, FillView, OrderListView, OrderView } from '../happening.ts';
import { toWire } from '../scale.ts';

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

const NO_RATE = '0.00000000';

/** Answer to the question for an account. */
export function describeAccount(account: AccountView): Fields {
  return {
    // The older fields count in hundredths of a percent.
    makerCommission: Number(account.makerRate / 10_000n),
    takerCommission: Number(account.takerRate / 10_000n),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: toWire(account.makerRate),
      taker: toWire(account.takerRate),
      buyer: NO_RATE,
      seller: NO_RATE,
    },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: account.updatedAtMs,
    accountType: 'SPOT',
    balances: account.balances.map(describeBalance),
    permissions: ['SPOT'],
    uid: 1,
  };
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
