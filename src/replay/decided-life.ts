import type { DeskEvent } from '../domain/event.ts';
import { saveDesk } from '../pipeline/checkpoint.ts';
import { encodeCheckpoint } from '../pipeline/checkpoint-text.ts';
import type { Desk } from '../pipeline/desk.ts';
import { handle } from '../pipeline/handle.ts';
import { outcomesOf } from '../store/capture-outcome.ts';
import type { Comparison } from './comparison.ts';
import type { OwnAnswers } from './own-answers.ts';

const NOTHING: readonly string[] = Object.freeze([]);

/** One desk that hears a recorded life, or a part of it, again. */
export class DecidedLife {
  readonly #desk: Desk;
  readonly #comparison: Comparison;
  /** Only for a desk that may decide otherwise. */
  readonly #answers: OwnAnswers | undefined;
  /** Why the desk broke, as the last event told; a record that ends there broke the same way. */
  broken: unknown;

  constructor(desk: Desk, comparison: Comparison, answers: OwnAnswers | undefined) {
    this.#desk = desk;
    this.#comparison = comparison;
    this.#answers = answers;
  }

  hear(file: string, event: DeskEvent): void {
    const answers = this.#answers;
    if (answers === undefined) {
      this.#comparison.close(true);
      this.#handle(file, event);
      return;
    }
    for (let own = answers.takeOwn(event); own !== undefined; own = answers.takeOwn(event)) {
      this.#comparison.close(true);
      this.#handle(file, own);
      if (this.broken !== undefined) return;
    }
    this.#comparison.close(true);
    const adapted = answers.adapt(event);
    if (adapted === undefined) this.#comparison.decided(file, event, NOTHING);
    else this.#handle(file, adapted);
  }

  /** What the recorded process did about the event that was heard last. */
  recorded(text: string): void {
    this.#comparison.recorded(text);
    this.#answers?.noteRecorded(text);
  }

  /** Whether the desk is the recorded one, character for character; else that is a difference. */
  compareDesk(recorded: string): boolean {
    const decided = encodeCheckpoint(saveDesk(this.#desk));
    if (decided === recorded) return true;
    this.#comparison.differs(`checkpoint ${recorded}`, `checkpoint ${decided}`);
    return false;
  }

  #handle(file: string, event: DeskEvent): void {
    try {
      const effects = handle(this.#desk, event);
      const outcomes = effects.length === 0 ? NOTHING : effects.flatMap(outcomesOf);
      this.#answers?.note(effects, event.atMs);
      this.#comparison.decided(file, event, outcomes);
    } catch (error) {
      // The desk is half way through an event: nothing it would decide now means anything.
      this.broken = error;
      this.#comparison.decided(file, event, NOTHING);
    }
  }
}
