import { toWire } from '../../matching/scale.ts';
import type { SimFault } from '../fault.ts';
import type { Stage } from '../stage.ts';
import type { FrameOnTheWay } from '../trouble.ts';
import { lasting, listOf, numberOf, oneOf, shareOf, someOf } from './drawn.ts';
import { changePrices, isDepth, isTrade, movePoint, symbolOf } from './market-frame.ts';

// biome-ignore format: one line reads better
const IMPOSSIBLE = ['0', '0.00000000', 'NaN', '-1', '-0.5', '', '1e400', ' 12 ', '0x1F', 'Infinity', '1,5', '.5', '12.', '00012.5', '99999999999999999999', '1.123456789'];

export const priceImpossible: SimFault = {
  name: 'price.impossible',
  family: 'feed',
  about: 'prices that are none: 0, NaN, negative, 1e400, hexadecimal, empty, with blanks',
  moments: ['orderLeft'],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 2_000, 60_000),
    parameters: { symbols: someOf(random, symbols), share: shareOf(random, 0.05, 1) },
  }),
  begin: ({ random }, plan) => {
    const symbols = listOf(plan, 'symbols');
    const share = numberOf(plan, 'share');
    const frame = ({ text, ...rest }: FrameOnTheWay): readonly string[] | undefined => {
      const isHit = symbols.includes(symbolOf({ text, ...rest }) ?? '') && random.chance(share);
      return isHit ? [changePrices(text, () => oneOf(random, IMPOSSIBLE))] : undefined;
    };
    return { trouble: { frame } };
  },
};

export const priceSpike: SimFault = {
  name: 'price.spike',
  family: 'feed',
  about: 'now and then one frame is ten times too dear or too cheap, and the next is right again',
  moments: [],
  draw: (random) => ({
    durationMs: lasting(random, 3_000, 60_000),
    parameters: { share: shareOf(random, 0.01, 0.2), places: oneOf(random, [1, -1, 2]) },
  }),
  begin: ({ random }, plan) => {
    const share = numberOf(plan, 'share');
    const places = numberOf(plan, 'places');
    const frame = (passing: FrameOnTheWay): readonly string[] | undefined => {
      // A wrong level stays in a book until it is told again: that would be no spike.
      if (symbolOf(passing) === undefined || isDepth(passing)) return undefined;
      if (!random.chance(share)) return undefined;
      return [changePrices(passing.text, (price) => movePoint(price, places))];
    };
    return { trouble: { frame } };
  },
};

/**
 * Snapshots stay right: a daemon that starts meanwhile remembers no price, and were every source wrong it
 * could not know.
 */
export const priceUnitShifted: SimFault = {
  name: 'price.unit_shifted',
  family: 'feed',
  about:
    'the streams of some symbols tell every price in another unit: a thousandth, a thousandfold',
  moments: [],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 10_000, 180_000),
    parameters: { symbols: someOf(random, symbols), places: oneOf(random, [-3, 3, -1]) },
  }),
  begin: ({ terminate }, plan) => {
    const symbols = listOf(plan, 'symbols');
    const places = numberOf(plan, 'places');
    const shift = (text: string): string => changePrices(text, (price) => movePoint(price, places));
    return {
      trouble: {
        frame: (frame) =>
          symbols.includes(symbolOf(frame) ?? '') ? [shift(frame.text)] : undefined,
      },
      // What looks like another unit is believed again only when a person says so, and the only word
      // for it is a restart.
      end: () => terminate('prices are in their old unit again'),
    };
  },
};

/** A bid so far above the best ask, as a share of it in whole percent. */
const CROSSED_BY = 1.001;

export const bookCrossed: SimFault = {
  name: 'book.crossed',
  family: 'feed',
  about: 'bids stand above asks: in the best prices, and as a level of the book that is not there',
  moments: [],
  draw: (random, { symbols }) => ({
    durationMs: lasting(random, 2_000, 30_000),
    parameters: { symbols: someOf(random, symbols) },
  }),
  begin: (stage, plan) => {
    const symbols = listOf(plan, 'symbols');
    const frame = (passing: FrameOnTheWay): readonly string[] | undefined => {
      const symbol = symbolOf(passing);
      if (symbol === undefined || !symbols.includes(symbol) || isTrade(passing)) return undefined;
      if (!isDepth(passing)) return [swapSides(passing.text)];
      const level = `["${highBid(stage, symbol)}","1.00000000"]`;
      return [passing.text.replace('"b":[', `"b":[${level},`).replace(',]', ']')];
    };
    return { trouble: { frame } };
  },
};

function swapSides(text: string): string {
  return text.replace(/"b":"([^"]+)"(.*)"a":"([^"]+)"/, '"b":"$3"$2"a":"$1"');
}

function highBid({ venue }: Stage, symbol: string): string {
  const ask = venue.core.top(symbol)?.askPrice ?? 0;
  const step = venue.core.symbol(symbol)?.price.step ?? 1;
  return toWire(Math.round((ask * CROSSED_BY) / step) * step);
}
