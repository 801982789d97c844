import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { Instrument, SymbolId } from '../domain/instrument.ts';
import type { UnixMs } from '../domain/units.ts';
import { backoffMs, type DeskState } from './desk-state.ts';
import type { StepBuilder } from './execution-step.ts';
import type { AnswerFacts } from './venue-facts.ts';

interface Chase {
  readonly instrument: Instrument;
  readonly startedAtMs: number;
  nextAtMs: number;
  isAsked: boolean;
  fromTradeId: number | undefined;
  triesCount: number;
  isTold: boolean;
}

/** The searches under way, by symbol. */
export type FillChaserState = BoundedState<readonly [SymbolId, Readonly<Chase>]>;

/** A person is told when counted fills cannot be found for so long. */
const TELL_AFTER_MS = 60_000;

/** Fetches fills that a report counted and no event brought, until what is booked equals what is counted. */
export class FillChaser {
  readonly #state: DeskState;
  readonly #chases = new BoundedMap<SymbolId, Chase>('fill_chases', 1_000, 'refuse');

  constructor(state: DeskState) {
    this.#state = state;
  }

  onTick(atMs: UnixMs, step: StepBuilder): void {
    for (const tracked of this.#state.registry.live()) {
      if (tracked.isSettled || this.#chases.has(tracked.symbol)) continue;
      this.#chases.set(tracked.symbol, {
        instrument: tracked.order.intent.instrument,
        startedAtMs: atMs,
        // Mostly the account socket brings them within milliseconds.
        nextAtMs: atMs + this.#state.limits.fillsGraceMs,
        isAsked: false,
        fromTradeId: undefined,
        triesCount: 0,
        isTold: false,
      });
    }
    for (const [symbol, chase] of [...this.#chases.entries()]) {
      if (!this.#owesFills(symbol)) {
        if (!chase.isAsked) this.#chases.delete(symbol);
        continue;
      }
      this.#tell(chase, atMs, step);
      if (!chase.isAsked && atMs >= chase.nextAtMs) this.#ask(chase, atMs, step);
    }
  }

  /** The answer has been booked already. */
  onAnswer(symbol: SymbolId, facts: AnswerFacts, atMs: UnixMs): void {
    const chase = this.#chases.get(symbol);
    if (chase === undefined) return;
    chase.isAsked = false;
    if (!this.#owesFills(symbol)) {
      this.#chases.delete(symbol);
      return;
    }
    const fills = facts.fills ?? [];
    const last = fills.at(-1);
    const isFullPage = fills.length >= this.#state.limits.fillsPageCount;
    if (isFullPage && last !== undefined && Number.isSafeInteger(Number(last.tradeId))) {
      chase.fromTradeId = Number(last.tradeId) + 1;
      chase.nextAtMs = atMs;
      return;
    }
    chase.fromTradeId = undefined;
    chase.triesCount += 1;
    chase.nextAtMs = atMs + backoffMs(this.#state.limits, chase.triesCount);
  }

  collections(): readonly CollectionSize[] {
    return [this.#chases];
  }

  save(): FillChaserState {
    return this.#chases.saveEach((chase) => ({ ...chase }));
  }

  load(state: FillChaserState): void {
    this.#chases.loadEach(state, (chase) => ({ ...chase, fromTradeId: chase.fromTradeId }));
  }

  #ask(chase: Chase, atMs: UnixMs, step: StepBuilder): void {
    const { instrument } = chase;
    const { symbol } = instrument;
    const fromTradeId = chase.fromTradeId ?? this.#state.fillsFrom(symbol);
    const requestId = this.#state.questions.ask(
      { type: 'chase', symbol },
      { type: 'fillsFrom', instrument, fromTradeId },
      atMs,
      step,
    );
    chase.isAsked = requestId !== undefined;
  }

  #tell(chase: Chase, atMs: number, step: StepBuilder): void {
    if (chase.isTold || atMs - chase.startedAtMs < TELL_AFTER_MS) return;
    chase.isTold = true;
    step.fault('position.mismatch', 'error', {
      symbol: chase.instrument.symbol,
      cause: 'the venue counted fills that it does not list',
      missingMs: atMs - chase.startedAtMs,
    });
  }

  #owesFills(symbol: SymbolId): boolean {
    return this.#state.registry
      .live()
      .some((tracked) => tracked.symbol === symbol && !tracked.isSettled);
  }
}
