import { join } from 'node:path';
import { STAYS_DOWN } from '../domain/exit-code.ts';
import { HaltLatch } from '../store/halt-latch.ts';
import { type LifeParts, SimLife } from './life.ts';
import type { LifeEnd } from './listener.ts';

/** As PM2 is set up: the first restart comes fast, later ones ever more slowly. */
const RESTART_MS_MIN = 200;
const RESTART_MS_MAX = 15_000;
const RESTART_GROWTH = 1.5;
/** A life of this length makes the next restart fast again. */
const GOOD_LIFE_MS = 10_000;
/** From the fork to the first line of our own code. */
const BOOT_MS = 600;
/** So long after the supervisor gave up a person comes and starts the daemon. */
const PERSON_COMES_MS = 60_000;

export interface RunnerParts
  extends Omit<LifeParts, 'number' | 'haltLatch' | 'journalPath' | 'onEnded'> {
  /** Where journal and halt file lie. */
  readonly folder: string;
}

/** The supervisor: one life of the daemon after the other, as long as the night lasts. */
export class DaemonRunner {
  readonly haltLatch: HaltLatch;
  readonly #parts: RunnerParts;
  #life: SimLife | undefined;
  #livesCount = 0;
  #beganAtMs = 0;
  #delayMs = RESTART_MS_MIN;
  #isClosed = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.haltLatch = new HaltLatch(join(parts.folder, 'HALT'));
  }

  get journalPath(): string {
    return join(this.#parts.folder, 'journal.db');
  }

  /** The life that runs now. */
  get life(): SimLife | undefined {
    return this.#life?.isOver === false ? this.#life : undefined;
  }

  get livesCount(): number {
    return this.#livesCount;
  }

  start(): void {
    if (this.#isClosed || this.life !== undefined) return;
    const { clock, listeners } = this.#parts;
    this.#livesCount += 1;
    const number = this.#livesCount;
    this.#beganAtMs = clock.nowMs;
    this.#life = new SimLife({
      ...this.#parts,
      number,
      haltLatch: this.haltLatch,
      journalPath: this.journalPath,
      onEnded: (end) => this.#onEnded(number, end),
    });
    listeners.onLifeBegan(number);
    this.#life.begin();
  }

  /** The night is over: whatever runs is gone, and nothing starts again. */
  close(): void {
    this.#isClosed = true;
    this.life?.kill('the night is over');
  }

  #onEnded(number: number, end: LifeEnd): void {
    const { clock, listeners } = this.#parts;
    listeners.onLifeEnded(number, end);
    if (this.#isClosed) return;
    if (clock.nowMs - this.#beganAtMs >= GOOD_LIFE_MS) this.#delayMs = RESTART_MS_MIN;
    const staysDown = end.exitCode !== undefined && STAYS_DOWN.includes(end.exitCode);
    clock.after(staysDown ? PERSON_COMES_MS : this.#delayMs + BOOT_MS, () => this.start());
    this.#delayMs = Math.min(RESTART_MS_MAX, this.#delayMs * RESTART_GROWTH);
  }
}
