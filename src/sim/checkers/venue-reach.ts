import type { DeskEvent } from '../../domain/event.ts';
import type { PlannedFault } from '../fault.ts';
import type { SimNight } from '../night.ts';
import { stayAwayMs } from '../stay-away.ts';

/** Since when the venue could be asked: by a daemon that lives, no fault in between, and not told to stay away. */
export class VenueReach {
  /** True time of the last second in which it could not. */
  sinceMs: number;
  readonly #night: SimNight;
  readonly #hides: (fault: PlannedFault) => boolean;
  #awayUntilMs = 0;

  /** While a fault lasts that `hides` the venue, it may be out of reach. */
  constructor(night: SimNight, hides: (fault: PlannedFault) => boolean) {
    this.#night = night;
    this.#hides = hides;
    this.sinceMs = night.startMs;
  }

  onLifeBegan(atMs: number): void {
    this.sinceMs = atMs;
    this.#awayUntilMs = 0;
  }

  onEvent(event: DeskEvent, atMs: number): void {
    this.#awayUntilMs = Math.max(this.#awayUntilMs, atMs + stayAwayMs(event));
  }

  /** `isHidden`: what else keeps from the daemon what the venue knows. */
  onSecond(atMs: number, isHidden = false): void {
    const { daemon, faults } = this.#night;
    const isInReach =
      !isHidden &&
      daemon.life !== undefined &&
      atMs >= this.#awayUntilMs &&
      !faults.active.some(this.#hides);
    if (!isInReach) this.sinceMs = atMs;
  }
}
