import { toWire } from '../scale.ts';
import type { SymbolRules } from '../symbol-rules.ts';
import type { RateLimitSettings } from './venue-limits.ts';

type Fields = Readonly<Record<string, unknown>>;

// The share prices take over from multipliers without trailing zeros: "5", "0.2".
function multiplier(value: number): string {
  return String(value / 100_000_000);
}

/** Body of `GET exchangeInfo` for the given symbols. */
export function describeExchange(
  symbols: readonly SymbolRules[],
  limits: RateLimitSettings,
  serverTime: number,
): Fields {
  return {
    timezone: 'UTC',
    serverTime,
    rateLimits: [
      limit('REQUEST_WEIGHT', 'MINUTE', 1, limits.weightPerMinute),
      limit('ORDERS', 'SECOND', 10, limits.ordersPer10Sec),
      limit('ORDERS', 'DAY', 1, limits.ordersPerDay),
      limit('RAW_REQUESTS', 'MINUTE', 5, 300_000),
    ],
    exchangeFilters: [],
    symbols: symbols.map(describeSymbol),
  };
}

function limit(rateLimitType: string, interval: string, intervalNum: number, max: number): Fields {
  return { rateLimitType, interval, intervalNum, limit: max };
}

function describeSymbol(rules: SymbolRules): Fields {
  return {
    symbol: rules.symbol,
    status: rules.status,
    baseAsset: rules.base,
    baseAssetPrecision: 8,
    quoteAsset: rules.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: rules.orderTypes,
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: describeFilters(rules),
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: rules.defaultSelfTradePrevention,
    allowedSelfTradePreventionModes: rules.selfTradePreventions,
  };
}

function describeFilters(rules: SymbolRules): readonly Fields[] {
  const { price, lot, marketLot, percentPrice, notional } = rules;
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: toWire(price.min),
      maxPrice: toWire(price.max),
      tickSize: toWire(price.step),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: toWire(lot.min),
      maxQty: toWire(lot.max),
      stepSize: toWire(lot.step),
    },
    { filterType: 'ICEBERG_PARTS', limit: rules.icebergPartsMax },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: toWire(marketLot.min),
      maxQty: toWire(marketLot.max),
      stepSize: toWire(marketLot.step),
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: multiplier(percentPrice.bidUp),
      bidMultiplierDown: multiplier(percentPrice.bidDown),
      askMultiplierUp: multiplier(percentPrice.askUp),
      askMultiplierDown: multiplier(percentPrice.askDown),
      avgPriceMins: percentPrice.averageMins,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: toWire(notional.min),
      applyMinToMarket: notional.applyMinToMarket,
      maxNotional: toWire(notional.max),
      applyMaxToMarket: notional.applyMaxToMarket,
      avgPriceMins: notional.averageMins,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: rules.openOrdersMax },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: rules.algoOrdersMax },
    { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: rules.orderListsMax },
    { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: rules.amendsMax },
  ];
}
