import type { SkipRun } from '../domain/decision.ts';
import { type ExactNumber, loadNumber, saveNumber } from '../domain/exact-number.ts';
import { inPairs } from '../domain/pairs.ts';
import type { UnixMs } from '../domain/units.ts';
import type { Freshness } from '../market/feed.ts';
import { Answer } from '../signal/answer.ts';
import { SkipRunBuilder, type SkipRunState } from '../signal/skip-run.ts';

/** A stretch of time in which a symbol was not to be acted upon. */
export interface StaleTold {
  readonly instrument: number;
  /** `never`: it had no data at all. */
  readonly ageMs: number | 'never';
  readonly limitMs: number;
  readonly cause: string;
  readonly run: SkipRun;
}

export interface StaleLook {
  readonly change: 'began' | 'ended' | 'none';
  /** The run that this look ended, if any. */
  readonly told: StaleTold | undefined;
}

interface Slot {
  readonly answer: Answer;
  readonly builder: SkipRunBuilder;
  isStale: boolean;
  ageMs: number;
  limitMs: number;
  cause: string;
}

/** By the places of the instruments. */
export type StaleRunsState = readonly {
  readonly run: SkipRunState;
  readonly isStale: boolean;
  /** Infinite while a symbol has no data at all. */
  readonly ageMs: ExactNumber;
  readonly limitMs: ExactNumber;
  readonly cause: string;
}[];

const TOLD_EVERY_MS = 10_000;
const UNCHANGED: StaleLook = Object.freeze({ change: 'none', told: undefined });

/**
 * While a symbol is stale nothing arrives that could be decided upon, and that, too, is a decision:
 * each look at it is counted, and the looks are told as runs of ten seconds at most.
 */
export class StaleRuns {
  readonly #slots: readonly Slot[];

  constructor(instrumentsCount: number) {
    this.#slots = Array.from({ length: instrumentsCount }, () => {
      const answer = new Answer(['ageMs', 'limitMs', 'eventLagMs', 'eventLagMsMax']);
      const builder = new SkipRunBuilder(answer);
      return { answer, builder, isStale: false, ageMs: 0, limitMs: 0, cause: '' };
    });
  }

  save(): StaleRunsState {
    // What the answers hold is seen anew before each use.
    return this.#slots.map(({ builder, isStale, ageMs, limitMs, cause }) => ({
      run: builder.save(),
      isStale,
      ageMs: saveNumber(ageMs),
      limitMs: saveNumber(limitMs),
      cause,
    }));
  }

  load(state: StaleRunsState): void {
    for (const [slot, saved] of inPairs(this.#slots, state)) {
      slot.builder.load(saved.run);
      slot.isStale = saved.isStale;
      slot.ageMs = loadNumber(saved.ageMs);
      slot.limitMs = loadNumber(saved.limitMs);
      slot.cause = saved.cause;
    }
  }

  isStale(instrument: number): boolean {
    return this.#slots[instrument]?.isStale ?? true;
  }

  look(instrument: number, freshness: Freshness, nowMs: UnixMs): StaleLook {
    const slot = this.#slots[instrument];
    if (slot === undefined) return UNCHANGED;
    if (freshness.fresh) {
      if (!slot.isStale) return UNCHANGED;
      slot.isStale = false;
      return { change: 'ended', told: tell(instrument, slot) };
    }
    const isOld = nowMs - slot.builder.firstAtMs >= TOLD_EVERY_MS;
    const told = slot.builder.count > 0 && isOld ? tell(instrument, slot) : undefined;
    slot.ageMs = freshness.ageMs;
    slot.limitMs = freshness.limitMs;
    slot.cause = freshness.cause ?? 'old';
    slot.answer.see(
      freshness.ageMs,
      freshness.limitMs,
      freshness.eventLagMs,
      freshness.eventLagMsMax,
    );
    slot.builder.add(nowMs, { code: 'STALE_DATA' }, 0);
    const change = slot.isStale ? 'none' : 'began';
    slot.isStale = true;
    return { change, told };
  }

  /** Ends every run: at the stop. */
  closeAll(): StaleTold[] {
    return this.#slots.flatMap((slot, instrument) =>
      slot.builder.count === 0 ? [] : [tell(instrument, slot)],
    );
  }
}

function tell(instrument: number, slot: Slot): StaleTold {
  const { ageMs, limitMs, cause } = slot;
  return {
    instrument,
    ageMs: Number.isFinite(ageMs) ? Math.round(ageMs) : 'never',
    limitMs,
    cause,
    run: sayNever(slot.builder.close()),
  };
}

/** A symbol without any data is `Infinity` ms old: said in a word that a person understands. */
function sayNever(run: SkipRun): SkipRun {
  const say = (inputs: SkipRun['first']): SkipRun['first'] =>
    inputs['ageMs'] === 'Infinity' ? { ...inputs, ageMs: 'never' } : inputs;
  const { nearestMiss } = run;
  return {
    ...run,
    first: say(run.first),
    last: say(run.last),
    nearestMiss: nearestMiss === undefined ? undefined : say(nearestMiss),
  };
}
