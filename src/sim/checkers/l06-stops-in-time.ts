import type { DeskEvent } from '../../domain/event.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { LifeEnd } from '../listener.ts';
import type { SimNight } from '../night.ts';

const STOP_MS_MAX = 10_000;
/** The daemon looks at its deadlines each tenth of a second. */
const TICK_MS = 100;

/**
 * Asked to stop, the daemon is gone within ten seconds, by itself, with exit code 0. A process that a
 * fault of the night kills meanwhile, or that gets no processor, proves nothing.
 */
class StopsInTime implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  #askedAtMs: number | undefined;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L6', night);
  }

  onLifeBegan(): void {
    this.#askedAtMs = undefined;
  }

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type === 'stopRequested') this.#askedAtMs ??= atMs;
  }

  onLifeEnded(_life: number, { exitCode, cause }: LifeEnd, atMs: number): void {
    const askedAtMs = this.#askedAtMs;
    this.#askedAtMs = undefined;
    if (askedAtMs === undefined || exitCode === undefined || this.#isDiskBroken()) return;
    this.tally.check(
      exitCode === 0,
      () => `asked to stop, the daemon ended with exit code ${exitCode}, expected is 0: ${cause}`,
    );
    this.#checkTime(atMs - askedAtMs);
  }

  onSecond(atMs: number): void {
    const askedAtMs = this.#askedAtMs;
    if (askedAtMs === undefined || atMs - askedAtMs <= STOP_MS_MAX + TICK_MS) return;
    this.#askedAtMs = undefined;
    if (!this.#isBreathless()) this.#checkTime(atMs - askedAtMs);
  }

  #checkTime(tookMs: number): void {
    this.tally.check(
      tookMs <= STOP_MS_MAX + TICK_MS,
      () => `the stop took ${Math.round(tookMs)} ms, allowed are ${STOP_MS_MAX} ms`,
    );
  }

  #isDiskBroken(): boolean {
    return this.#hasActive('disk');
  }

  /** Blocked, stopped or asleep, or its disk takes its time. */
  #isBreathless(): boolean {
    return this.#hasActive('process') || this.#hasActive('disk');
  }

  #hasActive(family: 'process' | 'disk'): boolean {
    const { faults } = this.#night;
    return faults.active.some((fault) => faults.familyOf(fault) === family);
  }
}

export const stopsInTime: CheckerKind = {
  id: 'L6',
  claim: 'asked to stop, the daemon is gone within ten seconds, with exit code 0',
  make: (night) => new StopsInTime(night),
};
