import { FAULT_TOLD_EVERY_MS } from '../domain/fault.ts';
import type { Loss } from './capture-loss.ts';

export interface OutageListener {
  failed(text: string): void;
  recovered(text: string): void;
}

/** After the first try, which is made at once; each further wait is twice as long. */
const WAIT_MS_MIN = 1_000;
const WAIT_MS_MAX = 60_000;

/**
 * A time in which the capture cannot be written: when to try again, and who is told. All moments are
 * on the clock of the events.
 */
export class CaptureOutage {
  readonly #listener: OutageListener;
  #isOn = false;
  #cause = '';
  #waitMs = 0;
  #retryAtMs = 0;
  #toldAtMs = 0;

  constructor(listener: OutageListener) {
    this.#listener = listener;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  mayTry(atMs: number): boolean {
    return !this.#isOn || atMs >= this.#retryAtMs;
  }

  /** Something failed, for the first time or again. */
  failed(cause: string, atMs: number): void {
    this.#cause = cause;
    if (this.#isOn) {
      this.#waitMs = Math.min(Math.max(this.#waitMs * 2, WAIT_MS_MIN), WAIT_MS_MAX);
    } else {
      this.#isOn = true;
      this.#waitMs = 0;
      this.#toldAtMs = atMs;
      this.#listener.failed(`capture: ${cause}`);
    }
    this.#retryAtMs = atMs + this.#waitMs;
  }

  /** Events were lost while it lasts. */
  goesOn(atMs: number, missing: Loss): void {
    if (atMs - this.#toldAtMs < FAULT_TOLD_EVERY_MS) return;
    this.#toldAtMs = atMs;
    this.#listener.failed(`capture: still not written, ${tellLoss(missing)}: ${this.#cause}`);
  }

  /** Writing works again, in this file. */
  ended(path: string, missing: Loss): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#listener.recovered(`capture: written again to ${path}, ${tellLoss(missing)}`);
  }

  /** The last try was made. */
  close(missing: Loss): void {
    if (missing.eventsCount === 0) return;
    const loss = tellLoss(missing);
    this.#listener.failed(`capture: at the end ${loss}, and no file says so: ${this.#cause}`);
  }
}

function tellLoss({ eventsCount, bytes }: Loss): string {
  return eventsCount === 0
    ? 'nothing is missing'
    : `${eventsCount} events of ${bytes} bytes are missing`;
}
