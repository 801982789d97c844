import type { DecisionRecord } from '../../domain/decision.ts';
import type { Effect } from '../../domain/effect.ts';
import type { DeskEvent } from '../../domain/event.ts';
import type { DecisionId, StrategyId } from '../../domain/ids.ts';
import type { JournalRow } from '../../domain/journal-row.ts';
import type { Checker, CheckerKind } from '../checker.ts';
import { Tally } from '../checker.ts';
import type { SimNight } from '../night.ts';

/** Evaluations that end alike are told together; a run of them is closed by the next look at the clock. */
const TICK_MS = 100;
const SLEEP_MS = 1_000;
const HASH = /^[0-9a-f]{16}$/;
/** Which stages an order must have behind it when its intent is written. */
const BEFORE_INTENT = ['market', 'risk'] as const;
const CHAINS_KEPT = 5_000;
/** Counts are looked at so often; runs are closed ten times as often. */
const LOOK_EVERY_S = 30;

interface Told {
  /** Evaluations that the records so far account for. */
  count: number;
  /** What the host had counted at earlier looks, oldest first. */
  readonly counted: { readonly atMs: number; readonly count: number }[];
}

/**
 * Every evaluation of a strategy stands in exactly one record, with its reason: the counts of the
 * records add up to what the host of the strategies says it asked, in each life anew. And a reason of the
 * gate is the first of its questions that was answered with no.
 */
class InactionExplained implements Checker {
  readonly tally: Tally;
  readonly #night: SimNight;
  readonly #runMsMax: number;
  /** By strategy and symbol, of this life. */
  readonly #told = new Map<string, Told>();
  readonly #stages = new Map<DecisionId, Set<string>>();
  #seq = 0;
  #seconds = 0;
  /** True time of the last look at the clock: runs are closed by it, and a process that sleeps has none. */
  #tickedAtMs = 0;
  #isAlive = false;

  constructor(night: SimNight) {
    this.#night = night;
    this.tally = new Tally('I11', night);
    this.#runMsMax = night.setup.signal.skipRunMsMax + 10 * TICK_MS;
  }

  onLifeBegan(): void {
    this.#told.clear();
    this.#stages.clear();
    this.#seq = 0;
    this.#isAlive = true;
  }

  onLifeEnded(): void {
    this.#isAlive = false;
  }

