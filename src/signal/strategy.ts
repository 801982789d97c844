import type { Instrument } from '../domain/instrument.ts';
import type { Candle } from '../domain/market.ts';
import type { Reason } from '../domain/reason.ts';
import type { Lots, Price, UnixMs } from '../domain/units.ts';
import type { Answer } from './answer.ts';

/** What a strategy may know. It is reused: read it during the call, keep numbers, never the view. */
export interface StrategyView {
  readonly instrument: Instrument;
  readonly nowMs: UnixMs;
  readonly bidPrice: Price;
  readonly bidQuantity: Lots;
  readonly askPrice: Price;
  readonly askQuantity: Lots;
  /** Half way between best bid and best ask, in ticks; may end in .5. */
  readonly midTicks: number;
  readonly spreadTicks: number;
  /** Lots of the best `depthLevelsCount` levels together; `undefined` while the book is not synced. */
  readonly bidDepthLots: number | undefined;
  readonly askDepthLots: number | undefined;
  readonly lastTradePrice: Price | undefined;
  readonly lastTradeAtMs: UnixMs | undefined;
  /** What this strategy holds in this symbol. */
  readonly position: StrategyPosition | undefined;
  /** An order of this strategy and symbol is under way: a wish would only be skipped. */
  readonly orderPending: boolean;
}

export interface StrategyPosition {
  readonly quantity: Lots;
  /** Average cost in ticks, with a fraction: for signals only. */
  readonly averagePriceTicks: number;
  readonly openedAtMs: UnixMs;
}

/**
 * What a strategy would like. Spot only: BUY enters, SELL leaves, nothing is sold short.
 * Made by the strategy's `Answer`, never by hand.
 */
export type Wish = Nothing | Enter | Exit;

/** The common answer, shared: valid until the next call of the same strategy. Its inputs stay in the `Answer`. */
export interface Nothing {
  readonly type: 'nothing';
  readonly reason: Reason;
  /** 0 far from a signal, 1 there. */
  readonly nearness: number;
}

export interface Enter {
  readonly type: 'enter';
  readonly side: 'BUY';
  readonly reason: Reason;
  readonly inputs: Readonly<Record<string, number>>;
}

/** Sell what this strategy holds in this symbol. */
export interface Exit {
  readonly type: 'exit';
  readonly reason: Reason;
  readonly inputs: Readonly<Record<string, number>>;
}

/** What a strategy remembers, by name: numbers (NaN too) and lists of numbers, which it keeps short itself. */
export type StrategyMemory = Record<string, number | number[]>;

/**
 * One strategy on one symbol. It may keep numbers of what it saw, and nothing else: the same candles
 * and views in the same order give the same wishes. No clock, no randomness, no other strategy.
 *
 * `onTop` runs thousands of times a second. The rule: answer `nothing` without making an object
 * (no literal, no array, no closure, no text); an `enter` or `exit` may cost what it likes.
 */
export interface Strategy {
  /**
   * Everything it keeps between two calls; `{}` when that is nothing. It stands in the checkpoints of
   * the capture: a replay that begins in the middle of the night fills it, by name, before the first
   * call. Without it the strategy trades all the same, but no checkpoint can be written, and every
   * replay has to begin where its process began.
   */
  readonly memory?: StrategyMemory;
  /** Candles it wants, if any. */
  readonly candleIntervalMs?: number;
  /** Clean candles it must have seen before `onTop` is called at all; until then WARMING_UP. */
  readonly warmUpCandlesCount?: number;
  /** `candle`: asked once per closed candle (and when its own position or order changes) instead of at each top of book. */
  readonly askedOn?: 'top' | 'candle';
  /** A closed candle of its interval. A tainted one is never shown: after it the strategy is made anew. */
  onCandle?(candle: Candle): void;
  onTop(view: StrategyView): Wish;
}

/** What a parameter may be. Bounds are inclusive. */
export interface ParameterRule {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
  /** One line for the one who sets it. */
  readonly about: string;
}

/** A kind of strategy: what the settings may say about it, and how one instance is made. */
export interface StrategyKind {
  /** Its name in the settings: `kind: ema-cross`. */
  readonly kind: string;
  /** Names of the numbers it looks at, units in them, in the order in which it gives them to its `Answer`. */
  readonly inputs: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  /** What single rules cannot say, such as "fast below slow"; `undefined` when all is well. */
  findProblem?(parameters: Readonly<Record<string, number>>): string | undefined;
  create(parameters: Readonly<Record<string, number>>, answer: Answer): Strategy;
}

/** As `StrategyKind`, with the parameters by name. */
export interface StrategyDefinition<Name extends string> {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly parameters: Readonly<Record<Name, ParameterRule>>;
  findProblem?(parameters: Readonly<Record<Name, number>>): string | undefined;
  create(parameters: Readonly<Record<Name, number>>, answer: Answer): Strategy;
}

/**
 * Forgets the names of the parameters, so that all kinds fit one list. Safe because `config/` refuses
 * settings that lack one of them.
 */
export function defineStrategy<Name extends string>(
  definition: StrategyDefinition<Name>,
): StrategyKind {
  return definition;
}
