import type {
  Canceled,
  CancelReplaceFailed,
  Placed,
  Refused,
} from '../../matching/exchange-core.ts';
import { REFUSALS, VenueRefusal } from '../../matching/wire/venue-refusal.ts';
import {
  describeCanceled,
  describePlaced,
  describeQueried,
  type OrderResponseType,
} from '../../matching/wire/wire-shapes.ts';
import {
  isRefused,
  type Operation,
  settle,
  signedOperation,
  tradingOperation,
} from './operation.ts';
import {
  ORDER_MANDATORY,
  readCancel,
  readCancelRestrictions,
  readClientId,
  readOrder,
  readOrderRef,
  readResponseType,
} from './order-parameters.ts';

/** `POST order`, `order.place`. */
export const placeOrder: Operation = tradingOperation(
  1,
  (venue, { params, account }) => {
    const order = readOrder(params);
    const shape = readResponseType(params, order.type);
    params.refuseUnread();
    return describePlaced(
      settle(venue, venue.core.submit(account, order, venue.coreNowMs())),
      shape,
    );
  },
  ORDER_MANDATORY,
);

/** `POST order/test`: every check, no order. */
export const testOrder: Operation = signedOperation(
  (params) => (params.text('computeCommissionRates') === 'true' ? 20 : 1),
  (venue, { params, account }) => {
    const order = readOrder(params);
    readResponseType(params, order.type);
    params.flag('computeCommissionRates');
    params.refuseUnread();
    const refused = venue.core.test(account, order, venue.coreNowMs());
    // The market moved on for it: whoever asks next may see what that did to an order.
    venue.tell(venue.core.advance(venue.coreNowMs()));
    if (refused !== undefined) throw new VenueRefusal(refused.code, refused.msg);
    return {};
  },
  ORDER_MANDATORY,
);

/** `DELETE order`, `order.cancel`. */
export const cancelOrder: Operation = tradingOperation(
  0,
  (venue, { params, account }) => {
    const cancel = readCancel(params);
    params.refuseUnread();
    return describeCanceled(settle(venue, venue.core.cancel(account, cancel, venue.coreNowMs())));
  },
  ['symbol'],
);

/** `DELETE openOrders`, `openOrders.cancelAll`. */
export const cancelOpenOrders: Operation = tradingOperation(
  0,
  (venue, { params, account }) => {
    const symbol = params.requiredText('symbol');
    params.refuseUnread();
    const outcome = venue.core.cancelAll(account, symbol, venue.coreNowMs());
    return settle(venue, outcome).map(describeCanceled);
  },
  ['symbol'],
);

/** `POST order/cancelReplace`, `order.cancelReplace`. */
export const cancelReplace: Operation = tradingOperation(
  1,
  (venue, { params, account }) => {
    const order = readOrder(params);
    const shape = readResponseType(params, order.type);
    const mode = params.oneOf('cancelReplaceMode', ['STOP_ON_FAILURE', 'ALLOW_FAILURE'], () =>
      REFUSALS.badData('cancelReplaceMode'),
    );
    if (mode === undefined) throw REFUSALS.missing('cancelReplaceMode');
    const cancelOrderId = params.integer('cancelOrderId');
    const cancelOrigClientOrderId = params.text('cancelOrigClientOrderId');
    if (cancelOrderId === undefined && cancelOrigClientOrderId === undefined) {
      throw REFUSALS.missingEither('cancelOrigClientOrderId', 'cancelOrderId');
    }
    const asked = {
      ...order,
      cancelReplaceMode: mode,
      cancelOrderId,
      cancelOrigClientOrderId,
      cancelNewClientOrderId: readClientId(params, 'cancelNewClientOrderId'),
      cancelRestrictions: readCancelRestrictions(params),
    };
    params.text('orderRateLimitExceededMode');
    params.refuseUnread();
    const answer = settle(venue, venue.core.cancelReplace(account, asked, venue.coreNowMs()));
    if (answer.type === 'cancelReplaceFailed') throw halfDone(answer, shape);
    return {
      cancelResult: 'SUCCESS',
      newOrderResult: 'SUCCESS',
      cancelResponse: describeCanceled(answer.canceled),
      newOrderResponse: describePlaced(answer.placed, shape),
    };
  },
  [...ORDER_MANDATORY, 'cancelReplaceMode'],
);

/** `PUT order/amend/keepPriority`, `order.amend.keepPriority`. */
export const amendOrder: Operation = tradingOperation(
  0,
  (venue, { params, account }) => {
    const asked = {
      ...readOrderRef(params),
      newQty: params.requiredText('newQty'),
      newClientOrderId: readClientId(params, 'newClientOrderId'),
    };
    params.refuseUnread();
    const { order } = settle(venue, venue.core.amend(account, asked, venue.coreNowMs()));
    return { transactTime: order.updatedAtMs, amendedOrder: describeQueried(order) };
  },
  ['symbol', 'newQty'],
);

/** Nothing happened: 400. One half happened: 409, and `data` says which. */
function halfDone(failed: CancelReplaceFailed, shape: OrderResponseType): VenueRefusal {
  const { cancel, newOrder } = failed;
  const data = {
    cancelResult: isRefused(cancel) ? 'FAILURE' : 'SUCCESS',
    newOrderResult:
      newOrder === undefined ? 'NOT_ATTEMPTED' : isRefused(newOrder) ? 'FAILURE' : 'SUCCESS',
    cancelResponse: describeHalf(cancel, shape),
    newOrderResponse: newOrder === undefined ? null : describeHalf(newOrder, shape),
  };
  return new VenueRefusal(failed.code, failed.msg, {
    httpStatus: failed.code === -2021 ? 409 : 400,
    data,
  });
}

function describeHalf(half: Canceled | Placed | Refused, shape: OrderResponseType): unknown {
  switch (half.type) {
    case 'refused':
      return { code: half.code, msg: half.msg };
    case 'canceled':
      return describeCanceled(half);
    case 'placed':
      return describePlaced(half, shape);
  }
}
