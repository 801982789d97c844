import type { CancelParams, OrderParams, OrderRef } from '../../matching/exchange-core.ts';
import type {
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from '../../matching/happening.ts';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import type { OrderResponseType } from '../../matching/wire/wire-shapes.ts';
import type { Parameters } from '../parameters.ts';

export const SIDES: readonly Side[] = ['BUY', 'SELL'];
export const ORDER_TYPES: readonly OrderType[] = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
];
export const TIMES_IN_FORCE: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK'];
const SELF_TRADE_PREVENTIONS: readonly SelfTradePrevention[] = [
  'NONE',
  'EXPIRE_TAKER',
  'EXPIRE_MAKER',
  'EXPIRE_BOTH',
  'DECREMENT',
];
const RESPONSE_TYPES: readonly OrderResponseType[] = ['ACK', 'RESULT', 'FULL'];
const CANCEL_RESTRICTIONS = ['ONLY_NEW', 'ONLY_PARTIALLY_FILLED'] as const;
const CLIENT_ID = /^[a-zA-Z0-9.:/_-]{1,36}$/;

/** What every placement must say. */
export const ORDER_MANDATORY = ['symbol', 'side', 'type'] as const;

/** The order a placement asks for; the core judges whether the parts fit together. */
export function readOrder(params: Parameters): OrderParams {
  // Strategy tags are accepted and ignored, as they change nothing but reports.
  params.text('strategyId');
  params.text('strategyType');
  return {
    symbol: params.requiredText('symbol'),
    side: readSide(params),
    type: readType(params, 'type'),
    timeInForce: params.oneOf('timeInForce', TIMES_IN_FORCE, REFUSALS.timeInForce),
    quantity: params.text('quantity'),
    quoteOrderQty: params.text('quoteOrderQty'),
    price: params.text('price'),
    stopPrice: params.text('stopPrice'),
    icebergQty: params.text('icebergQty'),
    newClientOrderId: readClientId(params, 'newClientOrderId'),
    selfTradePreventionMode: readPrevention(params),
  };
}

export function readSide(params: Parameters): Side {
  const side = params.oneOf('side', SIDES, REFUSALS.side);
  if (side === undefined) throw REFUSALS.missing('side');
  return side;
}

export function readType(params: Parameters, name: string): OrderType {
  const type = params.oneOf(name, ORDER_TYPES, REFUSALS.orderType);
  if (type === undefined) throw REFUSALS.missing(name);
  return type;
}

export function readPrevention(params: Parameters): SelfTradePrevention | undefined {
  const name = 'selfTradePreventionMode';
  return params.oneOf(name, SELF_TRADE_PREVENTIONS, () => REFUSALS.badData(name));
}

/** MARKET and LIMIT answer FULL by default, all others ACK. */
export function readResponseType(params: Parameters, type: OrderType): OrderResponseType {
  const name = 'newOrderRespType';
  const asked = params.oneOf(name, RESPONSE_TYPES, () => REFUSALS.badData(name));
  return asked ?? (type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK');
}

export function readClientId(params: Parameters, name: string): string | undefined {
  const id = params.text(name);
  if (id !== undefined && !CLIENT_ID.test(id)) {
    throw REFUSALS.illegalPattern(name, '^[a-zA-Z0-9-_]{1,36}$');
  }
  return id;
}

/** Which order a query or cancel means; at least one id must be there. */
export function readOrderRef(params: Parameters): OrderRef {
  const ref = {
    symbol: params.requiredText('symbol'),
    orderId: params.integer('orderId'),
    origClientOrderId: params.text('origClientOrderId'),
  };
  if (ref.orderId === undefined && ref.origClientOrderId === undefined) {
    throw REFUSALS.missingEither('origClientOrderId', 'orderId');
  }
  return ref;
}

export function readCancelRestrictions(
  params: Parameters,
): 'ONLY_NEW' | 'ONLY_PARTIALLY_FILLED' | undefined {
  const name = 'cancelRestrictions';
  return params.oneOf(name, CANCEL_RESTRICTIONS, () => REFUSALS.badData(name));
}

export function readCancel(params: Parameters): CancelParams {
  return {
    ...readOrderRef(params),
    newClientOrderId: readClientId(params, 'newClientOrderId'),
    cancelRestrictions: readCancelRestrictions(params),
  };
}
