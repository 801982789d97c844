import type { ClientOrderId, DecisionId, StrategyId } from './ids.ts';
import type { SymbolId, VenueId } from './instrument.ts';
import type { Reason, ReasonCode } from './reason.ts';
import type { UnixMs } from './units.ts';

export const DECISION_STAGES = [
  'market',
  'signal',
  'risk',
  'order',
  'ack',
  'fill',
  'exit',
] as const;
export type DecisionStage = (typeof DECISION_STAGES)[number];

export const DECISION_OUTCOMES = [
  'passed',
  'skipped',
  'denied',
  'accepted',
  'sent',
  'rejected',
  'unknown',
  'adopted',
  'absent',
  'void',
  'dead',
  'filled',
  'partial',
  'canceled',
  'expired',
  'closed',
] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

/** One check of the risk gate: what was compared, passed or not. Values of money are decimal text. */
export interface CheckResult {
  readonly code: ReasonCode;
  readonly value: number | string;
  readonly limit: number | string;
  readonly passed: boolean;
}

export type DataTrust = 'certified' | 'generic';

/** A run of equal skips told as one record. `inputsHash` is over all inputs in order. */
export interface SkipRun {
  readonly count: number;
  readonly firstAtMs: UnixMs;
  readonly lastAtMs: UnixMs;
  readonly first: Readonly<Record<string, number | string>>;
  readonly last: Readonly<Record<string, number | string>>;
  /** Inputs of the evaluation that came nearest to a signal, with `nearness` 0 (far) to 1 (there). */
  readonly nearestMiss: Readonly<Record<string, number | string>> | undefined;
  readonly inputsHash: string;
}

/** What one stage decided about one chain. The world adds `latencyUs`, `buildId` and `configHash` when it writes it. */
export interface DecisionRecord {
  readonly atMs: UnixMs;
  readonly seq: number;
  readonly decisionId: DecisionId;
  readonly stage: DecisionStage;
  readonly venue: VenueId;
  readonly symbol: SymbolId;
  readonly strategy: StrategyId | undefined;
  readonly outcome: DecisionOutcome;
  readonly reason: Reason;
  readonly checks: readonly CheckResult[];
  readonly clientOrderId: ClientOrderId | undefined;
  readonly venueOrderId: string | undefined;
  readonly dataTrust: DataTrust;
  /** What the stage looked at: snapshot, features, order, fill. Flat, numbers with units in their names. */
  readonly inputs: Readonly<Record<string, number | string | boolean>>;
  readonly run: SkipRun | undefined;
}
