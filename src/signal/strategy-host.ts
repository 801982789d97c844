import { InvariantBroken } from '../domain/assert.ts';
import type { SkipRun } from '../domain/decision.ts';
import type { StrategyId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Candle } from '../domain/market.ts';
import { inPairs } from '../domain/pairs.ts';
import type { Reason } from '../domain/reason.ts';
import type { UnixMs } from '../domain/units.ts';
import type { MarketView } from './market-view.ts';
import { findStrategyKind } from './registry.ts';
import type { SignalSettings } from './settings.ts';
import type { Enter, Exit, Nothing, StrategyKind, StrategyPosition } from './strategy.ts';
import { StrategySlot, type StrategySlotState } from './strategy-slot.ts';

/** Who hears what the strategies said. Called during `evaluate`, `onCandle` and `flush`. */
export interface SignalSink {
  /** A strategy wants an order. Sizing, risk and the rest are not its business. */
  onWish(strategy: StrategyId, instrumentIndex: number, wish: Enter | Exit): void;
  /** A run of equal skips ended: one decision record. */
  onSkipRunClosed(
    strategy: StrategyId,
    instrumentIndex: number,
    reason: Reason,
    run: SkipRun,
  ): void;
  /** It threw and will not be asked again. Its position stays with the generic exits. */
  onQuarantined(strategy: StrategyId, instrumentIndex: number, text: string): void;
}

/** `evaluationsCount` is `wishesCount` plus the counts of all skip runs, closed or not. */
export interface SignalCounts {
  readonly evaluationsCount: number;
  readonly wishesCount: number;
  readonly skipsCount: number;
  readonly skipRunsClosedCount: number;
  readonly quarantinedCount: number;
}

/** How one strategy on one symbol is doing, for the dashboard and `why-not`. */
export interface SlotStatus {
  readonly strategy: StrategyId;
  readonly instrumentIndex: number;
  readonly evaluationsCount: number;
  readonly quarantine: string | undefined;
  readonly lastReason: Reason;
  readonly lastInputs: Readonly<Record<string, number>>;
}

export interface StrategyHostState {
  /** In the host's own order: by instrument, then by the settings. */
  readonly slots: readonly StrategySlotState[];
  readonly evaluationsCount: number;
  readonly wishesCount: number;
  readonly skipRunsClosedCount: number;
  readonly quarantinedCount: number;
}

/** Runs the strategies of a desk. It never sends: it says what they wish and why they do not. */
export class StrategyHost {
  readonly #skipRunMsMax: number;
  readonly #slots: readonly StrategySlot[];
  /** Slots by `Instrument.index`, in the order of the settings. */
  readonly #byInstrument: readonly (readonly StrategySlot[])[];
  #evaluationsCount = 0;
  #wishesCount = 0;
  #skipRunsClosedCount = 0;
  #quarantinedCount = 0;

  /** Throws on settings that `config/` would have refused. `findKind` is for tests and plug-ins. */
  constructor(
    settings: SignalSettings,
    instruments: readonly Instrument[],
    findKind: (kind: string) => StrategyKind | undefined = findStrategyKind,
  ) {
    this.#skipRunMsMax = settings.skipRunMsMax;
    const byInstrument: StrategySlot[][] = [];
    for (const instrument of instruments) byInstrument[instrument.index] = [];
    for (const strategy of settings.strategies) {
      if (!strategy.enabled) continue;
      const kind = findKind(strategy.kind);
      if (kind === undefined) throw new InvariantBroken(`no strategy kind ${strategy.kind}`);
      for (const instrument of instruments) {
        if (!strategy.symbols.includes(instrument.symbol)) continue;
        const slot = new StrategySlot(kind, strategy, instrument.index, settings.wishIntervalMsMin);
        byInstrument[instrument.index]?.push(slot);
      }
    }
    this.#byInstrument = byInstrument;
    this.#slots = byInstrument.flat();
  }

  get counts(): SignalCounts {
    return {
      evaluationsCount: this.#evaluationsCount,
      wishesCount: this.#wishesCount,
      skipsCount: this.#evaluationsCount - this.#wishesCount,
      skipRunsClosedCount: this.#skipRunsClosedCount,
      quarantinedCount: this.#quarantinedCount,
    };
  }

  /** Candle intervals that strategies of this instrument want, each once: for the candle builder. */
  candleIntervalsMs(instrumentIndex: number): readonly number[] {
    const intervals = this.#slotsOf(instrumentIndex).map((slot) => slot.candleIntervalMs);
    return [...new Set(intervals.filter((interval) => interval !== undefined))];
  }

  /** Tells a strategy what it holds. Call it whenever that changes. */
  setPosition(
    strategy: StrategyId,
    instrumentIndex: number,
    atMs: UnixMs,
    position: StrategyPosition | undefined,
  ): void {
    this.#find(strategy, instrumentIndex)?.setPosition(atMs, position);
  }

  /** Tells a strategy that an order of it is under way, until it has ended or its outcome is proven. */
  setOrderPending(strategy: StrategyId, instrumentIndex: number, pending: boolean): void {
    this.#find(strategy, instrumentIndex)?.setOrderPending(pending);
  }

