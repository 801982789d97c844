import type { Act, ActRecord, Family, Mark } from './act.ts';
import type { ExchangeTruth } from './exchange-truth.ts';
import { type Judgement, tellWrongs } from './judge.ts';
import type { ModeChange } from './mode-watch.ts';
import type { DaemonEnd } from './supervisor.ts';

/** Alarms and their mails are not built yet: nothing here may look as if one had been sent. */
export const NOT_MAILED = 'not yet: alarms do not exist';

export interface ActReport {
  readonly name: string;
  readonly family: Family;
  readonly story: string;
  readonly verdict: 'survived' | 'NOT SHOWN' | 'FAILED';
  readonly injected: Mark | undefined;
  readonly detected: Mark | undefined;
  readonly mailed: typeof NOT_MAILED;
  readonly recovered: Mark | undefined;
  /** From the injection. */
  readonly detectedAfterMs: number | undefined;
  readonly recoveredAfterMs: number | undefined;
  /** From the recovery to the next order of the daemon that the exchange took: entries are not only allowed, they leave. */
  readonly tradedAfterMs: number | undefined;
  readonly notes: readonly string[];
  /** Why it was not survived, or not shown. */
  readonly trouble: string | undefined;
}

/** Times are milliseconds of the night. */
export interface SurvivalReport {
  readonly beganAt: string;
  readonly tookMs: number;
  readonly seed: string;
  readonly survived: boolean;
  readonly acts: readonly ActReport[];
  readonly judgement: Judgement | undefined;
  readonly findings: readonly string[];
  readonly startsCount: number;
  readonly ends: readonly {
    readonly atMs: number;
    readonly code: number | null;
    readonly signal: string | null;
    readonly wanted: boolean;
  }[];
  /** The mode as it was seen from outside, for the timeline. */
  readonly modes: readonly ModeChange[];
  /** When the exchange got each order of the daemon that it took. */
  readonly ordersAtMs: readonly number[];
}

export interface NightResult {
  readonly beganWallMs: number;
  readonly tookMs: number;
  readonly seed: string;
  readonly records: readonly ActRecord[];
  /** Acts that the script did not come to. */
  readonly unplayed: readonly Act[];
  readonly truth: ExchangeTruth | undefined;
  /** Client order ids that a person placed: they prove nothing about the daemon. */
  readonly operatorIds: readonly string[];
  readonly judgement: Judgement | undefined;
  readonly ends: readonly DaemonEnd[];
  readonly startsCount: number;
  readonly modes: readonly ModeChange[];
  /** What went wrong outside of any act. */
  readonly troubles: readonly string[];
}

/** What a person reads in the morning. `survived` only when every act was, and the exchange agrees. */
export function makeReport(result: NightResult): SurvivalReport {
  const ordersAtMs = findOrderTimes(result);
  const acts = [
    ...result.records.map((record) => toActReport(record, ordersAtMs)),
    ...result.unplayed.map(toUnplayed),
  ];
  const findings = findFindings(result, acts);
  return {
    beganAt: new Date(result.beganWallMs).toISOString(),
    tookMs: result.tookMs,
    seed: result.seed,
    survived: findings.length === 0,
    acts,
    judgement: result.judgement,
    findings,
    startsCount: result.startsCount,
    ends: result.ends.map(({ atMs, code, signal, wanted }) => ({ atMs, code, signal, wanted })),
    modes: result.modes,
    ordersAtMs,
  };
}

function findOrderTimes({ truth, operatorIds, beganWallMs }: NightResult): readonly number[] {
  if (truth === undefined) return [];
  const taken = new Set(
    truth.accounts.flatMap(({ orders }) => orders.map(({ clientOrderId }) => clientOrderId)),
  );
  for (const id of operatorIds) taken.delete(id);
  return truth.wireLog
    .filter(
      ({ request, clientOrderId }) => request.startsWith('POST') && taken.has(clientOrderId ?? ''),
    )
    .map(({ atMs }) => atMs - beganWallMs);
}

function toActReport(record: ActRecord, ordersAtMs: readonly number[]): ActReport {
  const { act, injectedAt, detectedAt, recoveredAt, trouble, notInjected, notes } = record;
  const after = (mark: Mark | undefined): number | undefined =>
    mark === undefined || injectedAt === undefined ? undefined : mark.atMs - injectedAt.atMs;
  const next = recoveredAt && ordersAtMs.find((atMs) => atMs >= recoveredAt.atMs);
  return {
    name: act.name,
    family: act.family,
    story: act.story,
    verdict: record.verdict,
    injected: injectedAt,
    detected: detectedAt,
    mailed: NOT_MAILED,
    recovered: recoveredAt,
    detectedAfterMs: after(detectedAt),
    recoveredAfterMs: after(recoveredAt),
    tradedAfterMs: next && recoveredAt && next - recoveredAt.atMs,
    notes,
    trouble: trouble ?? notInjected,
  };
}

function toUnplayed({ name, family, story }: Act): ActReport {
  return {
    name,
    family,
    story,
    verdict: 'NOT SHOWN',
    injected: undefined,
    detected: undefined,
    mailed: NOT_MAILED,
    recovered: undefined,
    detectedAfterMs: undefined,
    recoveredAfterMs: undefined,
    tradedAfterMs: undefined,
    notes: [],
    trouble: 'the night ended before it',
  };
}

function findFindings(result: NightResult, acts: readonly ActReport[]): readonly string[] {
  const { judgement, ends, troubles } = result;
  const findings = acts.flatMap(({ name, verdict, trouble, recovered, tradedAfterMs }) => {
    if (verdict !== 'survived') return [`${name}: ${verdict}, ${trouble ?? 'never proven'}`];
    return recovered !== undefined && tradedAfterMs === undefined
      ? [`${name}: no order left after it`]
      : [];
  });
  for (const { wanted, code, signal, atMs, lastWords } of ends) {
    if (wanted) continue;
    findings.push(
      `the daemon ended by itself at ${(atMs / 1_000).toFixed(1)} s with ${code ?? signal}: ${lastWords}`,
    );
  }
  findings.push(...troubles);
  if (judgement === undefined) return [...findings, 'nobody could judge the orders'];
  return [...findings, ...tellWrongs(judgement)];
}
