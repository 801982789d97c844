import { BoundedMap, type BoundedState, type CollectionSize } from '../domain/bounded.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { SymbolId, VenueId } from '../domain/instrument.ts';
import type { VenueQuestion } from '../domain/venue.ts';
import type { StepBuilder } from './execution-step.ts';
import type { RequestLimiter } from './request-limiter.ts';

/** Why a question was asked: who waits for the answer. */
export type Purpose =
  /** The search for an unproven order. */
  | { readonly type: 'resolve'; readonly clientOrderId: ClientOrderId }
  /** A task of the running reconciliation. */
  | { readonly type: 'reconcile'; readonly session: number; readonly task: string }
  /** Fills that were counted and not delivered. */
  | { readonly type: 'chase'; readonly symbol: SymbolId }
  /** Just to know, about one order: after a cancel that said little. */
  | { readonly type: 'inquire'; readonly clientOrderId: ClientOrderId };

export interface PendingQuestion {
  readonly requestId: number;
  readonly purpose: Purpose;
  readonly question: VenueQuestion;
  readonly askedAtMs: number;
}

/** The questions under way, oldest first. */
export type QuestionsState = BoundedState<readonly [number, PendingQuestion]>;

/** What became of a question. */
export type QuestionOutcome = 'answered' | 'notFound' | 'unlisted' | 'failed';

/** The questions under way. Each is asked within the budget and answered, or given up after a time. */
export class Questions {
  readonly #pending = new BoundedMap<number, PendingQuestion>('questions', 2_000, 'refuse');
  readonly #venue: VenueId;
  readonly #limiter: RequestLimiter;
  readonly #nextRequestId: () => number;

  constructor(venue: VenueId, limiter: RequestLimiter, nextRequestId: () => number) {
    this.#venue = venue;
    this.#limiter = limiter;
    this.#nextRequestId = nextRequestId;
  }

  /** Asks now, if the budget allows; else `undefined`, and the asker tries again at a later tick. */
  ask(
    purpose: Purpose,
    question: VenueQuestion,
    atMs: number,
    step: StepBuilder,
  ): number | undefined {
    const isUrgent = purpose.type === 'resolve' || purpose.type === 'inquire';
    if (this.#pending.isFull) return undefined;
    if (!this.#limiter.takeQuestion(question, isUrgent, atMs)) return undefined;
    const requestId = this.#nextRequestId();
    this.#pending.set(requestId, { requestId, purpose, question, askedAtMs: atMs });
    step.effects.push({ type: 'askVenue', venue: this.#venue, requestId, question });
    return requestId;
  }

  has(requestId: number): boolean {
    return this.#pending.has(requestId);
  }

  /** Ends the wait for an answer; `undefined` when nobody waits any more. */
  take(requestId: number): PendingQuestion | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    return pending;
  }

  /** Ends the wait for all questions older than `timeoutMs`. */
  takeOverdue(atMs: number, timeoutMs: number): readonly PendingQuestion[] {
    const overdue: PendingQuestion[] = [];
    for (const pending of this.#pending.values()) {
      if (atMs - pending.askedAtMs > timeoutMs) overdue.push(pending);
    }
    for (const { requestId } of overdue) this.#pending.delete(requestId);
    return overdue;
  }

  collections(): readonly CollectionSize[] {
    return [this.#pending];
  }

  save(): QuestionsState {
    return this.#pending.save();
  }

  load(state: QuestionsState): void {
    this.#pending.load(state);
  }
}
