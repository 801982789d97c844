import type { StrategyId } from '../domain/ids.ts';
import type { Price } from '../domain/units.ts';
import type { PortfolioSettings } from '../portfolio/limits.ts';

const BPS = 10_000;

/**
 * Whole ticks from an entry at `entry` to the stop that its size is worked out with. A position is left
 * at the stop of the settings; a strategy that names its own (any number above 0, off the grid or not)
 * can only make the size smaller, because nobody but the strategy itself leaves at a nearer one.
 */
export function stopDistanceTicks(
  settings: PortfolioSettings['exits'],
  strategy: StrategyId,
  entry: Price,
  named: number | undefined,
): number {
  const { stopBps } = settings.byStrategy[strategy] ?? settings.standard;
  return Math.max(1, Math.ceil((entry * stopBps) / BPS), Math.ceil(named ?? 0));
}
