import type { StrategyKind } from './strategy.ts';

/** Every kind of strategy that settings may name. Adding one is a file and a line here. */
export const STRATEGY_KINDS: readonly StrategyKind[] = [];

export function findStrategyKind(kind: string): StrategyKind | undefined {
  return STRATEGY_KINDS.find((candidate) => candidate.kind === kind);
}
