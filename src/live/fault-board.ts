import { BoundedMap } from '../domain/bounded.ts';
import { FAULT_RAISED_MS, FAULTS, type FaultId } from '../domain/fault.ts';
import type { MetricSet } from '../observe/metric-set.ts';
import type { FaultView } from './daemon-view.ts';
import { wallClockMs } from './wall-clock.ts';

type Severity = 'warn' | 'error';

/** What went wrong since the start: once per fault and severity, with how often and when last. */
export class FaultBoard {
  readonly #seen = new BoundedMap<string, FaultView & { readonly id: FaultId }>(
    'faults',
    200,
    'dropOldest',
  );
  readonly #metrics: MetricSet;

  constructor(metrics: MetricSet) {
    this.#metrics = metrics;
    metrics.onCollect(() => {
      const now = wallClockMs();
      for (const { id, severity, lastAtMs } of this.#seen.values()) {
        const raised = now - lastAtMs <= FAULT_RAISED_MS ? 1 : 0;
        metrics.gauge('overnight_alarm_state', { alarm: id, severity }).value = raised;
      }
    });
  }

  get collection(): BoundedMap<string, unknown> {
    return this.#seen;
  }

  raise(
    id: FaultId,
    severity: Severity,
    detail: Readonly<Record<string, string | number | boolean>>,
  ): void {
    const key = `${id}|${severity}`;
    const before = this.#seen.get(key);
    const atMs = wallClockMs();
    this.#seen.set(key, {
      id,
      fault: id,
      text: FAULTS[id],
      severity,
      count: (before?.count ?? 0) + 1,
      firstAtMs: before?.firstAtMs ?? atMs,
      lastAtMs: atMs,
      detail,
    });
    this.#metrics.counter('overnight_faults_total', { fault: id, severity }).value += 1;
  }

  /** Newest first. */
  list(): readonly FaultView[] {
    return [...this.#seen.values()]
      .map(({ id: _id, ...view }) => view)
      .sort((a, b) => b.lastAtMs - a.lastAtMs);
  }
}