  onEvent(event: DeskEvent, atMs: number): void {
    if (event.type !== 'timerFired') return;
    // While it slept nothing could be told: what was counted before says nothing of what must be told by now.
    if (atMs - this.#tickedAtMs > SLEEP_MS)
      for (const told of this.#told.values()) told.counted.length = 0;
    this.#tickedAtMs = atMs;
  }

  onEffect(effect: Effect, atMs: number): void {
    if (effect.type === 'recordDecision') this.#onRecord(effect.record);
    // The process ends as it should: nothing may be left untold.
    if (effect.type === 'stopProcess' && effect.exitCode === 0) this.#look(atMs, true);
  }

  onDurable(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      if (row.type !== 'intent') continue;
      const { clientOrderId, decisionId } = row.intent;
      const stages = this.#stages.get(decisionId) ?? new Set();
      const hasCause = stages.has('signal') || stages.has('exit');
      this.tally.check(
        hasCause && BEFORE_INTENT.every((stage) => stages.has(stage)),
        () =>
          `${clientOrderId} of ${decisionId} has records of ${[...stages].join(', ') || 'none'}`,
      );
    }
  }

  onSecond(atMs: number): void {
    this.#seconds += 1;
    if (atMs - this.#tickedAtMs > SLEEP_MS) return;
    if (this.#seconds % LOOK_EVERY_S === 0) this.#look(atMs, false);
  }

  finish(): void {
    const life = this.#night.daemon.life;
    if (!this.#isAlive || life === undefined) return;
    // What is still open can be read now that nothing happens any more: not one may be missing.
    for (const { instruments, host } of life.desk.venues) {
      for (const [index, slot] of host.describe().entries()) {
        const symbol = instruments[slot.instrumentIndex]?.symbol ?? '';
        const openCount = host.save().slots[index]?.run.count ?? 0;
        const told = this.#toldOf(slot.strategy, symbol).count;
        this.tally.check(
          told + openCount === slot.evaluationsCount,
          () =>
            `${slot.strategy} on ${symbol} was asked ${slot.evaluationsCount} times, ` +
            `${told} are told and ${openCount} are to be told`,
        );
      }
    }
  }

  #onRecord(record: DecisionRecord): void {
    const { decisionId, stage, reason, seq, symbol, venue, strategy, run } = record;
    this.tally.check(
      decisionId !== '' && venue !== '' && symbol !== '' && reason.code.length > 0,
      () => `record ${seq} has decision '${decisionId}', ${venue} ${symbol}, reason ${reason.code}`,
    );
    this.#seq += 1;
    this.tally.check(seq === this.#seq, () => `record ${seq} comes where ${this.#seq} should`);
    this.#seq = seq;
    if (stage === 'order' || stage === 'ack' || stage === 'fill') {
      this.tally.check(
        record.clientOrderId !== undefined,
        () => `record ${seq}, ${stage} ${record.outcome}, names no order`,
      );
    }
    if (run !== undefined) {
      this.tally.check(
        run.count > 0 && run.firstAtMs <= run.lastAtMs && HASH.test(run.inputsHash),
        () =>
          `record ${seq} tells ${run.count} skips from ${run.firstAtMs} to ${run.lastAtMs}, ` +
          `hash '${run.inputsHash}'`,
      );
    }
    this.#checkReason(record);
    this.#remember(decisionId, stage);
    if (stage !== 'signal' || strategy === undefined) return;
    this.#toldOf(strategy, symbol).count += run?.count ?? 1;
  }

  /** What the gate was asked tells the reason: the first answer that was no, or none at all. */
  #checkReason({ seq, stage, outcome, reason, checks }: DecisionRecord): void {
    if (checks.length === 0) return;
    const firstNo = checks.find(({ passed }) => !passed)?.code;
    const isNo = outcome === 'denied' || outcome === 'void';
    this.tally.check(
      isNo ? reason.code === firstNo : firstNo === undefined,
      () =>
        `record ${seq}, ${stage} ${outcome}, gives ${reason.code}; ` +
        `the first of its checks that said no is ${firstNo ?? 'none'}`,
    );
  }

  #remember(decisionId: DecisionId, stage: string): void {
    const stages = this.#stages.get(decisionId) ?? new Set();
    stages.add(stage);
    this.#stages.set(decisionId, stages);
    for (const oldest of this.#stages.keys()) {
      if (this.#stages.size <= CHAINS_KEPT) return;
      this.#stages.delete(oldest);
    }
  }

  /** `isLast`: every evaluation must be told. Otherwise those of the last run may be on their way. */
  #look(atMs: number, isLast: boolean): void {
    const life = this.#night.daemon.life;
    if (!this.#isAlive || life === undefined) return;
    for (const { instruments, host } of life.desk.venues) {
      for (const slot of host.describe()) {
        const symbol = instruments[slot.instrumentIndex]?.symbol ?? '';
        const told = this.#toldOf(slot.strategy, symbol);
        const { evaluationsCount: count } = slot;
        const oldCount = told.counted.findLast((look) => look.atMs <= atMs - this.#runMsMax)?.count;
        const least = isLast ? count : (oldCount ?? 0);
        this.tally.check(
          told.count <= count && told.count >= least,
          () =>
            `${slot.strategy} on ${symbol} was asked ${count} times (${least} of them long ago), ` +
            `${told.count} are told`,
        );
        told.counted.push({ atMs, count });
        if (told.counted.length > 3) told.counted.shift();
      }
    }
  }

  #toldOf(strategy: StrategyId, symbol: string): Told {
    const key = `${strategy} ${symbol}`;
    const known = this.#told.get(key) ?? { count: 0, counted: [] };
    this.#told.set(key, known);
    return known;
  }
}

export const inactionExplained: CheckerKind = {
  id: 'I11',
  claim: 'every evaluation of a strategy stands in exactly one record, with its reason',
  make: (night) => new InactionExplained(night),
};
