import type { DecisionRecord } from '../domain/decision.ts';
import { formatIso } from './iso-time.ts';

/** Microseconds per stage, as far as the chain has come: `{ parse: 4, decide: 11, risk: 9 }`. */
export type LatencyUs = Readonly<Record<string, number>>;

/** What the world adds to a record after the core made it. Outside the decision hash. */
export interface DecisionStamp {
  readonly epoch: number;
  readonly latencyUs: LatencyUs;
  readonly buildId: string;
  readonly configHash: string;
}

type Flat = Readonly<Record<string, number | string | boolean>>;

/** A decision as it is written, sent over HTTP and read back. Absent fields are left out. */
export interface DecisionLine {
  readonly at: string;
  readonly atMs: number;
  readonly epoch: number;
  readonly seq: number;
  readonly decisionId: string;
  readonly stage: string;
  readonly venue: string;
  readonly symbol: string;
  readonly strategy?: string;
  readonly outcome: string;
  readonly reason: Flat & { readonly code: string };
  readonly checks?: readonly {
    readonly code: string;
    readonly value: number | string;
    readonly limit: number | string;
    readonly passed: boolean;
  }[];
  readonly clientOrderId?: string;
  readonly venueOrderId?: string;
  readonly dataTrust: string;
  readonly inputs?: Flat;
  readonly run?: {
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly first: Flat;
    readonly last: Flat;
    readonly nearestMiss?: Flat;
    readonly inputsHash: string;
  };
  readonly latencyUs: LatencyUs;
  readonly buildId: string;
  readonly configHash: string;
}

/** One record of the core with the world's stamp, in the written shape. */
export function toDecisionLine(record: DecisionRecord, stamp: DecisionStamp): DecisionLine {
  return {
    at: formatIso(record.atMs),
    atMs: record.atMs,
    epoch: stamp.epoch,
    seq: record.seq,
    decisionId: record.decisionId,
    stage: record.stage,
    venue: record.venue,
    symbol: record.symbol,
    ...(record.strategy === undefined ? {} : { strategy: record.strategy }),
    outcome: record.outcome,
    reason: record.reason,
    ...(record.checks.length === 0 ? {} : { checks: record.checks }),
    ...(record.clientOrderId === undefined ? {} : { clientOrderId: record.clientOrderId }),
    ...(record.venueOrderId === undefined ? {} : { venueOrderId: record.venueOrderId }),
    dataTrust: record.dataTrust,
    ...(Object.keys(record.inputs).length === 0 ? {} : { inputs: record.inputs }),
    ...(record.run === undefined ? {} : { run: toRunLine(record.run) }),
    latencyUs: stamp.latencyUs,
    buildId: stamp.buildId,
    configHash: stamp.configHash,
  };
}

function toRunLine(run: NonNullable<DecisionRecord['run']>): NonNullable<DecisionLine['run']> {
  return {
    count: run.count,
    firstAt: formatIso(run.firstAtMs),
    lastAt: formatIso(run.lastAtMs),
    first: run.first,
    last: run.last,
    ...(run.nearestMiss === undefined ? {} : { nearestMiss: run.nearestMiss }),
    inputsHash: run.inputsHash,
  };
}

/** Whether a parsed line of our own files is a decision: old and foreign lines are left out by readers. */
export function isDecisionLine(value: unknown): value is DecisionLine {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'decisionId' in value &&
    typeof value.decisionId === 'string' &&
    'stage' in value &&
    typeof value.stage === 'string' &&
    'outcome' in value &&
    typeof value.outcome === 'string' &&
    'reason' in value &&
    typeof value.reason === 'object' &&
    'atMs' in value &&
    typeof value.atMs === 'number'
  );
}
