import type { ListPlaced, OcoLeg } from '../../matching/exchange-core.ts';
import type { OrderType } from '../../matching/happening.ts';
import { REFUSALS } from '../../matching/wire/venue-refusal.ts';
import { describeList, describePlaced } from '../../matching/wire/wire-shapes.ts';
import type { Parameters } from '../parameters.ts';
import {
  type Operation,
  orRefuse,
  settle,
  signedOperation,
  tradingOperation,
} from './operation.ts';
import {
  readClientId,
  readPrevention,
  readSide,
  readType,
  TIMES_IN_FORCE,
} from './order-parameters.ts';

/** `POST orderList/oco`, `orderList.place.oco`: one leg above the market and one below. */
export const placeOco: Operation = tradingOperation(
  2,
  (venue, { params, account }) => {
    const asked = {
      symbol: params.requiredText('symbol'),
      side: readSide(params),
      quantity: params.requiredText('quantity'),
      above: readLeg(params, 'above'),
      below: readLeg(params, 'below'),
      listClientOrderId: readClientId(params, 'listClientOrderId'),
      selfTradePreventionMode: readPrevention(params),
    };
    params.text('newOrderRespType');
    params.refuseUnread();
    return describeListPlaced(
      settle(venue, venue.core.submitOco(account, asked, venue.coreNowMs())),
    );
  },
  ['symbol', 'side', 'quantity', 'aboveType', 'belowType'],
);

/** `POST order/oco`, the older form: a price to take profit at and a stop, whose sides follow from the side. */
export const placeOldOco: Operation = tradingOperation(
  2,
  (venue, { params, account }) => {
    const side = readSide(params);
    const limitLeg: OcoLeg = {
      type: 'LIMIT_MAKER',
      price: params.requiredText('price'),
      icebergQty: params.text('limitIcebergQty'),
      clientOrderId: readClientId(params, 'limitClientOrderId'),
    };
    const stopLimitPrice = params.text('stopLimitPrice');
    const stopType: OrderType = stopLimitPrice === undefined ? 'STOP_LOSS' : 'STOP_LOSS_LIMIT';
    const stopLeg: OcoLeg = {
      type: stopType,
      price: stopLimitPrice,
      stopPrice: params.requiredText('stopPrice'),
      timeInForce: params.oneOf('stopLimitTimeInForce', TIMES_IN_FORCE, REFUSALS.timeInForce),
      icebergQty: params.text('stopIcebergQty'),
      clientOrderId: readClientId(params, 'stopClientOrderId'),
    };
    const asked = {
      symbol: params.requiredText('symbol'),
      side,
      quantity: params.requiredText('quantity'),
      above: side === 'SELL' ? limitLeg : stopLeg,
      below: side === 'SELL' ? stopLeg : limitLeg,
      listClientOrderId: readClientId(params, 'listClientOrderId'),
      selfTradePreventionMode: readPrevention(params),
    };
    params.text('newOrderRespType');
    params.refuseUnread();
    return describeListPlaced(
      settle(venue, venue.core.submitOco(account, asked, venue.coreNowMs())),
    );
  },
  ['symbol', 'side', 'quantity', 'price', 'stopPrice'],
);

/** `DELETE orderList`, `orderList.cancel`. */
export const cancelOrderList: Operation = tradingOperation(
  0,
  (venue, { params, account }) => {
    const symbol = params.requiredText('symbol');
    const ref = readListRef(params, 'listClientOrderId');
    readClientId(params, 'newClientOrderId');
    params.refuseUnread();
    return describeListPlaced(
      settle(venue, venue.core.cancelList(account, symbol, ref, venue.coreNowMs())),
    );
  },
  ['symbol'],
);

/** `GET orderList`, `orderList.status`. */
export const queryOrderList: Operation = signedOperation(4, (venue, { params, account }) => {
  const ref = readListRef(params, 'origClientOrderId');
  params.refuseUnread();
  return describeList(orRefuse(venue.core.orderList(account, ref)));
});

/** `GET allOrderList`, `allOrderLists`. */
export const allOrderLists: Operation = signedOperation(20, (venue, { account }) =>
  venue.core.orderLists(account).map(describeList),
);

/** `GET openOrderList`, `openOrderLists.status`. */
export const openOrderLists: Operation = signedOperation(6, (venue, { account }) =>
  venue.core
    .orderLists(account)
    .filter((list) => list.listOrderStatus === 'EXECUTING')
    .map(describeList),
);

function readLeg(params: Parameters, place: 'above' | 'below'): OcoLeg {
  return {
    type: readType(params, `${place}Type`),
    price: params.text(`${place}Price`),
    stopPrice: params.text(`${place}StopPrice`),
    timeInForce: params.oneOf(`${place}TimeInForce`, TIMES_IN_FORCE, REFUSALS.timeInForce),
    icebergQty: params.text(`${place}IcebergQty`),
    clientOrderId: readClientId(params, `${place}ClientOrderId`),
  };
}

function readListRef(params: Parameters, clientIdName: string) {
  const ref = {
    orderListId: params.integer('orderListId'),
    listClientOrderId: params.text(clientIdName),
  };
  if (ref.orderListId === undefined && ref.listClientOrderId === undefined) {
    throw REFUSALS.missingEither(clientIdName, 'orderListId');
  }
  return ref;
}

function describeListPlaced(placed: ListPlaced): Readonly<Record<string, unknown>> {
  return {
    ...describeList(placed.list),
    orderReports: placed.reports.map((order) =>
      describePlaced({ type: 'placed', order, fills: [] }, 'RESULT'),
    ),
  };
}
