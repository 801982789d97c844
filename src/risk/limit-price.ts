import type { Instrument } from '../domain/instrument.ts';
import type { TopOfBook } from '../domain/market.ts';
import type { Side } from '../domain/order.ts';
import { type Price, price } from '../domain/units.ts';

/** Bps settings may carry two decimals: one whole in hundredths of a basis point. */
export const BPS_WHOLE = 1_000_000n;

/** Basis points as hundredths of one, for integer arithmetic. */
export function bpsParts(bps: number): bigint {
  return BigInt(Math.round(bps * 100));
}

/** How far a limit price may reach beyond the other side of the book. */
export interface Reach {
  /** The larger of both counts. */
  readonly throughTicks: number;
  readonly throughBps: number;
  /** Never further than this from the mid: the gate would deny it. */
  readonly collarBps: number;
}

/**
 * Limit price of an order that shall fill at once and no worse: beyond the best price of the other
 * side by the reach, inside the collar and the venue's price range.
 */
export function limitPriceThrough(
  instrument: Instrument,
  top: TopOfBook,
  side: Side,
  reach: Reach,
): Price {
  const best = BigInt(side === 'BUY' ? top.askPrice : top.bidPrice);
  const byBps = ceilDiv(best * bpsParts(reach.throughBps), BPS_WHOLE);
  const byTicks = BigInt(reach.throughTicks);
  const through = byBps > byTicks ? byBps : byTicks;
  // Twice the mid: the mid itself may lie between two ticks.
  const midTwice = BigInt(top.bidPrice) + BigInt(top.askPrice);
  const collar = bpsParts(reach.collarBps);

  if (side === 'BUY') {
    const highest = (midTwice * (BPS_WHOLE + collar)) / (2n * BPS_WHOLE);
    return inRange(instrument, best + through < highest ? best + through : highest);
  }
  const lowest = ceilDiv(midTwice * (BPS_WHOLE - collar), 2n * BPS_WHOLE);
  return inRange(instrument, best - through > lowest ? best - through : lowest);
}

function inRange(instrument: Instrument, ticks: bigint): Price {
  if (ticks < BigInt(instrument.priceMin)) return instrument.priceMin;
  if (ticks > BigInt(instrument.priceMax)) return instrument.priceMax;
  return price(Number(ticks));
}

/** Rounded towards positive infinity, for a positive divisor. */
function ceilDiv(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value > 0n && value % by !== 0n ? whole + 1n : whole;
}
