import type { SkipRun } from '../domain/decision.ts';
import { type ExactNumber, loadNumber, saveNumbers } from '../domain/exact-number.ts';
import type { Reason } from '../domain/reason.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';
import type { Answer } from './answer.ts';

/** FNV-1a's prime and offset; the second lane starts elsewhere so that the two disagree. */
const PRIME = 0x01000193;
const OFFSET_LOW = 0x811c9dc5;
const OFFSET_HIGH = 0x2f0b4c6d;

/** What a NaN counts as: which bits an engine gives to it changes while it runs. */
const NAN_LOW = 0;
const NAN_HIGH = 0x7ff80000;

export interface SkipRunState {
  readonly count: number;
  readonly reason: Reason;
  readonly firstAtMs: UnixMs;
  readonly lastAtMs: UnixMs;
  readonly first: readonly ExactNumber[];
  readonly nearest: readonly ExactNumber[];
  readonly last: readonly ExactNumber[];
  readonly nearness: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Equal skips of one strategy and symbol, told as one. `add` is on the hot path: it writes numbers
 * into arrays made once, and only `close` makes objects. The counts of all runs together are the
 * number of skips.
 *
 * The hash goes over the bits of every input of every skip, in order: two runs with equal hashes saw
 * the same numbers. It is a check sum, not a defence against a forger; the journal's chain is that.
 */
export class SkipRunBuilder {
  count = 0;
  reason: Reason = { code: 'NO_SIGNAL' };
  firstAtMs: UnixMs = unixMs(0);
  readonly #answer: Answer;
  readonly #first: Float64Array;
  readonly #nearest: Float64Array;
  readonly #last: Float64Array;
  /** The bits of `#last`. */
  readonly #lastBits: Uint32Array;
  #lastAtMs: UnixMs = unixMs(0);
  #nearness = -1;
  #low = OFFSET_LOW;
  #high = OFFSET_HIGH;

  constructor(answer: Answer) {
    const length = answer.values.length;
    this.#answer = answer;
    this.#first = new Float64Array(length);
    this.#nearest = new Float64Array(length);
    this.#last = new Float64Array(length);
    this.#lastBits = new Uint32Array(this.#last.buffer);
  }

  /** One more skip, with the numbers that the answer holds now. */
  add(atMs: UnixMs, reason: Reason, nearness: number): void {
    const { values } = this.#answer;
    if (this.count === 0) {
      this.reason = reason;
      this.firstAtMs = atMs;
      this.#first.set(values);
    }
    this.count += 1;
    this.#lastAtMs = atMs;
    if (nearness > this.#nearness) {
      this.#nearness = nearness;
      this.#nearest.set(values);
    }
    this.#hash(values);
  }

  /** The run so far, and an empty builder. Must not be called while `count` is 0. */
  close(): SkipRun {
    const run: SkipRun = {
      count: this.count,
      firstAtMs: this.firstAtMs,
      lastAtMs: this.#lastAtMs,
      first: this.#toRecord(this.#first),
      last: this.#toRecord(this.#last),
      nearestMiss: { ...this.#toRecord(this.#nearest), nearness: this.#nearness },
      inputsHash: hex(this.#high) + hex(this.#low),
    };
    this.count = 0;
    this.#nearness = -1;
    this.#low = OFFSET_LOW;
    this.#high = OFFSET_HIGH;
    return run;
  }

  save(): SkipRunState {
    return {
      count: this.count,
      reason: this.reason,
      firstAtMs: this.firstAtMs,
      lastAtMs: this.#lastAtMs,
      first: saveNumbers(this.#first),
      nearest: saveNumbers(this.#nearest),
      last: saveNumbers(this.#last),
      nearness: this.#nearness,
      low: this.#low,
      high: this.#high,
    };
  }
  load(state: SkipRunState): void {
    this.count = state.count;
    this.reason = state.reason;
    this.firstAtMs = state.firstAtMs;
    this.#lastAtMs = state.lastAtMs;
    this.#first.set(state.first.map(loadNumber));
    this.#nearest.set(state.nearest.map(loadNumber));
    this.#last.set(state.last.map(loadNumber));
    this.#nearness = state.nearness;
    this.#low = state.low;
    this.#high = state.high;
  }

  #hash(values: Float64Array): void {
    const last = this.#last;
    const bits = this.#lastBits;
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      last[i] = value;
      const isNumber = !Number.isNaN(value);
      low = Math.imul(low ^ (isNumber ? (bits[2 * i] ?? 0) : NAN_LOW), PRIME);
      high = Math.imul(high ^ (isNumber ? (bits[2 * i + 1] ?? 0) : NAN_HIGH), PRIME);
      // Each lane hears of the other, so that swapped inputs do not cancel out.
      low ^= high >>> 15;
      high ^= low >>> 13;
    }
    this.#low = low;
    this.#high = high;
  }

  #toRecord(values: Float64Array): Readonly<Record<string, number | string>> {
    const record: Record<string, number | string> = {};
    for (const [index, name] of this.#answer.names.entries()) {
      const value = values[index] ?? 0;
      // JSON has no NaN: told as text rather than lost as null.
      record[name] = Number.isFinite(value) ? value : String(value);
    }
    return record;
  }
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
