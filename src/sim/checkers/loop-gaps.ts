import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';

/** The daemon looks at its clock ten times a second; a second more than that is a sleep. */
const GAP_MS_MAX = 1_100;

/** Whether the daemon has slept, or was blocked, and has not asked since what it owns. */
export class LoopGaps {
  #lookedAtMs = 0;
  #gap: { readonly atMs: number; readonly lengthMs: number } | undefined;
  readonly #askedSince = new Set<number>();

  onLifeBegan(atMs: number): void {
    this.#lookedAtMs = atMs;
    this.#gap = undefined;
    this.#askedSince.clear();
  }

  onEvent(event: DeskEvent, atMs: number): void {
    const lengthMs = atMs - this.#lookedAtMs;
    if (lengthMs > GAP_MS_MAX) {
      this.#gap = { atMs, lengthMs };
      this.#askedSince.clear();
      this.#lookedAtMs = atMs;
    }
    if (event.type === 'timerFired') this.#lookedAtMs = atMs;
    else if (event.type === 'venueAnswered' && this.#askedSince.has(event.requestId)) {
      const isAnswer = event.answer.type === 'http' && event.answer.status === 200;
      if (isAnswer) this.#gap = undefined;
    }
  }

  onEffect(effect: Effect, atMs: number): void {
    if (this.#gap === undefined || effect.type !== 'askVenue' || atMs < this.#gap.atMs) return;
    if (effect.question.type === 'account') this.#askedSince.add(effect.requestId);
  }

  /** In words; `undefined`: none, or it is made good. */
  find(atMs: number): string | undefined {
    if (this.#gap === undefined) return undefined;
    const { lengthMs, atMs: gapAtMs } = this.#gap;
    return `a sleep of ${Math.round(lengthMs)} ms that ended ${Math.round(atMs - gapAtMs)} ms before`;
  }
}
