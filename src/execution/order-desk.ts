import { InvariantBroken, invariant } from '../domain/assert.ts';
import type { CollectionSize } from '../domain/bounded.ts';
import type { CheckResult } from '../domain/decision.ts';
import type { ClientOrderId, DecisionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import type {
  Approved,
  OrderClass,
  OrderIntent,
  OrderReport,
  ReportSource,
  SendableOrder,
} from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { AnswerHealth, VenueAnswer, VenueQuestion } from '../domain/venue.ts';
import { takeHealth, tellTrouble } from './answer-trouble.ts';
import { cancelOn, onCancelAnswer, wantCancel } from './canceler.ts';
import { formatClientId, formatDecisionId } from './client-id.ts';
import { DeskState, type OrderDeskSetup, type SharedDeskState } from './desk-state.ts';
import { type ExecutionStep, type ReconcileScope, StepBuilder } from './execution-step.ts';
import { FillChaser, type FillChaserState } from './fill-chaser.ts';
import { giveUpWaiting, takeOrderAnswer } from './order-answer.ts';
import { placeOnce, sendOrVoid } from './order-sending.ts';
import { OrderView } from './order-view.ts';
import type { OrderWish } from './order-wish.ts';
import type { PendingQuestion } from './questions.ts';
import { Reconciler, type ReconcilerState } from './reconciler.ts';
import { addOrder, replayRows, settleCrashed } from './restore-orders.ts';
import type { TrackedOrder } from './tracked-order.ts';
import { onSearchAnswer, onSearchBalances, searchOn } from './unknown-resolver.ts';
import {
  type AnswerFacts,
  dismissUnclaimed,
  GAVE_UP,
  takeAnswer,
  takeReport,
} from './venue-facts.ts';

export type { ExecutionCounters, OrderDeskSetup } from './desk-state.ts';

/** What a checkpoint keeps of all orders at one venue. */
export interface OrderDeskState {
  readonly shared: SharedDeskState;
  readonly reconciler: ReconcilerState;
  readonly chaser: FillChaserState;
  readonly sequence: number;
  readonly decisionsCount: number;
  readonly restoredAtMs?: number | undefined;
  readonly comparingFor?: PendingQuestion['purpose'] | undefined;
}

/** Everything about our orders at one venue: their life, what became of them, and the proof of it. */
export class OrderDesk extends OrderView {
  readonly setup: OrderDeskSetup;
  readonly #state: DeskState;
  readonly #reconciler: Reconciler;
  readonly #chaser: FillChaser;
  #sequence = 0;
  #decisionsCount = 0;
  #restoredAtMs: number | undefined;
  /** Who waits for the comparison of balances of the last step. */
  #comparingFor: PendingQuestion['purpose'] | undefined;

  constructor(setup: OrderDeskSetup) {
    const state = new DeskState(setup);
    super(state);
    this.setup = setup;
    this.#state = state;
    this.#reconciler = new Reconciler(this.#state);
    this.#chaser = new FillChaser(this.#state);
  }

  /** Rebuilds everything from the journal's rows, oldest first. Once, before anything else. */
  restore(rows: readonly JournalRow[], atMs: UnixMs): ExecutionStep {
    invariant(this.#restoredAtMs === undefined, 'orders are restored once');
    this.#restoredAtMs = atMs;
    const step = new StepBuilder();
    this.#sequence = replayRows(this.#state, rows).sequence;
    settleCrashed(this.#state, atMs, step);
    return step.finish();
  }

  /** An id for a new chain of decision records. */
  nextDecisionId(): DecisionId {
    this.#decisionsCount += 1;
    return formatDecisionId(this.setup.epoch, this.#decisionsCount);
  }

  /** A wish with its client order id: what the risk gate looks at. Only the id is used up. */
  prepare(wish: OrderWish, atMs: UnixMs): OrderIntent {
    this.#sequence += 1;
    const { venue, environment, accountTag, epoch } = this.setup;
    const parts = { environment, accountTag, epoch, sequence: this.#sequence };
    return {
      ...wish,
      clientOrderId: formatClientId(parts),
      venue,
      symbol: wish.instrument.symbol,
      type: 'LIMIT',
      createdAtMs: atMs,
    };
  }

  /** INITIALIZED, and the effect `persistIntent`. Throws when the id was used before. */
  open(intent: Approved<OrderIntent>, checks: readonly CheckResult[], atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    const { order } = addOrder(this.#state, intent, atMs);
    const reason: Reason = { code: 'INTENT_APPROVED' };
    step.changes.push({ order, from: undefined, to: 'INITIALIZED', reason, source: undefined });
    step.effects.push({ type: 'persistIntent', order: intent, checks, atMs });
    return step.finish();
  }

  /**
   * The journal has the intent. With `guard` (the re-check at send said no) or too old: VOID. Else
   * SUBMITTED, and the effect `persistSubmitted`. `venueNowMs` is our estimate of the venue clock.
   */
  onIntentDurable(
    order: SendableOrder,
    guard: Reason | undefined,
    atMs: UnixMs,
    venueNowMs: UnixMs,
  ): ExecutionStep {
    const step = new StepBuilder();
    sendOrVoid(this.#state, this.#get(order.clientOrderId), order, guard, atMs, venueNowMs, step);
    return step.finish();
  }

  /** The journal has that it leaves: the one effect `placeOrder` this order will ever have. */
  onSubmittedDurable(order: SendableOrder, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    placeOnce(this.#state, this.#get(order.clientOrderId), order, atMs, step);
    return step.finish();
  }

  /** The event `orderAnswered`. */
  onOrderAnswer(id: ClientOrderId, answer: VenueAnswer, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    tellTrouble(this.#state, answer, atMs, step);
    const tracked = this.#find(id);
    if (tracked === undefined) return step.finish();
    invariant(tracked.isPlaced, `an answer to ${id}, which was never placed`);
    this.#state.lastActivityAtMs = atMs;
    takeOrderAnswer(this.#state, tracked, answer, atMs, step);
    return step.finish();
  }

  /** An order as the venue describes it, from the account socket (`userStream`). */
  onReport(report: OrderReport, source: ReportSource, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    takeReport(this.#state, report, source, atMs, step);
    return step.finish();
  }

  /** The event `cancelAnswered`. */
  onCancelAnswer(id: ClientOrderId, answer: VenueAnswer, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    tellTrouble(this.#state, answer, atMs, step);
    const tracked = this.#find(id);
    if (tracked !== undefined) onCancelAnswer(this.#state, tracked, answer, atMs, step);
    return step.finish();
  }

  /** Whether this desk waits for the answer. */
  owns(requestId: number): boolean {
    return this.#state.questions.has(requestId);
  }

  /** The event `venueAnswered`, when `owns` says that the question was ours. */
  onVenueAnswer(
    requestId: number,
    question: VenueQuestion,
    answer: VenueAnswer,
    atMs: UnixMs,
  ): ExecutionStep {
    const step = new StepBuilder();
    tellTrouble(this.#state, answer, atMs, step, question.type !== 'serverTime');
    const pending = this.#state.questions.take(requestId);
    const facts = takeAnswer(this.#state, question, answer, atMs, step);
    if (pending === undefined) this.#state.counters.strayAnswers += 1;
    else this.#route(pending, facts, atMs, step);
    return step.finish();
  }

  /** The answer to `balancesToCompare`: whether the account equals the portfolio, all fills booked. */
  onBalancesCompared(agree: boolean, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    const purpose = this.#comparingFor;
    this.#comparingFor = undefined;
    if (purpose?.type === 'reconcile') this.#reconciler.onBalancesCompared(agree, atMs, step);
    const tracked = purpose?.type === 'resolve' ? this.#find(purpose.clientOrderId) : undefined;
    if (tracked !== undefined) onSearchBalances(this.#state, tracked, agree, atMs, step);
    return step.finish();
  }

  /** At least four times a second. All that is due: unproven orders, questions, cancels, reconciliation. */
  onTick(atMs: UnixMs, venueNowMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    const { questions, registry, limits } = this.#state;
    for (const overdue of questions.takeOverdue(atMs, limits.questionTimeoutMs)) {
      this.#route(overdue, GAVE_UP, atMs, step);
    }
    for (const tracked of registry.live()) {
      giveUpWaiting(this.#state, tracked, atMs, step);
      searchOn(this.#state, tracked, atMs, venueNowMs, step);
      cancelOn(this.#state, tracked, atMs, step);
    }
    this.#watchStream(atMs, step);
    this.#chaser.onTick(atMs, step);
    dismissUnclaimed(this.#state, atMs, step);
    this.#reconciler.onTick(atMs, step);
    return step.finish();
  }

  /** Asks the venue to cancel, until the order has ended. Nothing happens for one that has. */
  requestCancel(id: ClientOrderId, reason: Reason, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    const tracked = this.#find(id);
    if (tracked !== undefined) wantCancel(this.#state, tracked, reason, atMs, step);
    return step.finish();
  }

  /** `requestCancel` for all orders under way of these classes. */
  cancelAll(classes: readonly OrderClass[], reason: Reason, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    for (const tracked of this.#state.registry.live()) {
      if (!classes.includes(tracked.order.intent.class)) continue;
      wantCancel(this.#state, tracked, reason, atMs, step);
    }
    return step.finish();
  }

  /** Asks the venue for everything. `start` and `gap` close `isReconciled` until they are through. */
  startReconciliation(scope: ReconcileScope, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    this.#reconciler.start(scope, atMs);
    this.#reconciler.onTick(atMs, step);
    return step.finish();
  }

  /** What somebody else was told: to a question that is not ours (depth, time), to a subscription. Bans count for all. */
  onHealth(health: AnswerHealth, usedWeight: number | undefined, atMs: UnixMs): ExecutionStep {
    const step = new StepBuilder();
    takeHealth(this.#state, health, usedWeight, atMs, step);
    return step.finish();
  }

  /** How we stand with the venue, for the account stream: a subscription is a request, too. */
  get standing(): DeskState['limiter'] {
    return this.#state.limiter;
  }

  /** Counts a question of somebody else against the shared budget; `false`: not now. */
  mayAsk(question: VenueQuestion, atMs: UnixMs): boolean {
    return this.#state.limiter.takeQuestion(question, false, atMs);
  }

  /** New grids and filters. */
  useInstruments(instruments: readonly Instrument[]): void {
    this.#state.instruments = instruments;
  }

  /** What we believe is proven: the last `start` or `gap` is through and balances did not differ since. */
  isReconciled(): boolean {
    return this.#reconciler.isProven;
  }
  /** No entry leaves before this: the last request of a dead twin has surfaced by then. */
  leaseWaitEndMs(): UnixMs {
    return unixMs((this.#restoredAtMs ?? 0) + this.setup.limits.leaseWaitMs);
  }
  /** An operator lets all latched pairs go. */
  releaseRefusals(): void {
    this.#state.refusals.releaseAll();
  }
  override collections(): readonly CollectionSize[] {
    return [
      ...super.collections(),
      ...this.#reconciler.collections(),
      ...this.#chaser.collections(),
    ];
  }

  save(): OrderDeskState {
    return {
      shared: this.#state.save(),
      reconciler: this.#reconciler.save(),
      chaser: this.#chaser.save(),
      sequence: this.#sequence,
      decisionsCount: this.#decisionsCount,
      restoredAtMs: this.#restoredAtMs,
      comparingFor: this.#comparingFor,
    };
  }

  load(state: OrderDeskState): void {
    this.#state.load(state.shared);
    this.#reconciler.load(state.reconciler);
    this.#chaser.load(state.chaser);
    this.#sequence = state.sequence;
    this.#decisionsCount = state.decisionsCount;
    this.#restoredAtMs = state.restoredAtMs;
    this.#comparingFor = state.comparingFor;
  }

  #route(pending: PendingQuestion, facts: AnswerFacts, atMs: UnixMs, step: StepBuilder): void {
    const { purpose, question, askedAtMs } = pending;
    switch (purpose.type) {
      case 'resolve': {
        const tracked = this.#state.registry.find(purpose.clientOrderId);
        if (tracked === undefined) break;
        onSearchAnswer(this.#state, tracked, question, facts, askedAtMs, atMs, step);
        break;
      }
      case 'reconcile':
        this.#reconciler.onAnswer(purpose.session, purpose.task, facts, atMs, step);
        break;
      case 'chase':
        this.#chaser.onAnswer(purpose.symbol, facts, atMs);
        break;
      case 'inquire':
        break;
    }
    if (step.balancesToCompare !== undefined) this.#comparingFor = purpose;
  }

  #watchStream(atMs: UnixMs, step: StepBuilder): void {
    for (const [id, sinceMs] of this.#state.awaitingStream.entries()) {
      if (atMs - sinceMs < this.setup.limits.streamProofMs) return; // oldest first
      this.#state.awaitingStream.delete(id);
      const order = this.findOrder(id);
      if (order !== undefined) step.findings.push({ type: 'streamSilent', order });
    }
  }

  /** An order that must be here: its intent was opened. */
  #get(id: ClientOrderId): TrackedOrder {
    const tracked = this.#state.registry.find(id);
    if (tracked === undefined) throw new InvariantBroken(`${id} was never opened`);
    return tracked;
  }

  /** An order somebody tells about; one long done may be forgotten, which is counted. */
  #find(id: ClientOrderId): TrackedOrder | undefined {
    const tracked = this.#state.registry.find(id);
    if (tracked === undefined) this.#state.counters.strayAnswers += 1;
    return tracked;
  }
}
