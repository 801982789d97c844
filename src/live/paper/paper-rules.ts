import { z } from 'zod';
import { InvariantBroken } from '../../domain/assert.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import { type E8, parseE8 } from '../../matching/scale.ts';
import { type Grid, type SymbolRules, symbolRules } from '../../matching/symbol-rules.ts';

const filterShape = z.looseObject({ filterType: z.string() });
const symbolShape = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  filters: z.array(filterShape),
});
/** Entries of other symbols may look as they like. */
const infoShape = z.object({ symbols: z.array(z.looseObject({ symbol: z.unknown() })) });

type SymbolInfo = z.infer<typeof symbolShape>;
type Filter = z.infer<typeof filterShape>;

/** The rules that the real venue has for our symbols, out of its own `exchangeInfo`. Throws when it cannot be read: the core has read it before us. */
export function readPaperRules(
  body: string,
  venueSymbols: readonly string[],
): readonly SymbolRules[] {
  const info = infoShape.parse(JSON.parse(body));
  return info.symbols
    .filter(({ symbol }) => typeof symbol === 'string' && venueSymbols.includes(symbol))
    .map((entry) => toRules(symbolShape.parse(entry)));
}

function toRules(info: SymbolInfo): SymbolRules {
  const price = readGrid(info, 'PRICE_FILTER', ['minPrice', 'maxPrice', 'tickSize']);
  const lot = readGrid(info, 'LOT_SIZE', ['minQty', 'maxQty', 'stepSize']);
  if (price === undefined || lot === undefined) {
    throw new InvariantBroken(`${info.symbol} has no PRICE_FILTER or no LOT_SIZE`);
  }
  const usual = symbolRules({
    symbol: info.symbol,
    base: info.baseAsset,
    quote: info.quoteAsset,
    tick: '0.01',
    priceMax: '1000000',
    lot: '0.00001',
    quantityMax: '9000',
    marketQuantityMax: '9000',
    notionalMin: '0',
  });
  return {
    ...usual,
    // A symbol in any other state takes neither orders nor cancels here.
    status: info.status === 'TRADING' || info.status === 'CANCEL_ONLY' ? info.status : 'BREAK',
    price,
    lot,
    marketLot: readGrid(info, 'MARKET_LOT_SIZE', ['minQty', 'maxQty', 'stepSize']) ?? lot,
    percentPrice: readPercentPrice(info) ?? usual.percentPrice,
    notional: readNotional(info) ?? usual.notional,
    openOrdersMax: readCount(info, 'MAX_NUM_ORDERS', 'maxNumOrders') ?? usual.openOrdersMax,
    algoOrdersMax:
      readCount(info, 'MAX_NUM_ALGO_ORDERS', 'maxNumAlgoOrders') ?? usual.algoOrdersMax,
  };
}

function findFilter(info: SymbolInfo, name: string): Filter | undefined {
  return info.filters.find(({ filterType }) => filterType === name);
}

function readGrid(
  info: SymbolInfo,
  name: string,
  [min, max, step]: readonly [string, string, string],
): Grid | undefined {
  const filter = findFilter(info, name);
  if (filter === undefined) return undefined;
  return { min: readE8(filter, min), max: readE8(filter, max), step: readE8(filter, step) };
}

function readPercentPrice(info: SymbolInfo): SymbolRules['percentPrice'] | undefined {
  const bySide = findFilter(info, 'PERCENT_PRICE_BY_SIDE');
  const filter = bySide ?? findFilter(info, 'PERCENT_PRICE');
  if (filter === undefined) return undefined;
  const read = (side: string, way: string) =>
    readE8(filter, bySide === undefined ? `multiplier${way}` : `${side}Multiplier${way}`);
  return {
    bidUp: read('bid', 'Up'),
    bidDown: read('bid', 'Down'),
    askUp: read('ask', 'Up'),
    askDown: read('ask', 'Down'),
    averageMins: readNumber(filter, 'avgPriceMins') ?? 5,
  };
}

function readNotional(info: SymbolInfo): SymbolRules['notional'] | undefined {
  const filter = findFilter(info, 'NOTIONAL') ?? findFilter(info, 'MIN_NOTIONAL');
  if (filter === undefined) return undefined;
  return {
    min: readAmount(filter, 'minNotional') ?? 0n,
    // Without a maximum: more than any account of ours.
    max: readAmount(filter, 'maxNotional') ?? BigInt(Number.MAX_SAFE_INTEGER),
    applyMinToMarket: (filter['applyMinToMarket'] ?? filter['applyToMarket']) === true,
    applyMaxToMarket: filter['applyMaxToMarket'] === true,
    averageMins: readNumber(filter, 'avgPriceMins') ?? 5,
  };
}

function readCount(info: SymbolInfo, name: string, key: string): number | undefined {
  const filter = findFilter(info, name);
  return filter === undefined ? undefined : readNumber(filter, key);
}

/** A bound beyond what the matching core can count is the largest it can. */
function readE8(filter: Filter, key: string): E8 {
  const text = filter[key];
  const value = typeof text === 'string' ? parseE8(text) : 'malformed';
  if (value === 'tooLarge') return Number.MAX_SAFE_INTEGER;
  if (typeof value === 'string') {
    throw new InvariantBroken(`${filter.filterType}: ${key} is ${String(text)}`);
  }
  return value;
}

function readAmount(filter: Filter, key: string): bigint | undefined {
  const text = filter[key];
  return typeof text === 'string' ? parseDecimal(text, 8) : undefined;
}

function readNumber(filter: Filter, key: string): number | undefined {
  const value = filter[key];
  return typeof value === 'number' ? value : undefined;
}
