import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { WireEntry } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { UnbookedMoney } from './unbooked-money.ts';

const BACK_MS_MAX = 30_000;
/** Starts before this one may have used up the weight of the minute: less is left than a start needs. */
const WEIGHT_SHARE_MAX = 0.5;
const MINUTE_MS = 60_000;
/** A kill is a fault that is over so soon after the next start. */
const KILL_MS = 2_000;

/**
 * After a crash with nothing else wrong the new start trades within thirty seconds, the lease wait of the
 * settings aside. A start that a halt, a person or too many starts hold back proves nothing, nor does one
 * in the middle of which something goes wrong, or that finds the weight of its minute used up by those before it.
 */
class QuickReturn implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #allowedMs: number;
  readonly #unbooked: UnbookedMoney;
  readonly #weightMax: number;
  /** Of the requests of the last minute: true time of arrival, and weight. */
  readonly #arrived: (readonly [atMs: number, weight: number])[] = [];
  #beganAtMs: number | undefined;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L8', night);
    this.#unbooked = new UnbookedMoney(night);
    this.#weightMax = night.setup.execution.weightPerMinuteMax * WEIGHT_SHARE_MAX;
    this.#allowedMs = BACK_MS_MAX + night.setup.execution.leaseWaitMs;
  }

  onLifeBegan(_life: number, atMs: number): void {
    this.#forget(atMs);
    const weight = this.#arrived.reduce((sum, [, each]) => sum + each, 0);
    this.#beganAtMs = weight > this.#weightMax ? undefined : atMs;
  }

  onArrived({ weight }: WireEntry, atMs: number): void {
    this.#arrived.push([atMs, weight]);
    this.#forget(atMs);
  }

  #forget(atMs: number): void {
    while (atMs - (this.#arrived[0]?.[0] ?? atMs) > MINUTE_MS) this.#arrived.shift();
  }

  onLifeEnded(): void {
    this.#beganAtMs = undefined;
  }

  onHappening(happening: MarketHappening): void {
    this.#unbooked.onHappening(happening);
  }

  onDurable(rows: readonly JournalRow[]): void {
    this.#unbooked.onDurable(rows);
  }

  onEvent(event: DeskEvent): void {
    this.#unbooked.onEvent(event);
    if (event.type === 'operatorSpoke') this.#beganAtMs = undefined;
    if (event.type !== 'started') return;
    const { crashLoopStarts } = this.#night.setup.recovery;
    if (event.clean || event.recentStartsCount >= crashLoopStarts) this.#beganAtMs = undefined;
  }

  onFaultBegan(): void {
    this.#beganAtMs = undefined;
  }

  onSecond(atMs: number): void {
    const beganAtMs = this.#beganAtMs;
    if (beganAtMs === undefined) return;
    const { daemon, faults } = this.#night;
    const mode = daemon.life?.desk.mode;
    const hasCompany = faults.active.length > 0 && atMs - beganAtMs > KILL_MS;
    const isWord = mode?.actor === 'operator' && mode.mode !== 'ACTIVE';
    const isHeld = mode?.mode === 'HALTED' || isWord;
    if (hasCompany || isHeld) this.#beganAtMs = undefined;
    else if (mode?.mode === 'ACTIVE' || atMs - beganAtMs > this.#allowedMs) {
      this.#beganAtMs = undefined;
      this.tally.check(
        mode?.mode === 'ACTIVE',
        () =>
          `${Math.round(atMs - beganAtMs)} ms after its start the daemon is ` +
          `${mode?.mode ?? 'down'} (${mode?.cause ?? ''}), allowed are ${this.#allowedMs} ms to ACTIVE; ` +
          this.#unbooked.tell(),
      );
    }
  }
}

export const quickReturn: CheckerKind = {
  id: 'L8',
  claim:
    'after a crash with nothing else wrong the daemon trades within thirty seconds and the lease wait',
  make: (night) => new QuickReturn(night),
};
