import { countDecimals, parseDecimal } from '../domain/decimal.ts';
import type { Instrument, InstrumentStatus, SymbolId, VenueId } from '../domain/instrument.ts';
import { type Amount, lots, price } from '../domain/units.ts';
import type { Listed } from '../domain/venue.ts';
import {
  type Fields,
  isFields,
  readAmount,
  readFields,
  readList,
  readText,
  ShapeBroken,
} from './json-shape.ts';

/** A step of a grid: `units` x 10^-`decimals`. */
interface Grid {
  readonly decimals: number;
  readonly units: number;
}

/** What `exchangeInfo` says of each symbol by itself: one that is gone or strange says nothing about the others. */
export function readListing(
  value: unknown,
  symbols: readonly SymbolId[],
  venue: VenueId,
  assetsScale: number,
): readonly Listed[] {
  const bySymbol = readEntries(value);
  return symbols.map((symbol, index): Listed => {
    const fields = bySymbol.get(toVenueSymbol(symbol));
    if (fields === undefined) return { type: 'missing', symbol };
    try {
      const instrument = readInstrument(fields, { symbol, index, venue, assetsScale });
      return { type: 'listed', symbol, instrument };
    } catch (error) {
      if (!(error instanceof ShapeBroken)) throw error;
      return { type: 'unreadable', symbol, text: error.message };
    }
  });
}

/** By the venue's own name. An entry without one is nobody's. */
function readEntries(value: unknown): ReadonlyMap<string, Fields> {
  const byName = new Map<string, Fields>();
  for (const entry of readList(readFields(value, 'exchangeInfo')['symbols'], 'symbols')) {
    const name = isFields(entry) ? entry['symbol'] : undefined;
    if (isFields(entry) && typeof name === 'string') byName.set(name, entry);
  }
  return byName;
}

/** As the venue writes a symbol: both assets together. */
export function toVenueSymbol(symbol: SymbolId): string {
  return symbol.replace('/', '');
}

function readInstrument(
  fields: Fields,
  place: {
    readonly symbol: SymbolId;
    readonly index: number;
    readonly venue: VenueId;
    readonly assetsScale: number;
  },
): Instrument {
  const { symbol, index, venue, assetsScale } = place;
  const [base, quote] = [readText(fields, 'baseAsset'), readText(fields, 'quoteAsset')];
  if (`${base}/${quote}` !== symbol) throw new ShapeBroken(`${symbol} is ${base} against ${quote}`);
  const filters = readFilters(fields);
  const priceFilter = getFilter(filters, 'PRICE_FILTER', symbol);
  const lotFilter = getFilter(filters, 'LOT_SIZE', symbol);
  const tick = readGrid(priceFilter, 'tickSize');
  const lot = readGrid(lotFilter, 'stepSize');
  if (tick.decimals + lot.decimals > assetsScale) {
    throw new ShapeBroken(
      `${symbol}: tick and lot together have more than ${assetsScale} decimals`,
    );
  }
  return {
    index,
    venue,
    symbol,
    venueSymbol: readText(fields, 'symbol'),
    version: 1,
    base: { name: base, scale: assetsScale },
    quote: { name: quote, scale: assetsScale },
    tickDecimals: tick.decimals,
    tickUnits: tick.units,
    lotDecimals: lot.decimals,
    lotUnits: lot.units,
    priceMin: price(Math.max(1, readSteps(priceFilter, 'minPrice', tick, 'up'))),
    // 0 switches a bound off.
    priceMax: price(readSteps(priceFilter, 'maxPrice', tick, 'down') || Number.MAX_SAFE_INTEGER),
    quantityMin: lots(Math.max(1, readSteps(lotFilter, 'minQty', lot, 'up'))),
    quantityMax: lots(readSteps(lotFilter, 'maxQty', lot, 'down') || Number.MAX_SAFE_INTEGER),
    ...readNotional(filters, assetsScale),
    status: readStatus(fields),
  };
}

function readFilters(fields: Fields): ReadonlyMap<string, Fields> {
  const filters = new Map<string, Fields>();
  for (const entry of readList(fields['filters'], 'filters')) {
    if (isFields(entry)) filters.set(readText(entry, 'filterType'), entry);
  }
  return filters;
}

function getFilter(filters: ReadonlyMap<string, Fields>, name: string, symbol: string): Fields {
  const filter = filters.get(name);
  if (filter === undefined) throw new ShapeBroken(`${symbol} has no ${name}`);
  return filter;
}

function readNotional(
  filters: ReadonlyMap<string, Fields>,
  scale: number,
): { notionalMin: Amount; notionalMax: Amount | undefined } {
  const filter = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL');
  if (filter === undefined) throw new ShapeBroken('no NOTIONAL and no MIN_NOTIONAL');
  const notionalMin = readAmount(filter, 'minNotional', scale);
  const hasMax = filter['maxNotional'] !== undefined;
  return {
    notionalMin,
    notionalMax: hasMax ? readAmount(filter, 'maxNotional', scale) : undefined,
  };
}

function readGrid(filter: Fields, key: string): Grid {
  const text = readText(filter, key);
  const decimals = countDecimals(text);
  const units = decimals === undefined ? undefined : parseDecimal(text, decimals);
  if (decimals === undefined || units === undefined || units <= 0n) {
    throw new ShapeBroken(`${key} is "${text}"`);
  }
  return { decimals, units: Number(units) };
}

/** A bound in whole steps, rounded to the inside; beyond what a safe integer holds it is no bound. */
function readSteps(filter: Fields, key: string, grid: Grid, toward: 'up' | 'down'): number {
  const text = readText(filter, key);
  const digits = countDecimals(text);
  if (digits === undefined) throw new ShapeBroken(`${key} is "${text}"`);
  const scale = Math.max(digits, grid.decimals);
  const value = parseDecimal(text, scale);
  if (value === undefined) throw new ShapeBroken(`${key} is "${text}"`);
  const step = BigInt(grid.units) * 10n ** BigInt(scale - grid.decimals);
  const steps = Number(toward === 'up' ? (value + step - 1n) / step : value / step);
  return Math.min(steps, Number.MAX_SAFE_INTEGER);
}

function readStatus(fields: Fields): InstrumentStatus {
  if (fields['isSpotTradingAllowed'] === false) return 'OTHER';
  const word = readText(fields, 'status');
  switch (word) {
    case 'TRADING':
    case 'HALT':
    case 'BREAK':
    case 'CANCEL_ONLY':
      return word;
    default:
      return 'OTHER';
  }
}
