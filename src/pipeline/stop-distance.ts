import type { StrategyId } from '../domain/ids.ts';
import type { Price } from '../domain/units.ts';
import type { PortfolioSettings } from '../portfolio/limits.ts';

const BPS = 10_000;

/** Whole ticks from an entry at `entry` to the stop of the settings, which its size is worked out with. */
export function stopDistanceTicks(
  settings: PortfolioSettings['exits'],
  strategy: StrategyId,
  entry: Price,
): number {
  const { stopBps } = settings.byStrategy[strategy] ?? settings.standard;
  return Math.max(1, Math.ceil((entry * stopBps) / BPS));
}
