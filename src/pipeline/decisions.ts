import type {
  CheckResult,
  DataTrust,
  DecisionOutcome,
  DecisionRecord,
  DecisionStage,
  SkipRun,
} from '../domain/decision.ts';
import type { Effect } from '../domain/effect.ts';
import type { DecisionId, StrategyId } from '../domain/ids.ts';
import type { SymbolId, VenueId } from '../domain/instrument.ts';
import type { Order, OrderIntent } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { UnixMs } from '../domain/units.ts';
import type { DeskSetup } from './setup.ts';

/** What a stage tells about itself; the recorder adds sequence and chain. */
export interface StageNote {
  readonly atMs: UnixMs;
  readonly decisionId: DecisionId;
  readonly stage: DecisionStage;
  readonly venue: VenueId;
  readonly symbol: SymbolId;
  readonly strategy: StrategyId | undefined;
  readonly outcome: DecisionOutcome;
  readonly reason: Reason;
  readonly checks?: readonly CheckResult[];
  readonly order?: Order | OrderIntent | undefined;
  readonly venueOrderId?: string | undefined;
  readonly inputs?: Readonly<Record<string, number | string | boolean>>;
  readonly run?: SkipRun | undefined;
}

const NO_CHECKS: readonly CheckResult[] = Object.freeze([]);
const NO_INPUTS: Readonly<Record<string, never>> = Object.freeze({});

/** Makes and numbers the records. */
export class DecisionRecorder {
  readonly #trust: DataTrust;
  #seq = 0;

  constructor(trust: DataTrust) {
    this.#trust = trust;
  }

  static of({ venues }: DeskSetup): DecisionRecorder {
    return new DecisionRecorder(venues[0]?.trust ?? 'generic');
  }

  /** Records made so far. */
  get count(): number {
    return this.#seq;
  }

  save(): number {
    return this.#seq;
  }

  load(seq: number): void {
    this.#seq = seq;
  }

  record(note: StageNote): Effect {
    this.#seq += 1;
    const intent = note.order === undefined ? undefined : intentOf(note.order);
    const record: DecisionRecord = {
      atMs: note.atMs,
      seq: this.#seq,
      decisionId: note.decisionId,
      stage: note.stage,
      venue: note.venue,
      symbol: note.symbol,
      strategy: note.strategy,
      outcome: note.outcome,
      reason: note.reason,
      checks: note.checks ?? NO_CHECKS,
      clientOrderId: intent?.clientOrderId,
      venueOrderId: note.venueOrderId,
      dataTrust: this.#trust,
      inputs: note.inputs ?? NO_INPUTS,
      run: note.run,
    };
    return { type: 'recordDecision', record };
  }
}

function intentOf(order: Order | OrderIntent): OrderIntent {
  return 'intent' in order ? order.intent : order;
}
