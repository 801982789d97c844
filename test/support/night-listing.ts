import { z } from 'zod';
import { describeExchange } from '../../src/matching/wire/exchange-info.ts';
import { LIVE_RATE_LIMITS } from '../../src/matching/wire/venue-limits.ts';
import type { Night } from './night.ts';

const listedShape = z.looseObject({
  symbol: z.string(),
  filters: z.array(z.looseObject({ filterType: z.string() })),
});

/** From now on the venue lists these symbols so. Their markets go on: books still move where only cancels are taken. */
export function listAs(
  night: Night,
  changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  night.venue.listing = (body) => ({
    ...body,
    symbols: z
      .array(listedShape)
      .parse(body['symbols'])
      .map((each) => ({ ...each, ...changes[each.symbol] })),
  });
}

/** One filter of a symbol is different. */
export function listFilter(
  night: Night,
  venueSymbol: string,
  filterType: string,
  fields: Readonly<Record<string, string>>,
): void {
  listFilters(night, venueSymbol, [{ filterType, ...fields }]);
}

/** Some filters of a symbol are different, each found by its `filterType`. */
export function listFilters(
  night: Night,
  venueSymbol: string,
  changed: readonly Readonly<Record<string, string>>[],
): void {
  const rules = night.venue.core.symbols().filter(({ symbol }) => symbol === venueSymbol);
  const { symbols } = describeExchange(rules, LIVE_RATE_LIMITS, night.clock.nowMs);
  const [listed] = z.array(listedShape).parse(symbols);
  if (listed === undefined) throw new Error(`${venueSymbol} is not listed`);
  const filters = listed.filters.map((each) => ({
    ...each,
    ...changed.find((fields) => fields['filterType'] === each.filterType),
  }));
  listAs(night, { [venueSymbol]: { filters } });
}
