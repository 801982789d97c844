import { DECISION_OUTCOMES, DECISION_STAGES } from '../domain/decision.ts';
import type { DecisionFilter } from '../store/decision-reader.ts';
import { UsageError, type VerbOptions } from './tell.ts';

/** `--since --until --symbol --limit`, as typed. */
export interface ListOptions extends VerbOptions {
  readonly since?: string;
  readonly until?: string;
  readonly symbol?: string;
  readonly limit?: string;
  readonly stage?: string;
  readonly outcome?: string;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1000;
const SPAN = /^(\d+)(s|m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The options of a list as numbers. Throws `UsageError` for what cannot be understood. */
export function readListQuery(options: ListOptions, nowMs: number): DecisionFilter {
  const { symbol, stage, outcome } = options;
  checkOneOf('stage', stage, DECISION_STAGES);
  checkOneOf('outcome', outcome, DECISION_OUTCOMES);
  const query: DecisionFilter = {
    limit: readLimit(options.limit),
    ...(symbol === undefined ? {} : { symbol }),
    ...(stage === undefined ? {} : { stage }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(options.since === undefined ? {} : { sinceMs: readMoment('since', options.since, nowMs) }),
    ...(options.until === undefined ? {} : { untilMs: readMoment('until', options.until, nowMs) }),
  };
  const { sinceMs = 0, untilMs = Number.POSITIVE_INFINITY } = query;
  if (sinceMs > untilMs) {
    throw new UsageError(`--since ${options.since} is later than --until ${options.until}`);
  }
  return query;
}

function checkOneOf(option: string, text: string | undefined, allowed: readonly string[]): void {
  if (text === undefined || allowed.includes(text)) return;
  throw new UsageError(`--${option} is ${text}, allowed are ${allowed.join(', ')}`);
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return LIMIT_DEFAULT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new UsageError(`--limit is ${text}, allowed are whole numbers from 1 to ${LIMIT_MAX}`);
}

/** `15m` ago, or an ISO date and time (UTC unless it says otherwise). */
export function readMoment(option: string, text: string, nowMs: number): number {
  const span = SPAN.exec(text);
  if (span !== null) return nowMs - Number(span[1]) * (UNIT_MS[span[2] ?? ''] ?? 0);
  const withZone = /(?:Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const atMs = Date.parse(withZone);
  if (Number.isFinite(atMs)) return atMs;
  throw new UsageError(`--${option} is ${text}, expected 30s, 15m, 8h, 2d or 2026-11-20T03:12:00Z`);
}
