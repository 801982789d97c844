import { BoundedList } from '../../domain/bounded.ts';

const LOOK_EVERY_MS = 200;
const CHANGES_MAX = 10_000;

/** Nobody answered: killed, starting, or standing still. */
export const NO_ANSWER = 'no answer';

export interface ModeChange {
  readonly atMs: number;
  readonly mode: string;
}

/** Looks at the daemon's mode a few times a second, as somebody outside sees it: a dead process tells nothing. */
export class ModeWatch {
  readonly #ask: () => Promise<string>;
  readonly #nowMs: () => number;
  readonly #changes = new BoundedList<ModeChange>('rehearse.modes', CHANGES_MAX, 'dropOldest');
  readonly #timer: NodeJS.Timeout;
  #isAsking = false;

  /** Looks from now on. `ask` throws when nobody answers. */
  constructor(ask: () => Promise<string>, nowMs: () => number) {
    this.#ask = ask;
    this.#nowMs = nowMs;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  get changes(): readonly ModeChange[] {
    return [...this.#changes];
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const atMs = this.#nowMs();
    const mode = await this.#ask().catch(() => NO_ANSWER);
    this.#isAsking = false;
    if (mode !== this.#changes.at(-1)?.mode) this.#changes.push({ atMs, mode });
  }
}
