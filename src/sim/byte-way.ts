import type { SimClock } from './clock.ts';

/** What got no acknowledgement is sent again after this, then after twice as long, and so on. */
const REPEATED_AFTER_MS = 250;
const REPEATED_AFTER_MS_MAX = 32_000;
/** The venue gives up whom it does not hear for so long, and forgets the connection. */
const GIVEN_UP_AFTER_MS = 60_000;

export interface ByteWayParts {
  readonly clock: SimClock;
  /** Whether nothing comes through at the moment. */
  readonly isBlocked: () => boolean;
  /** Whether anybody still listens at the other end. */
  readonly isOver: () => boolean;
  /** The first sign behind a blockade that was too long is that nobody knows the connection. */
  readonly onGivenUp: () => void;
}

/**
 * One direction of a connection. A stream of bytes keeps its order and loses nothing: what a blocked way holds
 * back comes later, all at once, or the connection ends.
 */
export class ByteWay {
  readonly #parts: ByteWayParts;
  #lastAtMs = 0;
  #held: (() => void)[] = [];
  #heldSinceMs: number | undefined;

  constructor(parts: ByteWayParts) {
    this.#parts = parts;
  }

  /** `arrived` is called behind all that was sent before, `afterMs` from now at the earliest. */
  send(afterMs: number, arrived: () => void): void {
    const { clock, isOver } = this.#parts;
    this.#lastAtMs = Math.max(this.#lastAtMs, clock.nowMs + afterMs);
    clock.after(this.#lastAtMs - clock.nowMs, () => {
      if (!isOver()) this.#take(arrived);
    });
  }

  #take(arrived: () => void): void {
    const { clock, isBlocked } = this.#parts;
    if (this.#heldSinceMs === undefined) {
      if (!isBlocked()) {
        arrived();
        return;
      }
      this.#heldSinceMs = clock.nowMs;
      this.#repeatAfter(REPEATED_AFTER_MS);
    }
    if (!this.#isGivenUp()) this.#held.push(arrived);
  }

  #repeatAfter(ms: number): void {
    const { clock, isBlocked, isOver, onGivenUp } = this.#parts;
    clock.after(ms, () => {
      if (isOver()) {
        this.#held = [];
        return;
      }
      if (isBlocked()) {
        this.#repeatAfter(Math.min(2 * ms, REPEATED_AFTER_MS_MAX));
        return;
      }
      const held = this.#held;
      const isGivenUp = this.#isGivenUp();
      this.#held = [];
      this.#heldSinceMs = undefined;
      if (isGivenUp) onGivenUp();
      else for (const arrived of held) if (!isOver()) arrived();
    });
  }

  #isGivenUp(): boolean {
    const { clock } = this.#parts;
    return clock.nowMs - (this.#heldSinceMs ?? clock.nowMs) > GIVEN_UP_AFTER_MS;
  }
}
