import { InvariantBroken } from '../domain/assert.ts';
import { type ExactNumber, loadNumber, saveNumbers } from '../domain/exact-number.ts';
import type { Reason, ReasonCode } from '../domain/reason.ts';
import type { Enter, Exit, Nothing } from './strategy.ts';

/** More numbers than this in one answer would be a strategy that explains nothing. */
const INPUTS_COUNT_MAX = 6;

/**
 * How a strategy answers: first `see` the numbers it looks at, then `nothing`, `enter` or `exit`.
 * One per strategy and symbol, reused, so that the common `nothing` makes no object.
 */
export class Answer {
  readonly names: readonly string[];
  /** The numbers of the last `see`, in the order of `names`. */
  readonly values: Float64Array;
  readonly #reasons = new Map<ReasonCode, Reason>();
  readonly #nothing: { type: 'nothing'; reason: Reason; nearness: number };

  constructor(names: readonly string[]) {
    if (names.length > INPUTS_COUNT_MAX) {
      throw new InvariantBroken(`${names.length} inputs, ${INPUTS_COUNT_MAX} at most`);
    }
    this.names = names;
    this.values = new Float64Array(names.length);
    this.#nothing = { type: 'nothing', reason: this.#reasonOf('NO_SIGNAL'), nearness: 0 };
  }

  /** The numbers behind the answer that follows, in the order of `inputs` of the kind. Surplus ones are ignored. */
  see(a: number, b = 0, c = 0, d = 0, e = 0, f = 0): void {
    const { values } = this;
    // Writes past the end of a typed array are ignored: no branch per slot is needed.
    values[0] = a;
    values[1] = b;
    values[2] = c;
    values[3] = d;
    values[4] = e;
    values[5] = f;
  }

  /** `nearness`: 0 far from a signal, 1 there; clamped. Shared: valid until the next call. */
  nothing(code: ReasonCode, nearness: number): Nothing {
    const answer = this.#nothing;
    if (answer.reason.code !== code) answer.reason = this.#reasonOf(code);
    answer.nearness = nearness > 0 ? Math.min(nearness, 1) : 0;
    return answer;
  }

  /** Buy. The numbers seen become part of the reason. */
  enter(): Enter {
    const inputs = this.toRecord();
    return {
      type: 'enter',
      side: 'BUY',
      reason: { ...inputs, code: 'SIGNAL_ENTRY' },
      inputs,
    };
  }

  /** Sell what is held. The numbers seen become part of the reason. */
  exit(): Exit {
    const inputs = this.toRecord();
    return { type: 'exit', reason: { ...inputs, code: 'SIGNAL_EXIT' }, inputs };
  }

  /** The numbers of the last `see` by name. */
  toRecord(): Readonly<Record<string, number>> {
    const record: Record<string, number> = {};
    for (const [index, name] of this.names.entries()) record[name] = this.values[index] ?? 0;
    return record;
  }

  /** The numbers of the last `see`. The shared `nothing` is written before each use and needs no keeping. */
  save(): readonly ExactNumber[] {
    return saveNumbers(this.values);
  }
  load(saved: readonly ExactNumber[]): void {
    this.values.set(saved.map(loadNumber));
  }

  #reasonOf(code: ReasonCode): Reason {
    let reason = this.#reasons.get(code);
    if (reason === undefined) {
      reason = Object.freeze({ code });
      this.#reasons.set(code, reason);
    }
    return reason;
  }
}
