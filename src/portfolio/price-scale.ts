import type { Instrument } from '../domain/instrument.ts';
import { type Amount, amount } from '../domain/units.ts';

/** Basis points may carry two decimals: one whole in hundredths of a basis point. */
const BPS_WHOLE = 1_000_000n;

/**
 * One tick as a ratio: `base` smallest units of the base at one tick are worth
 * `base * up / down` smallest units of the quote.
 */
export interface TickWorth {
  readonly up: bigint;
  readonly down: bigint;
}

export function tickWorth(instrument: Instrument): TickWorth {
  return {
    up: BigInt(instrument.tickUnits) * 10n ** BigInt(instrument.quote.scale),
    down: 10n ** BigInt(instrument.base.scale + instrument.tickDecimals),
  };
}

/** Quote value of coins at a price, rounded down (towards a smaller gain or a larger loss). */
export function valueAt(worth: TickWorth, base: bigint, ticks: number): Amount {
  return amount(floorDiv(base * BigInt(ticks) * worth.up, worth.down));
}

/** The average price `cost / base` moved by `bps`, in ticks. `base` and `cost` positive. */
export function averageTicks(
  worth: TickWorth,
  average: { readonly base: bigint; readonly cost: bigint },
  bps: number,
  rounding: 'down' | 'up' | 'nearest',
): number {
  const up = average.cost * worth.down * (BPS_WHOLE + BigInt(Math.round(bps * 100)));
  const down = average.base * worth.up * BPS_WHOLE;
  // biome-ignore format: it reads as a list
  switch (rounding) {
    case 'down':    return Number(floorDiv(up, down));
    case 'up':      return Number(-floorDiv(-up, down));
    case 'nearest': return Number(floorDiv(2n * up + down, 2n * down));
  }
}

/** `ticks` less `bps` of it, rounded down. */
export function ticksBelow(ticks: number, bps: number): number {
  return Number((BigInt(ticks) * (BPS_WHOLE - BigInt(Math.round(bps * 100)))) / BPS_WHOLE);
}

/** Rounded towards negative infinity, for a positive divisor. */
export function floorDiv(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value < 0n && value % by !== 0n ? whole - 1n : whole;
}
