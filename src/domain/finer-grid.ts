import { InvariantBroken } from './assert.ts';
import { countDecimals, parseDecimal } from './decimal.ts';
import type { Instrument } from './instrument.ts';
import type { OrderIntent } from './order.ts';
import { filtersOn, regrid } from './regrid.ts';
import type { Lots } from './units.ts';

/** Numbers as somebody told them, decimal text. */
interface Told {
  readonly prices: readonly string[];
  readonly quantities: readonly string[];
}

/**
 * The instrument in whose steps all these numbers stand: the one given, or one with steps as much finer as it
 * takes. Orders outlive a change of the steps: they are told, and go on being filled, in those of before. Text that
 * is no decimal, or finer than its asset, changes nothing: whoever reads it refuses it.
 */
export function finerFor(instrument: Instrument, { prices, quantities }: Told): Instrument {
  const { base, quote } = instrument;
  const tick = stepFor(tickOf(instrument), prices, quote.scale);
  const lot = stepFor(lotOf(instrument), quantities, base.scale);
  return withSteps(instrument, tick, lot);
}

/**
 * The instrument with lots in which whole lots of all of `others` stand as well. `undefined`: the money of such lots
 * would be finer than the quote asset.
 */
export function withLotsOf(
  instrument: Instrument,
  others: readonly Instrument[],
): Instrument | undefined {
  const lot = others.map(lotOf).reduce(commonStep, lotOf(instrument));
  const tick = tickOf(instrument);
  const decimalsLeft = instrument.quote.scale - lot.decimals;
  if (decimalsLeft < 0) return undefined;
  const isExact = tick.decimals <= decimalsLeft;
  return withSteps(instrument, isExact ? tick : { units: 1, decimals: decimalsLeft }, lot);
}

/** The same intent counted in the steps of `instrument`. Throws when its quantity has no such number there. */
export function recount(intent: OrderIntent, instrument: Instrument): OrderIntent {
  const { index } = intent.instrument;
  return {
    ...intent,
    instrument: { ...instrument, index },
    // To the nearest tick only where lots so fine allow for no tick as fine as its own.
    price: regrid(intent.instrument, instrument).nearestPrice(intent.price),
    quantity: recountLots(intent.instrument, instrument, intent.quantity),
  };
}

/** Lots of one grid in those of another. Throws when they are not whole there. */
export function recountLots(from: Instrument, to: Instrument, of: Lots): Lots {
  const counted = regrid(from, to).quantity(of);
  if (counted === undefined) {
    throw new InvariantBroken(`${from.symbol}: ${of} lots are not whole in the steps given`);
  }
  return counted;
}

interface Step {
  readonly units: number;
  readonly decimals: number;
}

function tickOf({ tickUnits: units, tickDecimals: decimals }: Instrument): Step {
  return { units, decimals };
}

function lotOf({ lotUnits: units, lotDecimals: decimals }: Instrument): Step {
  return { units, decimals };
}

function withSteps(instrument: Instrument, tick: Step, lot: Step): Instrument {
  const { tickUnits, tickDecimals, lotUnits, lotDecimals } = instrument;
  const isSame =
    tick.units === tickUnits &&
    tick.decimals === tickDecimals &&
    lot.units === lotUnits &&
    lot.decimals === lotDecimals;
  if (isSame) return instrument;
  const finer: Instrument = {
    ...instrument,
    tickUnits: tick.units,
    tickDecimals: tick.decimals,
    lotUnits: lot.units,
    lotDecimals: lot.decimals,
  };
  return { ...finer, ...filtersOn(finer, instrument) };
}

function stepFor(step: Step, texts: readonly string[], decimalsMax: number): Step {
  return texts.reduce((found, text) => {
    const decimals = countDecimals(text);
    if (decimals === undefined || decimals > decimalsMax || standsOn(found, text)) return found;
    // Whole units of its last digit: the next number of the kind will hardly need finer ones.
    return commonStep(found, { units: 1, decimals });
  }, step);
}

function standsOn({ units, decimals }: Step, text: string): boolean {
  const scaled = parseDecimal(text, decimals);
  return scaled !== undefined && scaled % BigInt(units) === 0n;
}

/** The largest step of which both are whole multiples. */
function commonStep(one: Step, other: Step): Step {
  const decimals = Math.max(one.decimals, other.decimals);
  const unitsOf = (step: Step): bigint =>
    BigInt(step.units) * 10n ** BigInt(decimals - step.decimals);
  return shortest(greatestDivisor(unitsOf(one), unitsOf(other)), decimals);
}

function shortest(units: bigint, decimals: number): Step {
  return decimals > 0 && units % 10n === 0n
    ? shortest(units / 10n, decimals - 1)
    : { units: Number(units), decimals };
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}
