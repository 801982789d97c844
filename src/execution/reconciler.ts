import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import { clientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderReport } from '../domain/order.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { VenueQuestion } from '../domain/venue.ts';
import { backoffMs, type DeskState } from './desk-state.ts';
import type { ReconcileScope, StepBuilder } from './execution-step.ts';
import { type AnswerFacts, findUnexplained } from './venue-facts.ts';

/** One question of a session. It is asked until it is answered. */
interface Task {
  question: VenueQuestion;
  isAsked: boolean;
  askedAtMs: number;
  nextAtMs: number;
  failuresCount: number;
}

interface Session {
  readonly number: number;
  readonly scope: ReconcileScope;
  readonly startedAtMs: number;
  readonly tasks: BoundedMap<string, Task>;
  /** Comparisons that disagreed and count. */
  mismatchesCount: number;
  /** Comparisons that disagreed while orders were moving: they prove nothing. */
  excusedCount: number;
}

type TaskState = Readonly<Omit<Task, 'nextAtMs'>> & { readonly nextAtMs: ExactNumber };

export interface ReconcilerState {
  readonly session?:
    | (Omit<Session, 'tasks'> & { readonly tasks: BoundedState<readonly [string, TaskState]> })
    | undefined;
  readonly sessionsCount: number;
  readonly isProven: boolean;
  readonly differs: boolean;
  readonly nextLightAtMs: number;
  readonly nextFullAtMs: number;
}

const ACCOUNT = 'account';
const OPEN_ORDERS = 'openOrders';
/** So many comparisons are excused before a mismatch counts even in a busy market: 20 x 3 s is a minute. */
const EXCUSED_MAX = 20;

/**
 * Asks the venue for everything and takes in what was missed: working orders, every order of ours
 * that has not ended, own trades, and last the account, whose balances somebody above compares.
 * What the venue tells is adopted; nothing is ever traded to make books agree.
 */
export class Reconciler {
  readonly #state: DeskState;
  #session: Session | undefined;
  #sessionsCount = 0;
  #isProven = false;
  #differs = false;
  #nextLightAtMs = 0;
  #nextFullAtMs = 0;

  constructor(state: DeskState) {
    this.#state = state;
  }

  /** The last `start` or `gap` is through, and balances have not differed since. */
  get isProven(): boolean {
    return this.#isProven && !this.#differs;
  }

  start(scope: ReconcileScope, atMs: UnixMs): void {
    const running = this.#session;
    const closesGate = scope === 'start' || scope === 'gap';
    if (running !== undefined && !closesGate) return;
    // A gap during the start begins the start again: what was answered before it may be old.
    const isStart = running?.scope === 'start';
    if (closesGate) this.#isProven = false;
    this.#begin(isStart ? 'start' : scope, atMs);
  }

  onTick(atMs: UnixMs, step: StepBuilder): void {
    this.#beginPeriodic(atMs);
    const session = this.#session;
    if (session === undefined) return;
    for (const [name, task] of session.tasks.entries()) {
      if (!task.isAsked && atMs >= task.nextAtMs) this.#ask(session, name, task, atMs, step);
    }
  }

