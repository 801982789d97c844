import type { ConnectBudget } from '../domain/connect-budget.ts';
import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import type { UnixMs } from '../domain/units.ts';
import { backoffMs } from './backoff.ts';
import type { FeedContext } from './feed-context.ts';

export interface ReconnectPaceState {
  readonly attempt: number;
  readonly notBeforeMs: ExactNumber;
  readonly isStormTold: boolean;
}

/** When one line may open its next socket: pauses that grow while sockets do not last, and the budget of all lines. */
export class ReconnectPace {
  readonly #context: FeedContext;
  readonly #budget: ConnectBudget;
  #attempt = 0;
  #notBeforeMs = 0;
  #isStormTold = false;

  constructor(context: FeedContext, budget: ConnectBudget) {
    this.#context = context;
    this.#budget = budget;
  }

  /** Whether a socket may be opened now. When it may, it counts as opened. */
  allows(atMs: UnixMs): boolean {
    if (atMs < this.#notBeforeMs) return false;
    if (!this.#budget.hasRoom(atMs, 'market')) {
      if (!this.#isStormTold)
        this.#context.raise('feed.storm', 'error', { attempt: this.#attempt });
      this.#isStormTold = true;
      return false;
    }
    this.#isStormTold = false;
    this.#budget.spend(atMs, 'market');
    return true;
  }

  /** A socket has ended that had been acknowledged for so long. */
  onEnded(livedMs: number, atMs: UnixMs): void {
    const { limits, random } = this.#context;
    if (livedMs >= limits.stableAfterMs) this.#attempt = 0;
    this.#notBeforeMs = atMs + backoffMs(this.#attempt, limits, random);
    this.#attempt += 1;
  }

  /** A socket took over as planned: nothing is wrong. */
  onRotated(): void {
    this.#attempt = 0;
  }

  /** From then on, whatever the pauses were; `Infinity`: never again. */
  openFrom(atMs: number): void {
    this.#notBeforeMs = atMs;
  }

  save(): ReconnectPaceState {
    return {
      attempt: this.#attempt,
      notBeforeMs: saveNumber(this.#notBeforeMs),
      isStormTold: this.#isStormTold,
    };
  }
  load(state: ReconnectPaceState): void {
    this.#attempt = state.attempt;
    this.#notBeforeMs = loadNumber(state.notBeforeMs);
    this.#isStormTold = state.isStormTold;
  }
}
