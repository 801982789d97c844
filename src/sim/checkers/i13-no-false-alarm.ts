import type { Effect } from '../../domain/effect.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';
import { QuietSpell } from '../quiet-spell.ts';

/** After a fault its consequences are no false alarm: bans, latches, ten minutes of unproven orders. */
const AFTERMATH_MS = 900_000;
const MINUTE_MS = 60_000;

/**
 * While nothing is wrong nobody is woken. Faults of severity `error` stand for what wakes a person, since
 * there are no alarms yet. Judged from the beginning of a night to its first fault, and again once
 * nothing has been wrong for a quarter of an hour; each such minute is one check.
 */
class NoFalseAlarm implements Checker {
  readonly tally: Tally;
  readonly #quiet: QuietSpell;
  #hasHadFault = false;
  /** Orders that a fault made unproven. They must be told as long as they stay so (L1), and a person may have to end that. */
  readonly #unproven = new Set<string>();
  #minuteEndsAtMs: number;
  /** Told in the minute that runs. */
  #told: string[] = [];

  constructor(night: SimNight) {
    this.tally = new Tally('I13', night);
    this.#quiet = new QuietSpell(night.startMs);
    this.#minuteEndsAtMs = night.startMs + MINUTE_MS;
  }

  onFaultBegan(): void {
    this.#quiet.faultBegan();
    this.#hasHadFault = true;
  }

  onFaultEnded(_fault: unknown, atMs: number): void {
    this.#quiet.faultEnded(atMs);
  }

  onDurable(rows: readonly JournalRow[], atMs: number): void {
    if (this.#isPeaceful(atMs)) return;
    for (const row of rows) {
      if (row.type === 'unknown' || row.type === 'dead') this.#unproven.add(row.clientOrderId);
    }
  }

  onEffect(effect: Effect, atMs: number): void {
    if (effect.type !== 'raiseFault' || effect.severity !== 'error') return;
    if (this.#unproven.has(String(effect.detail['clientOrderId']))) return;
    if (this.#isPeaceful(atMs)) {
      this.#told.push(`${effect.fault} ${JSON.stringify(effect.detail)}`);
    }
  }

  onSecond(atMs: number): void {
    if (atMs < this.#minuteEndsAtMs) return;
    this.#minuteEndsAtMs = atMs + MINUTE_MS;
    const told = this.#told;
    this.#told = [];
    if (told.length === 0 && !this.#isPeaceful(atMs)) return;
    this.tally.check(
      told.length === 0,
      () => `${told.length} errors told while nothing was wrong, expected 0: ${told.join('; ')}`,
    );
  }

  #isPeaceful(atMs: number): boolean {
    return !this.#hasHadFault || this.#quiet.lastsMs(atMs) >= AFTERMATH_MS;
  }
}

export const noFalseAlarm: CheckerKind = {
  id: 'I13',
  claim: 'while nothing is wrong nobody is woken: no fault of severity error is told',
  make: (night) => new NoFalseAlarm(night),
};