  /** An answer to a task. What it told of orders and fills has been taken in already. */
  onAnswer(
    sessionNumber: number,
    name: string,
    facts: AnswerFacts,
    atMs: UnixMs,
    step: StepBuilder,
  ) {
    const session = this.#session;
    const task = session?.tasks.get(name);
    if (session === undefined || session.number !== sessionNumber || task === undefined) return;
    task.isAsked = false;
    if (facts.outcome === 'failed') {
      task.failuresCount += 1;
      task.nextAtMs = atMs + backoffMs(this.#state.limits, task.failuresCount);
      return;
    }
    if (facts.account !== undefined) {
      task.nextAtMs = Number.POSITIVE_INFINITY; // until the comparison says what is next
      step.balancesToCompare = facts.account;
      return;
    }
    // `unlisted`: with the symbol the venue has forgotten the order or the trades, so asking on would only
    // keep the other symbols waiting. An order stays what it is; a fill we missed shows in the balances.
    if (this.#turnPage(task, facts, atMs)) return;
    session.tasks.delete(name);
    if (task.question.type === 'fillsFrom') this.#askWhose(session, task.question.instrument, atMs);
    if (facts.openOrders !== undefined) this.#askForMissing(session, facts.openOrders, task, atMs);
    if (session.tasks.size === 0) this.#onTasksDone(session, atMs, step);
    else this.onTick(atMs, step);
  }

  onBalancesCompared(agree: boolean, atMs: UnixMs, step: StepBuilder): void {
    const session = this.#session;
    if (session?.tasks.get(ACCOUNT)?.nextAtMs !== Number.POSITIVE_INFINITY) return;
    const { limits, lastActivityAtMs } = this.#state;
    session.tasks.delete(ACCOUNT);
    if (agree) {
      this.#differs = false;
      this.#finish(session, atMs, step);
      return;
    }
    const isMoving = atMs - lastActivityAtMs < limits.reconcileAgeMsMin;
    if (isMoving && session.excusedCount < EXCUSED_MAX) session.excusedCount += 1;
    else session.mismatchesCount += 1;
    if (session.mismatchesCount === 2) {
      this.#differs = true;
      step.fault('position.mismatch', 'error', {
        venue: this.#state.setup.venue,
        scope: session.scope,
        comparedCount: session.mismatchesCount + session.excusedCount,
      });
      step.findings.push({ type: 'balancesDiffer' });
    }
    const isConfirmed = session.mismatchesCount >= 2;
    const delayMs = isConfirmed ? limits.reconcileLightEveryMs : limits.mismatchConfirmMs;
    this.#addTasks(session, atMs + delayMs);
  }

  collections(): readonly CollectionSize[] {
    return this.#session === undefined ? [] : [this.#session.tasks];
  }

  save(): ReconcilerState {
    const session = this.#session;
    return {
      session: session && {
        ...session,
        tasks: session.tasks.saveEach((task) => ({
          ...task,
          nextAtMs: saveNumber(task.nextAtMs),
        })),
      },
      sessionsCount: this.#sessionsCount,
      isProven: this.#isProven,
      differs: this.#differs,
      nextLightAtMs: this.#nextLightAtMs,
      nextFullAtMs: this.#nextFullAtMs,
    };
  }

  load(state: ReconcilerState): void {
    const { session } = state;
    this.#session = session && { ...session, tasks: newTasks() };
    if (session !== undefined) {
      this.#session?.tasks.loadEach(session.tasks, (task) => ({
        ...task,
        nextAtMs: loadNumber(task.nextAtMs),
      }));
    }
    this.#sessionsCount = state.sessionsCount;
    this.#isProven = state.isProven;
    this.#differs = state.differs;
    this.#nextLightAtMs = state.nextLightAtMs;
    this.#nextFullAtMs = state.nextFullAtMs;
  }

  #beginPeriodic(atMs: UnixMs): void {
    if (this.#session !== undefined || !this.#isProven) return;
    if (atMs >= this.#nextFullAtMs) this.#begin('full', atMs);
    else if (atMs >= this.#nextLightAtMs) {
      this.#nextLightAtMs = atMs + this.#state.limits.reconcileLightEveryMs;
      const hasWork =
        this.#state.registry.liveCount > 0 || this.#state.externals.working().length > 0;
      if (hasWork) this.#begin('light', atMs);
    }
  }

  #begin(scope: ReconcileScope, atMs: UnixMs): void {
    this.#sessionsCount += 1;
    this.#session = {
      number: this.#sessionsCount,
      scope,
      startedAtMs: atMs,
      tasks: newTasks(),
      mismatchesCount: 0,
      excusedCount: 0,
    };
    this.#addTasks(this.#session, atMs);
  }

  #addTasks(session: Session, nextAtMs: number): void {
    addTask(session, OPEN_ORDERS, { type: 'openOrders' }, nextAtMs);
    if (session.scope === 'light') return;
    for (const instrument of this.#state.instruments) {
      const fromTradeId = this.#state.fillsFrom(instrument.symbol);
      const question: VenueQuestion = { type: 'fillsFrom', instrument, fromTradeId };
      addTask(session, `fills ${instrument.symbol}`, question, nextAtMs);
    }
    if (session.scope === 'full') return;
    for (const tracked of this.#state.registry.live()) {
      if (!tracked.hasEnded) addTask(session, tracked.id, this.#questionFor(tracked.id), nextAtMs);
    }
  }

  /**
   * Trades that no known order explains: the venue's list of orders says under which ids they were made. A
   * request that was repeated on its way makes a second order with an id of ours, of which a list of trades says nothing.
   */
  #askWhose(session: Session, instrument: Instrument, atMs: UnixMs): void {
    const fill = findUnexplained(this.#state, instrument, unixMs(0));
    if (fill === undefined) return;
    const sinceMs = unixMs(Math.max(0, fill.tradedAtMs - this.#state.limits.absentLookbackMs));
    addTask(
      session,
      `orders ${instrument.symbol}`,
      { type: 'ordersSince', instrument, sinceMs },
      atMs,
    );
  }

  /** Orders that we believe to be working and the venue does not list: each is asked for by itself. */
  #askForMissing(
    session: Session,
    listed: readonly OrderReport[],
    asked: Task,
    atMs: number,
  ): void {
    const ids = new Set(listed.map((report) => report.clientOrderId));
    const { reconcileAgeMsMin } = this.#state.limits;
    for (const tracked of this.#state.registry.live()) {
      const { type } = tracked.order.state;
      if (type !== 'ACCEPTED' && type !== 'PARTIALLY_FILLED') continue;
      const isYoung = asked.askedAtMs - tracked.order.updatedAtMs < reconcileAgeMsMin;
      if (ids.has(tracked.id) || isYoung) continue;
      if (!session.tasks.has(tracked.id)) {
        addTask(session, tracked.id, this.#questionFor(tracked.id), atMs);
      }
    }
  }

  #questionFor(id: string): VenueQuestion {
    const tracked = this.#state.registry.find(clientOrderId(id));
    if (tracked === undefined) return { type: 'openOrders' };
    const { instrument, clientOrderId: known } = tracked.order.intent;
    return { type: 'orderByClientId', instrument, clientOrderId: known };
  }

  #ask(session: Session, name: string, task: Task, atMs: UnixMs, step: StepBuilder): void {
    const purpose = { type: 'reconcile', session: session.number, task: name } as const;
    const requestId = this.#state.questions.ask(purpose, task.question, atMs, step);
    if (requestId === undefined) return; // no budget now: the next tick tries again
    task.isAsked = true;
    task.askedAtMs = atMs;
  }

  /** A full page of own trades may have more behind it. Says whether the task goes on. */
  #turnPage(task: Task, facts: AnswerFacts, atMs: number): boolean {
    const last = facts.fills?.at(-1);
    if (task.question.type !== 'fillsFrom' || last === undefined) return false;
    if ((facts.fills?.length ?? 0) < this.#state.limits.fillsPageCount) return false;
    const fromTradeId = Number(last.tradeId) + 1;
    if (fromTradeId === task.question.fromTradeId || !Number.isSafeInteger(fromTradeId))
      return false;
    task.question = { ...task.question, fromTradeId };
    task.nextAtMs = atMs;
    return true;
  }

  #onTasksDone(session: Session, atMs: UnixMs, step: StepBuilder): void {
    if (session.scope === 'light') {
      this.#finish(session, atMs, step);
      return;
    }
    // Last, so that every fill it may contain has been asked for before.
    addTask(session, ACCOUNT, { type: 'account' }, atMs);
    this.onTick(atMs, step);
  }

  #finish(session: Session, atMs: UnixMs, step: StepBuilder): void {
    const { limits, setup } = this.#state;
    this.#session = undefined;
    this.#nextLightAtMs = atMs + limits.reconcileLightEveryMs;
    if (session.scope === 'light') return;
    this.#nextFullAtMs = atMs + limits.reconcileFullEveryMs;
    if (session.scope !== 'full') {
      this.#isProven = true;
      step.log('orders.reconciled', 'orders, fills and balances agree with the venue', {
        venue: setup.venue,
        scope: session.scope,
        tookMs: atMs - session.startedAtMs,
      });
    }
    step.findings.push({ type: 'reconciled', scope: session.scope });
  }
}

function newTasks(): BoundedMap<string, Task> {
  return new BoundedMap('reconcile_tasks', 2_000, 'refuse');
}

function addTask(session: Session, name: string, question: VenueQuestion, nextAtMs: number): void {
  session.tasks.set(name, { question, isAsked: false, askedAtMs: 0, nextAtMs, failuresCount: 0 });
}
