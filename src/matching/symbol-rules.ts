/**
 * What an exchange demands of orders for one symbol: grids, filters, allowed modes. The default
 * symbols carry live values of Binance spot (read 2025-08), so that a client's own checks are
 * exercised with real numbers.
 */
import type { OrderType, SelfTradePrevention } from './happening.ts';
import { amountE8, type E8, e8 } from './scale.ts';

export type SymbolStatus = 'TRADING' | 'HALT' | 'BREAK' | 'CANCEL_ONLY';

/** Bounds of a grid; a 0 switches that part off. */
export interface Grid {
  readonly min: E8;
  readonly max: E8;
  readonly step: E8;
}

export interface SymbolRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly status: SymbolStatus;
  readonly price: Grid;
  readonly lot: Grid;
  readonly marketLot: Grid;
  /** Multipliers of the reference price, in 10^-8. */
  readonly percentPrice: {
    readonly bidUp: E8;
    readonly bidDown: E8;
    readonly askUp: E8;
    readonly askDown: E8;
    readonly averageMins: number;
  };
  readonly notional: {
    readonly min: bigint;
    readonly max: bigint;
    readonly applyMinToMarket: boolean;
    readonly applyMaxToMarket: boolean;
    readonly averageMins: number;
  };
  readonly icebergPartsMax: number;
  readonly openOrdersMax: number;
  readonly algoOrdersMax: number;
  readonly orderListsMax: number;
  readonly amendsMax: number;
  readonly orderTypes: readonly OrderType[];
  readonly defaultSelfTradePrevention: SelfTradePrevention;
  readonly selfTradePreventions: readonly SelfTradePrevention[];
}

const ORDER_TYPES: readonly OrderType[] = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
];

/** The few numbers in which symbols of one quote differ; as decimal text. */
export interface SymbolGrids {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly priceMax: string;
  readonly lot: string;
  readonly quantityMax: string;
  readonly marketQuantityMax: string;
  readonly notionalMin: string;
}

/** Rules of a symbol with the live defaults of everything but its grids. */
export function symbolRules(grids: SymbolGrids): SymbolRules {
  return {
    symbol: grids.symbol,
    base: grids.base,
    quote: grids.quote,
    status: 'TRADING',
    price: { min: e8(grids.tick), max: e8(grids.priceMax), step: e8(grids.tick) },
    lot: { min: e8(grids.lot), max: e8(grids.quantityMax), step: e8(grids.lot) },
    marketLot: { min: 0, max: e8(grids.marketQuantityMax), step: 0 },
    percentPrice: {
      bidUp: e8('5'),
      bidDown: e8('0.2'),
      askUp: e8('5'),
      askDown: e8('0.2'),
      averageMins: 5,
    },
    notional: {
      min: amountE8(grids.notionalMin),
      max: amountE8('9000000'),
      applyMinToMarket: true,
      applyMaxToMarket: false,
      averageMins: 5,
    },
    icebergPartsMax: 100,
    openOrdersMax: 200,
    algoOrdersMax: 5,
    orderListsMax: 20,
    amendsMax: 10,
    orderTypes: ORDER_TYPES,
    defaultSelfTradePrevention: 'EXPIRE_MAKER',
    selfTradePreventions: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT'],
  };
}

// biome-ignore format: a table
const GRIDS: readonly SymbolGrids[] = [
  { symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', tick: '0.01', priceMax: '1000000', lot: '0.00001', quantityMax: '9000', marketQuantityMax: '97', notionalMin: '5' },
  { symbol: 'ETHUSDT', base: 'ETH', quote: 'USDT', tick: '0.01', priceMax: '1000000', lot: '0.0001', quantityMax: '9000', marketQuantityMax: '2000', notionalMin: '5' },
  { symbol: 'SOLUSDT', base: 'SOL', quote: 'USDT', tick: '0.01', priceMax: '10000', lot: '0.001', quantityMax: '900000', marketQuantityMax: '20000', notionalMin: '5' },
  { symbol: 'NKNUSDT', base: 'NKN', quote: 'USDT', tick: '0.0001', priceMax: '1000', lot: '0.1', quantityMax: '900000', marketQuantityMax: '400000', notionalMin: '5' },
  { symbol: 'RUNEUSDT', base: 'RUNE', quote: 'USDT', tick: '0.001', priceMax: '1000', lot: '0.1', quantityMax: '900000', marketQuantityMax: '60000', notionalMin: '5' },
];

/** BTCUSDT, ETHUSDT and three quieter ones. */
export const DEFAULT_SYMBOLS: readonly SymbolRules[] = GRIDS.map(symbolRules);
