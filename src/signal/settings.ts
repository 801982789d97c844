import type { StrategyId } from '../domain/ids.ts';
import type { SymbolId } from '../domain/instrument.ts';

/** One strategy of the settings: one instance per symbol is made of it. */
export interface StrategySettings {
  /** Our name of it, unique: `ema-cross`. It marks its orders, positions and decisions. */
  readonly id: StrategyId;
  /** Which built-in it is: a `kind` of `registry.ts`. */
  readonly kind: string;
  /** Off: it is not asked. Positions it still holds stay with the generic exits. */
  readonly enabled: boolean;
  readonly symbols: readonly SymbolId[];
  /** After one of its positions has closed, no new entry in that symbol for so long. */
  readonly reentryCooldownMs: number;
  /** Numbers of its own, by the rules that its kind declares. All of them must be given. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** What all strategies share. */
export interface SignalLimits {
  /** Levels per side that `bidDepthLots` and `askDepthLots` of a view add up. */
  readonly depthLevelsCount: number;
  /** After a wish, the same strategy and symbol wish again only after so long: a denied wish is not repeated on each tick. */
  readonly wishIntervalMsMin: number;
  /** Equal skips are told as one run, closed after so long at most. */
  readonly skipRunMsMax: number;
}

/** Everything the signal room is told. */
export interface SignalSettings extends SignalLimits {
  readonly strategies: readonly StrategySettings[];
}
