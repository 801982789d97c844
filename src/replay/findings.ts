import { basename } from 'node:path';
import { BoundedList } from '../domain/bounded.ts';
import type { Uncompared } from './replay-report.ts';

interface Running {
  readonly file: string;
  readonly why: string;
  eventsCount: number;
  decisionsCount: number;
  rowsCount: number;
}

const NOTHING_YET = { eventsCount: 0, decisionsCount: 0, rowsCount: 0 };
/** Of each kind; a folder full of damage has said enough with these. */
const TOLD_MAX = 100;

/** All that a replay says beside the comparison. Of equal texts the first is kept. */
export class Findings {
  readonly #damages = new BoundedList<string>('replay.damages', TOLD_MAX, 'dropOldest');
  readonly #notes = new BoundedList<string>('replay.notes', TOLD_MAX, 'dropOldest');
  readonly #stretches = new BoundedList<Uncompared>('replay.uncompared', TOLD_MAX, 'dropOldest');
  #running: Running | undefined;

  get damages(): readonly string[] {
    return [...this.#damages];
  }
  get notes(): readonly string[] {
    return [...this.#notes];
  }
  get uncompared(): readonly Uncompared[] {
    return [...this.#stretches];
  }

  damaged(text: string): void {
    if (!this.damages.includes(text)) this.#damages.push(text);
  }

  noted(text: string): void {
    if (!this.notes.includes(text)) this.#notes.push(text);
  }

  /** From here on nothing is compared, until `comparedAgain`. `lostCount`: records known to be missing. */
  stopped(file: string, why: string, lostCount: number): void {
    this.comparedAgain();
    this.#running = { ...NOTHING_YET, file: basename(file), why, eventsCount: lostCount };
  }

  /** An event that was not decided again. */
  skipped(file: string): void {
    this.#open(file).eventsCount += 1;
  }

  /** A recorded outcome that was compared with nothing. */
  skippedOutcome(file: string, text: string): void {
    const running = this.#open(file);
    if (text.startsWith('decision ')) running.decisionsCount += 1;
    else if (text.startsWith('row ')) running.rowsCount += 1;
  }

  comparedAgain(): void {
    if (this.#running !== undefined) this.#stretches.push(this.#running);
    this.#running = undefined;
  }

  #open(file: string): Running {
    this.#running ??= { ...NOTHING_YET, file: basename(file), why: NO_START };
    return this.#running;
  }
}

const NO_START = 'it begins in the middle of a life and has no checkpoint';
