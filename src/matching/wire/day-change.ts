import type { DayView } from '../candle-view.ts';
import { toWire } from '../scale.ts';

/** Change over the day and its volume-weighted price: shown to people, so floats suffice for the share. */
export function describeChange(day: DayView): {
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly weightedAvgPrice: string;
} {
  const change = day.last - day.open;
  const volume = BigInt(day.volume);
  const weighted = volume === 0n ? 0n : (day.quoteVolume * 100_000_000n) / volume;
  return {
    priceChange: toWire(BigInt(change)),
    priceChangePercent: (day.open === 0 ? 0 : (change / day.open) * 100).toFixed(3),
    weightedAvgPrice: toWire(weighted),
  };
}
