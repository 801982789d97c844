import { account, commission, orderRateLimits, tradeFees } from './account.ts';
import { exchangeInfo, ping, time, userDataStreamRemoved } from './general.ts';
import { aggregateTrades, averagePrice, depth, klines, trades } from './market-data.ts';
import { type Operation, publicOperation } from './operation.ts';
import {
  allOrderLists,
  cancelOrderList,
  openOrderLists,
  placeOco,
  placeOldOco,
  queryOrderList,
} from './order-lists.ts';
import { allOrders, myTrades, openOrders, queryOrder } from './order-queries.ts';
import { bookTicker, dayTicker, priceTicker } from './tickers.ts';
import {
  amendOrder,
  cancelOpenOrders,
  cancelOrder,
  cancelReplace,
  placeOrder,
  testOrder,
} from './trading.ts';

const emptyList: Operation = publicOperation(1, () => []);
const noSymbols: Operation = publicOperation(1, () => ({ symbols: [] }));

/** REST: method and path behind any prefix. */
// biome-ignore format: it reads as a table
export const REST_ROUTES: ReadonlyMap<string, Operation> = new Map([
  ['GET /api/v3/ping', ping],
  ['GET /api/v3/time', time],
  ['GET /api/v3/exchangeInfo', exchangeInfo],
  ['GET /api/v3/depth', depth],
  ['GET /api/v3/trades', trades],
  ['GET /api/v3/historicalTrades', trades],
  ['GET /api/v3/aggTrades', aggregateTrades],
  ['GET /api/v3/klines', klines],
  ['GET /api/v3/uiKlines', klines],
  ['GET /api/v3/avgPrice', averagePrice],
  ['GET /api/v3/ticker/24hr', dayTicker],
  ['GET /api/v3/ticker/price', priceTicker],
  ['GET /api/v3/ticker/bookTicker', bookTicker],
  ['POST /api/v3/order', placeOrder],
  ['GET /api/v3/order', queryOrder],
  ['DELETE /api/v3/order', cancelOrder],
  ['POST /api/v3/order/test', testOrder],
  ['POST /api/v3/order/cancelReplace', cancelReplace],
  ['PUT /api/v3/order/amend/keepPriority', amendOrder],
  ['POST /api/v3/order/oco', placeOldOco],
  ['GET /api/v3/openOrders', openOrders],
  ['DELETE /api/v3/openOrders', cancelOpenOrders],
  ['GET /api/v3/allOrders', allOrders],
  ['GET /api/v3/account', account],
  ['GET /api/v3/account/commission', commission],
  ['GET /api/v3/myTrades', myTrades],
  ['GET /api/v3/rateLimit/order', orderRateLimits],
  ['POST /api/v3/orderList/oco', placeOco],
  ['GET /api/v3/orderList', queryOrderList],
  ['DELETE /api/v3/orderList', cancelOrderList],
  ['GET /api/v3/allOrderList', allOrderLists],
  ['GET /api/v3/openOrderList', openOrderLists],
  ['POST /api/v3/userDataStream', userDataStreamRemoved],
  ['PUT /api/v3/userDataStream', userDataStreamRemoved],
  ['DELETE /api/v3/userDataStream', userDataStreamRemoved],
  // What ccxt asks at start besides; a spot venue has nothing to say there.
  ['GET /sapi/v1/capital/config/getall', emptyList],
  ['GET /sapi/v1/margin/allPairs', emptyList],
  ['GET /sapi/v1/margin/isolated/allPairs', emptyList],
  ['GET /sapi/v1/asset/tradeFee', tradeFees],
  ['GET /fapi/v1/exchangeInfo', noSymbols],
  ['GET /dapi/v1/exchangeInfo', noSymbols],
]);

/** WS API methods that are plain operations; those about the session itself are in `ws/api-session.ts`. */
// biome-ignore format: it reads as a table
export const WS_METHODS: ReadonlyMap<string, Operation> = new Map([
  ['ping', ping],
  ['time', time],
  ['exchangeInfo', exchangeInfo],
  ['depth', depth],
  ['trades.recent', trades],
  ['trades.historical', trades],
  ['trades.aggregate', aggregateTrades],
  ['klines', klines],
  ['uiKlines', klines],
  ['avgPrice', averagePrice],
  ['ticker.24hr', dayTicker],
  ['ticker.price', priceTicker],
  ['ticker.book', bookTicker],
  ['order.place', placeOrder],
  ['order.test', testOrder],
  ['order.status', queryOrder],
  ['order.cancel', cancelOrder],
  ['order.cancelReplace', cancelReplace],
  ['order.amend.keepPriority', amendOrder],
  ['orderList.place', placeOldOco],
  ['orderList.place.oco', placeOco],
  ['orderList.cancel', cancelOrderList],
  ['orderList.status', queryOrderList],
  ['allOrderLists', allOrderLists],
  ['openOrderLists.status', openOrderLists],
  ['openOrders.status', openOrders],
  ['openOrders.cancelAll', cancelOpenOrders],
  ['allOrders', allOrders],
  ['myTrades', myTrades],
  ['account.status', account],
  ['account.commission', commission],
  ['account.rateLimits.orders', orderRateLimits],
]);
