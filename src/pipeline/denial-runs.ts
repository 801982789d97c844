import { BoundedMap } from '../domain/bounded.ts';
import type { CheckResult, SkipRun } from '../domain/decision.ts';
import { type DecisionId, decisionId, type StrategyId } from '../domain/ids.ts';
import type { Reason } from '../domain/reason.ts';
import { type UnixMs, unixMs } from '../domain/units.ts';

type Inputs = Readonly<Record<string, number | string>>;

/** One wish refused again and again for the same reason. */
export interface DenialRun {
  readonly decisionId: DecisionId;
  readonly strategy: StrategyId;
  readonly instrument: number;
  readonly reason: Reason;
  readonly checks: readonly CheckResult[];
  readonly run: SkipRun;
}

interface OpenRun {
  decisionId: DecisionId;
  strategy: StrategyId;
  instrument: number;
  reason: Reason;
  checks: readonly CheckResult[];
  count: number;
  firstAtMs: UnixMs;
  lastAtMs: UnixMs;
  assessedAtMs: UnixMs;
  first: Inputs;
  last: Inputs;
  hash: number;
}

/**
 * A strategy whose wish is denied wishes it again at the next tick. The first denial is recorded
 * whole; the same denial after it is counted and told as one run. Between two looks of the gate at
 * such a wish at least `reassessMs` pass: what denied it a millisecond ago denies it now.
 */
export class DenialRuns {
  readonly #runs: BoundedMap<string, OpenRun>;
  readonly #reassessMs: number;
  readonly #lastsMs: number;

  constructor(limit: number, reassessMs: number, lastsMs: number) {
    this.#runs = new BoundedMap('denial_runs', limit, 'refuse');
    this.#reassessMs = reassessMs;
    this.#lastsMs = lastsMs;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** True when the wish was just denied and need not be looked at again yet; it is counted here. */
  countIfFresh(key: string, inputs: Inputs, nowMs: UnixMs): boolean {
    const open = this.#runs.get(key);
    if (open === undefined || nowMs - open.assessedAtMs >= this.#reassessMs) return false;
    count(open, inputs, nowMs);
    return true;
  }

  /**
   * A denial by the gate. `first` when it opens a run: record it whole. `ended` is the run before it,
   * if its reason was another.
   */
  onDenied(
    key: string,
    denial: Omit<DenialRun, 'run'>,
    inputs: Inputs,
    nowMs: UnixMs,
  ): { first: boolean; ended: DenialRun | undefined } {
    const open = this.#runs.get(key);
    if (open !== undefined && open.reason.code === denial.reason.code) {
      count(open, inputs, nowMs);
      open.assessedAtMs = nowMs;
      open.reason = denial.reason;
      return { first: false, ended: undefined };
    }
    const ended = this.end(key);
    this.#runs.set(key, {
      ...denial,
      count: 0,
      firstAtMs: nowMs,
      lastAtMs: nowMs,
      assessedAtMs: nowMs,
      first: inputs,
      last: inputs,
      hash: HASH_SEED,
    });
    return { first: true, ended };
  }

  /** Ends the run of `key`, because the wish is gone or passed. `undefined` when nothing was counted after its first. */
  end(key: string): DenialRun | undefined {
    const open = this.#runs.get(key);
    if (open === undefined) return undefined;
    this.#runs.delete(key);
    return open.count === 0 ? undefined : close(open);
  }

  /** Ends the runs that are old enough. */
  endOld(nowMs: UnixMs): DenialRun[] {
    const ended: DenialRun[] = [];
    for (const [key, open] of this.#runs.entries()) {
      if (nowMs - open.firstAtMs < this.#lastsMs) continue;
      const run = this.end(key);
      if (run !== undefined) ended.push(run);
    }
    return ended;
  }
}

const HASH_SEED = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

function count(open: OpenRun, inputs: Inputs, nowMs: UnixMs): void {
  if (open.count === 0) {
    open.first = inputs;
    open.firstAtMs = nowMs;
  }
  open.count += 1;
  open.lastAtMs = nowMs;
  open.last = inputs;
  for (const name in inputs) open.hash = hashText(open.hash, `${name}=${inputs[name]}`);
}

/** FNV-1a over the code units: order-sensitive and cheap; it compares runs, it secures nothing. */
function hashText(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), HASH_PRIME);
  }
  return hash >>> 0;
}

function close(open: OpenRun): DenialRun {
  return {
    decisionId: decisionId(open.decisionId),
    strategy: open.strategy,
    instrument: open.instrument,
    reason: open.reason,
    checks: open.checks,
    run: {
      count: open.count,
      firstAtMs: unixMs(open.firstAtMs),
      lastAtMs: unixMs(open.lastAtMs),
      first: open.first,
      last: open.last,
      nearestMiss: undefined,
      inputsHash: open.hash.toString(16).padStart(8, '0'),
    },
  };
}
