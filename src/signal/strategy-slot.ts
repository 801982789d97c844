import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { Candle } from '../domain/market.ts';
import type { ReasonCode } from '../domain/reason.ts';
import type { UnixMs } from '../domain/units.ts';
import { Answer } from './answer.ts';
import type { MarketView } from './market-view.ts';
import { loadMemory, type SavedMemory, saveMemory } from './saved-memory.ts';
import type { StrategySettings } from './settings.ts';
import { SkipRunBuilder, type SkipRunState } from './skip-run.ts';
import type { Strategy, StrategyKind, StrategyPosition, Wish } from './strategy.ts';

/** `null`: nothing held, not in quarantine. */
export interface StrategySlotState {
  readonly answer: readonly ExactNumber[];
  readonly run: SkipRunState;
  readonly position: StrategyPosition | null;
  readonly orderPending: boolean;
  readonly quarantine: string | null;
  readonly evaluationsCount: number;
  readonly memory: SavedMemory;
  readonly cleanCandlesCount: number;
  readonly gapSeen: boolean;
  readonly dirty: boolean;
  readonly wishedAtMs: ExactNumber;
  readonly closedAtMs: ExactNumber;
}

/**
 * One strategy on one symbol, and the rules that hold for every strategy whatever it answers: warm
 * up, no entry on top of a position, nothing while an order is under way, cooldowns.
 */
export class StrategySlot {
  readonly id: StrategyId;
  readonly instrumentIndex: number;
  readonly answer: Answer;
  readonly run: SkipRunBuilder;
  position: StrategyPosition | undefined = undefined;
  orderPending = false;
  /** Why it is not asked any more. */
  quarantine: string | undefined = undefined;
  evaluationsCount = 0;
  readonly #kind: StrategyKind;
  readonly #settings: StrategySettings;
  readonly #wishIntervalMsMin: number;
  #strategy: Strategy;
  #cleanCandlesCount = 0;
  #gapSeen = false;
  /** Something it depends on changed since it was last asked. */
  #dirty = true;
  #wishedAtMs = Number.NEGATIVE_INFINITY;
  #closedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    kind: StrategyKind,
    settings: StrategySettings,
    instrumentIndex: number,
    wishIntervalMsMin: number,
  ) {
    this.id = settings.id;
    this.instrumentIndex = instrumentIndex;
    this.answer = new Answer(kind.inputs);
    this.run = new SkipRunBuilder(this.answer);
    this.#kind = kind;
    this.#settings = settings;
    this.#wishIntervalMsMin = wishIntervalMsMin;
    this.#strategy = kind.create(settings.parameters, this.answer);
  }

  get candleIntervalMs(): number | undefined {
    return this.#strategy.candleIntervalMs;
  }

  setPosition(atMs: UnixMs, position: StrategyPosition | undefined): void {
    if (this.position !== undefined && position === undefined) this.#closedAtMs = atMs;
    this.position = position;
    this.#dirty = true;
  }

  setOrderPending(pending: boolean): void {
    this.orderPending = pending;
    this.#dirty = true;
  }

  /** A tainted candle is a hole in what the strategy knows: it is made anew and warms up again. */
  onCandle(candle: Candle): void {
    if (candle.tainted) {
      this.#strategy = this.#kind.create(this.#settings.parameters, this.answer);
      // The numbers of the one that is gone would read as if somebody still looked at them.
      this.answer.values.fill(0);
      this.#cleanCandlesCount = 0;
      this.#gapSeen = true;
      return;
    }
    this.#cleanCandlesCount += 1;
    this.#dirty = true;
    this.#strategy.onCandle?.(candle);
  }

  /** Whether it is to be asked at this top of book. */
  isDue(): boolean {
    return this.#dirty || this.#strategy.askedOn !== 'candle';
  }

  /** Asks the strategy and applies the rules. Throws what the strategy throws. */
  ask(view: MarketView): Wish {
    this.#dirty = false;
    const needed = this.#strategy.warmUpCandlesCount ?? 0;
    if (this.#cleanCandlesCount < needed) {
      const code = this.#gapSeen ? 'DATA_GAP' : 'WARMING_UP';
      return this.answer.nothing(code, this.#cleanCandlesCount / needed);
    }
    view.position = this.position;
    view.orderPending = this.orderPending;
    const wish = this.#strategy.onTop(view);
    if (wish.type === 'nothing') return wish;
    const refusal = this.#findRefusal(wish, view.nowMs);
    if (refusal !== undefined) return this.answer.nothing(refusal, 1);
    this.#wishedAtMs = view.nowMs;
    return wish;
  }

  /** Throws when the strategy gives no memory: then there is nothing a replay could begin with. */
  save(): StrategySlotState {
    const { memory } = this.#strategy;
    if (memory === undefined) {
      throw new Error(`strategy ${this.id} gives no memory: replays begin where its process began`);
    }
    return {
      answer: this.answer.save(),
      run: this.run.save(),
      position: this.position ?? null,
      orderPending: this.orderPending,
      quarantine: this.quarantine ?? null,
      evaluationsCount: this.evaluationsCount,
      memory: saveMemory(memory),
      cleanCandlesCount: this.#cleanCandlesCount,
      gapSeen: this.#gapSeen,
      dirty: this.#dirty,
      wishedAtMs: saveNumber(this.#wishedAtMs),
      closedAtMs: saveNumber(this.#closedAtMs),
    };
  }
  load(state: StrategySlotState): void {
    this.answer.load(state.answer);
    this.run.load(state.run);
    this.position = state.position ?? undefined;
    this.orderPending = state.orderPending;
    this.quarantine = state.quarantine ?? undefined;
    this.evaluationsCount = state.evaluationsCount;
    loadMemory(this.#strategy.memory ?? {}, state.memory);
    this.#cleanCandlesCount = state.cleanCandlesCount;
    this.#gapSeen = state.gapSeen;
    this.#dirty = state.dirty;
    this.#wishedAtMs = loadNumber(state.wishedAtMs);
    this.#closedAtMs = loadNumber(state.closedAtMs);
  }

  #findRefusal(wish: Wish, nowMs: UnixMs): ReasonCode | undefined {
    if (this.orderPending) return 'ORDER_PENDING';
    if (wish.type === 'enter') {
      if (this.position !== undefined) return 'POSITION_OPEN';
      if (nowMs - this.#closedAtMs < this.#settings.reentryCooldownMs) return 'COOLDOWN';
    }
    // Nothing to sell: a strategy that always answers `exit` below its line is allowed to.
    if (wish.type === 'exit' && this.position === undefined) return 'NO_SIGNAL';
    return nowMs - this.#wishedAtMs < this.#wishIntervalMsMin ? 'COOLDOWN' : undefined;
  }
}
