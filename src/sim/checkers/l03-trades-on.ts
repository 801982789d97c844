import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { WireEntry } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { QuietSpell } from '../quiet-spell.ts';
import { DayUsedUp } from './day-used-up.ts';
import { UnbookedMoney } from './unbooked-money.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
/** A daemon that has just come back is not yet the healthy one that this is about. */
const HEALTHY_AFTER_MS = 120_000;

/**
 * A healthy daemon trades: of each hour in which nothing was wrong and the mode was ACTIVE, put together
 * from as many pieces as it takes, at least one order reaches the venue. A day whose limits are used up
 * has nothing to trade with.
 */
class TradesOn implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #quiet: QuietSpell;
  readonly #day: DayUsedUp;
  readonly #unbooked: UnbookedMoney;
  /** At the last look. */
  #isHealthy = false;
  #healthyMs = 0;
  #arrivedCount = 0;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L3', night);
    this.#quiet = new QuietSpell(night.startMs);
    this.#day = new DayUsedUp(night.setup.risk);
    this.#unbooked = new UnbookedMoney(night);
  }

  onFaultBegan(): void {
    this.#quiet.faultBegan();
  }

  onFaultEnded(_fault: unknown, atMs: number): void {
    this.#quiet.faultEnded(atMs);
  }

  onHappening(happening: MarketHappening): void {
    this.#unbooked.onHappening(happening);
  }

  onEvent(event: DeskEvent): void {
    this.#unbooked.onEvent(event);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    this.#unbooked.onDurable(rows);
    this.#day.onDurable(rows, atMs);
  }

  onArrived({ request }: WireEntry): void {
    if (this.#isHealthy && request.kind === 'place') this.#arrivedCount += 1;
  }

  onSecond(atMs: number): void {
    const isActive = this.#night.daemon.life?.desk.mode.mode === 'ACTIVE';
    this.#isHealthy =
      isActive && !this.#day.isUsedUp && this.#quiet.lastsMs(atMs) >= HEALTHY_AFTER_MS;
    if (!this.#isHealthy) return;
    this.#healthyMs += SECOND_MS;
    if (this.#healthyMs < HOUR_MS) return;
    const count = this.#arrivedCount;
    this.#healthyMs = 0;
    this.#arrivedCount = 0;
    this.tally.check(
      count >= 1,
      () =>
        `${count} orders reached the venue in a healthy hour, expected at least 1; ` +
        this.#unbooked.tell(),
    );
  }
}

export const tradesOn: CheckerKind = {
  id: 'L3',
  claim: 'at least one order reaches the venue in each hour in which the daemon is healthy',
  make: (night) => new TradesOn(night),
};
