import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { SymbolId } from '../domain/instrument.ts';

interface Streak {
  count: number;
  latchedAtMs: number | undefined;
}

/** By strategy and symbol. */
export type RefusalLatchState = BoundedState<readonly [string, Readonly<Streak>]>;

/** Refusals in a row of a strategy and symbol: the third latches the pair until an operator or a day has passed. */
export class RefusalLatch {
  readonly #streaks = new BoundedMap<string, Streak>('refusal_streaks', 2_000, 'dropOldest');
  readonly #inRowMax: number;
  readonly #latchMs: number;

  constructor(inRowMax: number, latchMs: number) {
    this.#inRowMax = inRowMax;
    this.#latchMs = latchMs;
  }

  /** Says whether this refusal latched the pair. */
  onRefused(strategy: StrategyId, symbol: SymbolId, atMs: number): boolean {
    const streak = this.#streaks.get(keyOf(strategy, symbol)) ?? {
      count: 0,
      latchedAtMs: undefined,
    };
    streak.count += 1;
    const latches = streak.count >= this.#inRowMax && streak.latchedAtMs === undefined;
    if (latches) streak.latchedAtMs = atMs;
    this.#streaks.set(keyOf(strategy, symbol), streak);
    return latches;
  }

  onAccepted(strategy: StrategyId, symbol: SymbolId): void {
    const streak = this.#streaks.get(keyOf(strategy, symbol));
    if (streak?.latchedAtMs === undefined) this.#streaks.delete(keyOf(strategy, symbol));
  }

  count(strategy: StrategyId, symbol: SymbolId): number {
    return this.#streaks.get(keyOf(strategy, symbol))?.count ?? 0;
  }

  isLatched(strategy: StrategyId, symbol: SymbolId, atMs: number): boolean {
    const latchedAtMs = this.#streaks.get(keyOf(strategy, symbol))?.latchedAtMs;
    if (latchedAtMs === undefined) return false;
    if (atMs - latchedAtMs < this.#latchMs) return true;
    this.#streaks.delete(keyOf(strategy, symbol));
    return false;
  }

  releaseAll(): void {
    this.#streaks.clear();
  }

  collections(): readonly CollectionSize[] {
    return [this.#streaks];
  }

  save(): RefusalLatchState {
    return this.#streaks.saveEach((streak) => ({ ...streak }));
  }

  load(state: RefusalLatchState): void {
    this.#streaks.loadEach(state, ({ count, latchedAtMs }) => ({ count, latchedAtMs }));
  }
}

function keyOf(strategy: StrategyId, symbol: SymbolId): string {
  return `${strategy}|${symbol}`;
}