  /** A closed candle, of any interval: each strategy hears those of its own. */
  onCandle(instrumentIndex: number, candle: Candle, sink: SignalSink): void {
    for (const slot of this.#slotsOf(instrumentIndex)) {
      if (slot.quarantine !== undefined || slot.candleIntervalMs !== candle.intervalMs) continue;
      try {
        slot.onCandle(candle);
      } catch (error) {
        this.#quarantine(slot, error, sink);
      }
    }
  }

  /** Asks the strategies of this instrument. Hot path: at each change of the top of the book. */
  evaluate(instrumentIndex: number, view: MarketView, sink: SignalSink): void {
    const slots = this.#slotsOf(instrumentIndex);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot?.isDue()) this.#evaluateSlot(slot, view, sink);
    }
  }

  /** Closes runs that are old enough. Call it on each tick, so that a quiet symbol is told too. */
  flush(nowMs: UnixMs, sink: SignalSink): void {
    for (const slot of this.#slots) {
      const { run } = slot;
      if (run.count > 0 && nowMs - run.firstAtMs >= this.#skipRunMsMax) this.#closeRun(slot, sink);
    }
  }

  /** Closes every run: at the stop. */
  flushAll(sink: SignalSink): void {
    for (const slot of this.#slots) if (slot.run.count > 0) this.#closeRun(slot, sink);
  }

  /** Every strategy on every symbol. */
  describe(): readonly SlotStatus[] {
    return this.#slots.map((slot) => ({
      strategy: slot.id,
      instrumentIndex: slot.instrumentIndex,
      evaluationsCount: slot.evaluationsCount,
      quarantine: slot.quarantine,
      lastReason: slot.run.reason,
      lastInputs: slot.answer.toRecord(),
    }));
  }

  /** Throws, with the strategy's name, when one gives no memory. */
  save(): StrategyHostState {
    return {
      slots: this.#slots.map((slot) => slot.save()),
      evaluationsCount: this.#evaluationsCount,
      wishesCount: this.#wishesCount,
      skipRunsClosedCount: this.#skipRunsClosedCount,
      quarantinedCount: this.#quarantinedCount,
    };
  }
  /** On a host of the same settings and instruments. */
  load(state: StrategyHostState): void {
    for (const [slot, saved] of inPairs(this.#slots, state.slots)) slot.load(saved);
    this.#evaluationsCount = state.evaluationsCount;
    this.#wishesCount = state.wishesCount;
    this.#skipRunsClosedCount = state.skipRunsClosedCount;
    this.#quarantinedCount = state.quarantinedCount;
  }

  #evaluateSlot(slot: StrategySlot, view: MarketView, sink: SignalSink): void {
    this.#evaluationsCount += 1;
    slot.evaluationsCount += 1;
    const wish = slot.quarantine === undefined ? this.#ask(slot, view, sink) : undefined;
    if (wish === undefined) {
      this.#skip(slot, view.nowMs, slot.answer.nothing('STRATEGY_QUARANTINED', 0), sink);
    } else if (wish.type === 'nothing') {
      this.#skip(slot, view.nowMs, wish, sink);
    } else {
      this.#wishesCount += 1;
      // Told first, so that the records of one strategy are in the order of time.
      if (slot.run.count > 0) this.#closeRun(slot, sink);
      sink.onWish(slot.id, slot.instrumentIndex, wish);
    }
  }

  /** What the strategy wishes; `undefined` when it threw: then it is in quarantine. */
  #ask(slot: StrategySlot, view: MarketView, sink: SignalSink) {
    try {
      return slot.ask(view);
    } catch (error) {
      // A strategy is a guest: what it throws is its own end, not the desk's.
      this.#quarantine(slot, error, sink);
      return undefined;
    }
  }

  #skip(slot: StrategySlot, nowMs: UnixMs, nothing: Nothing, sink: SignalSink): void {
    const { run } = slot;
    const isOver = nowMs - run.firstAtMs >= this.#skipRunMsMax;
    if (run.count > 0 && (isOver || run.reason.code !== nothing.reason.code)) {
      this.#closeRun(slot, sink);
    }
    run.add(nowMs, nothing.reason, nothing.nearness);
  }

  #closeRun(slot: StrategySlot, sink: SignalSink): void {
    const { reason } = slot.run;
    this.#skipRunsClosedCount += 1;
    sink.onSkipRunClosed(slot.id, slot.instrumentIndex, reason, slot.run.close());
  }

  #quarantine(slot: StrategySlot, error: unknown, sink: SignalSink): void {
    slot.quarantine = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#quarantinedCount += 1;
    sink.onQuarantined(slot.id, slot.instrumentIndex, slot.quarantine);
  }

  #slotsOf(instrumentIndex: number): readonly StrategySlot[] {
    const slots = this.#byInstrument[instrumentIndex];
    if (slots === undefined) throw new InvariantBroken(`no instrument ${instrumentIndex}`);
    return slots;
  }

  #find(strategy: StrategyId, instrumentIndex: number): StrategySlot | undefined {
    return this.#slotsOf(instrumentIndex).find((slot) => slot.id === strategy);
  }
}
