import type { DeskEvent } from '../../domain/event.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { MarketHappening } from '../../matching/happening.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { LifeEnd } from '../listener.ts';
import type { SimNight } from '../night.ts';
import { QuietSpell } from '../quiet-spell.ts';
import { stayAwayMs } from '../stay-away.ts';
import { HaltReasons } from './halt-reasons.ts';
import { UnbookedMoney } from './unbooked-money.ts';

const BACK_MS_MAX = 120_000;
/** A quiet market has a pause now and then: each symbol was fresh once within this time around the deadline. */
const FRESH_WITHIN_MS = 15_000;

/**
 * Two minutes after the last fault, the last word of a person and the end of a time for which the venue
 * wanted us away, the daemon trades again, unless a person must speak first, and every symbol has been fresh.
 * A person must speak after a halt: so a halt is entered only for what deserves to wake one.
 */
class ComesBack implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #quiet: QuietSpell;
  readonly #halts: HaltReasons;
  readonly #unbooked: UnbookedMoney;
  /** Why the last one ended. */
  #endCause = 'never started';
  /** By symbol: true time at which it was fresh last, in the daemon's own eyes. */
  readonly #freshAtMs = new Map<string, number>();
  #isJudged = false;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('L2', night);
    this.#quiet = new QuietSpell(night.startMs);
    this.#halts = new HaltReasons(night);
    this.#unbooked = new UnbookedMoney(night);
  }

  onFaultBegan(): void {
    this.#quiet.faultBegan();
    this.#isJudged = false;
  }

  onFaultEnded(_fault: unknown, atMs: number): void {
    this.#quiet.faultEnded(atMs);
    this.#isJudged = false;
  }

  onHappening(happening: MarketHappening): void {
    this.#halts.onHappening(happening);
    this.#unbooked.onHappening(happening);
  }

  onLifeEnded(_life: number, end: LifeEnd): void {
    this.#halts.onLifeEnded(end);
    this.#endCause = end.cause;
  }

  onDurable(rows: readonly JournalRow[]): void {
    this.#unbooked.onDurable(rows);
    for (const wrong of this.#halts.onDurable(rows)) {
      this.tally.check(wrong === undefined, () => wrong ?? '');
    }
  }

  onEvent(event: DeskEvent, atMs: number): void {
    this.#unbooked.onEvent(event);
    const wrong = this.#halts.onEvent(event);
    if (wrong !== undefined) this.tally.check(false, () => wrong);
    const awayMs = stayAwayMs(event);
    if (event.type !== 'operatorSpoke' && awayMs === 0) return;
    this.#quiet.disturbed(atMs + awayMs);
    this.#isJudged = false;
  }

  onSecond(atMs: number): void {
    const quietMs = this.#quiet.lastsMs(atMs);
    if (this.#isJudged || quietMs < BACK_MS_MAX - FRESH_WITHIN_MS) return;
    this.#lookAtSymbols(atMs);
    if (quietMs < BACK_MS_MAX) return;
    this.#isJudged = true;
    this.#judge(atMs);
  }

  #lookAtSymbols(atMs: number): void {
    const { life } = this.#night.daemon;
    if (life === undefined) return;
    for (const { feed, instruments } of life.desk.venues) {
      for (const { index, symbol } of instruments) {
        const { fresh } = feed.assessFreshness(index, life.nowMs());
        if (fresh) this.#freshAtMs.set(symbol, atMs);
      }
    }
  }

  /** The calm part is long enough for everything to be proven, whatever went wrong before it. */
  finish(isSettled: boolean): void {
    const { desk } = this.#night.daemon.life ?? {};
    this.tally.check(
      isSettled,
      () =>
        'at the end orders are open or unproven, or the account does not agree; ' +
        `the daemon is ${desk === undefined ? this.#tellDown() : `${desk.phase} and ${desk.mode.mode}`}; ` +
        this.#unbooked.tell(),
    );
  }

  #judge(atMs: number): void {
    const { daemon, setup } = this.#night;
    const { life } = daemon;
    const { mode, cause } = life?.desk.mode ?? {};
    // A halt and a person's word last until a person speaks.
    const isLatched = mode === 'HALTED' || mode === this.#halts.askedMode;
    const isBack = life?.desk.phase === 'running' && (mode === 'ACTIVE' || isLatched);
    this.tally.check(
      isBack,
      () =>
        `${BACK_MS_MAX} ms after anything was wrong the daemon is ` +
        `${life === undefined ? this.#tellDown() : `${life.desk.phase} and ${mode} (${cause})`}, ` +
        `expected is ACTIVE; ${this.#unbooked.tell()}`,
    );
    // Told already, and nothing is fresh to a daemon that is down.
    if (life === undefined) return;
    for (const symbol of setup.venues.flatMap(({ symbols }) => symbols)) {
      const freshAtMs = this.#freshAtMs.get(symbol) ?? Number.NEGATIVE_INFINITY;
      this.tally.check(
        atMs - freshAtMs <= FRESH_WITHIN_MS,
        () =>
          `${symbol} was fresh ${Math.round(atMs - freshAtMs)} ms ago, ${BACK_MS_MAX} ms after ` +
          `anything was wrong; allowed are ${FRESH_WITHIN_MS} ms`,
      );
    }
  }

  #tellDown(): string {
    return `down (${this.#endCause})`;
  }
}

export const comesBack: CheckerKind = {
  id: 'L2',
  claim:
    'two minutes after the last fault the daemon trades again, unless a person must speak first, and every symbol is fresh; it halts only for what a person must see',
  make: (night) => new ComesBack(night),
};
