import type { SymbolStatus } from '../../matching/symbol-rules.ts';
import type { SimFault } from '../fault.ts';
import type { Listing } from '../venue.ts';
import { lasting, listOf, numberOf, oneOf, someOf, textOf } from './drawn.ts';

const CLOSED: readonly SymbolStatus[] = ['HALT', 'BREAK', 'CANCEL_ONLY'];

export const symbolClosed: SimFault = {
  name: 'symbol.closed',
  family: 'rest',
  about: 'the market of some symbols is closed: listed as halted, orders refused',
  moments: ['orderLeft', 'filled', 'recovering'],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 10_000, 900_000),
    parameters: { symbols: someOf(random, symbols), status: oneOf(random, CLOSED) },
  }),
  begin: ({ venue }, plan) => {
    const symbols = listOf(plan, 'symbols');
    const status = CLOSED.find((each) => each === textOf(plan, 'status')) ?? 'HALT';
    const release = venue.holdRules((rules) =>
      symbols.includes(rules.symbol) ? { ...rules, status } : rules,
    );
    return { end: release };
  },
};

export const symbolDelisted: SimFault = {
  name: 'symbol.delisted',
  family: 'rest',
  about: 'the venue knows a symbol no more: no data, and every question about it is refused',
  moments: ['filled', 'recovering'],
  share: 0.4,
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 20_000, 240_000),
    parameters: { symbol: oneOf(random, symbols) },
  }),
  begin: ({ venue }, plan) => ({ end: venue.delisted.hold(textOf(plan, 'symbol')) }),
};

export const symbolStatusUnknown: SimFault = {
  name: 'symbol.status_unknown',
  family: 'rest',
  about: 'the list of symbols tells statuses that nobody knows, or lacks what it should tell',
  moments: ['recovering'],
  draw: (random) => ({
    durationMs: lasting(random, 30_000, 240_000),
    parameters: { how: oneOf(random, ['END_OF_DAY', 'AUCTION_MATCH', 'no filters', 'no symbols']) },
  }),
  begin: ({ venue }, plan) => {
    const how = textOf(plan, 'how');
    const change = (body: Listing): Listing => {
      if (how === 'no symbols') return { ...body, symbols: [] };
      const symbols = Array.isArray(body['symbols']) ? body['symbols'] : [];
      const other = how === 'no filters' ? { filters: [] } : { status: how };
      return { ...body, symbols: symbols.map((each: object) => ({ ...each, ...other })) };
    };
    return { end: venue.listingChanges.hold(change) };
  },
};

/** Grids and floors change in the middle of the night, and change back. */
export const rulesChanged: SimFault = {
  name: 'rules.changed',
  family: 'rest',
  about: 'price steps, lot steps or the least value of an order of a symbol are larger for a while',
  moments: ['orderLeft', 'recovering'],
  share: 0.7,
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 20_000, 300_000),
    parameters: {
      symbol: oneOf(random, symbols),
      tickTimes: oneOf(random, [1, 10]),
      lotTimes: oneOf(random, [1, 10, 100]),
      notionalTimes: oneOf(random, [1, 2, 100]),
    },
  }),
  begin: ({ venue }, plan) => {
    const symbol = textOf(plan, 'symbol');
    const [tickTimes, lotTimes] = [numberOf(plan, 'tickTimes'), numberOf(plan, 'lotTimes')];
    const notionalTimes = BigInt(numberOf(plan, 'notionalTimes'));
    const release = venue.holdRules((rules) =>
      rules.symbol !== symbol
        ? rules
        : {
            ...rules,
            price: { ...rules.price, step: rules.price.step * tickTimes },
            lot: { ...rules.lot, step: rules.lot.step * lotTimes },
            notional: { ...rules.notional, min: rules.notional.min * notionalTimes },
          },
    );
    return { end: release };
  },
};
