import { bookImbalance } from './book-imbalance.ts';
import { emaCross } from './ema-cross.ts';
import { meanReversion } from './mean-reversion.ts';
import type { StrategyKind } from './strategy.ts';

/** Every kind of strategy that settings may name. Adding one is one file and one line here. */
export const STRATEGY_KINDS: readonly StrategyKind[] = [emaCross, bookImbalance, meanReversion];

export function findStrategyKind(kind: string): StrategyKind | undefined {
  return STRATEGY_KINDS.find((candidate) => candidate.kind === kind);
}
