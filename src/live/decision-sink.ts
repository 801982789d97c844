import { BoundedList } from '../domain/bounded.ts';
import type { DecisionRecord } from '../domain/decision.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import { type DecisionLine, toDecisionLine } from '../observe/decision-line.ts';
import type { LatencyProbe } from '../observe/latency-probe.ts';
import type { MetricSet } from '../observe/metric-set.ts';
import type { DecisionStore } from '../store/decision-store.ts';
import type { DecisionLog } from './decision-log.ts';
import { wallClockMs } from './wall-clock.ts';

export interface DecisionSinkParts {
  readonly epoch: number;
  readonly buildId: string;
  readonly configHash: string;
  readonly store: DecisionStore;
  readonly log: DecisionLog;
  readonly probe: LatencyProbe;
  readonly metrics: MetricSet;
}

const RECENT_COUNT = 2_000;

/** Where decision records go: stamped with times and build, into the file, the database and the page. */
export class DecisionSink {
  readonly recent = new BoundedList<DecisionLine>('recent_decisions', RECENT_COUNT, 'dropOldest');
  readonly #parts: DecisionSinkParts;
  count = 0;

  constructor(parts: DecisionSinkParts) {
    this.#parts = parts;
  }

  add(record: DecisionRecord): void {
    const { epoch, buildId, configHash, probe, metrics, store, log } = this.#parts;
    if (record.stage === 'fill' && record.clientOrderId !== undefined) {
      probe.orderFilled(record.clientOrderId);
      this.orderTimed(record.clientOrderId);
    }
    const latencyUs = isOwnEvent(record) ? probe.recordLatencyUs(record) : {};
    const line = toDecisionLine(record, { epoch, latencyUs, buildId, configHash });
    this.count += 1;
    this.recent.push(line);
    store.add(line);
    log.add(line);
    const { stage, outcome, reason, run } = record;
    metrics.counter('overnight_decisions_total', { stage, outcome, reason: reason.code }).value +=
      run?.count ?? 1;
    this.#count(record);
  }

  #count({ stage, outcome, venue, strategy, atMs, run }: DecisionRecord): void {
    const { metrics } = this.#parts;
    if (stage === 'fill') metrics.counter('overnight_fills_total', { venue }).value += 1;
    if (outcome === 'rejected') {
      metrics.counter('overnight_order_rejects_total', { venue }).value += 1;
    }
    if (stage === 'signal' && strategy !== undefined) {
      const last = metrics.gauge('overnight_signal_last_timestamp_seconds', { strategy });
      last.value = (run?.lastAtMs ?? atMs) / 1000;
    }
  }

  /** The stage times of an order grew: the answer may come after the last record of its chain. */
  orderTimed(id: ClientOrderId): void {
    const { store, probe } = this.#parts;
    // An order of another life: its times are in the store, and we have none to add.
    if (!probe.orders.has(id)) return;
    store.addLatency(id, wallClockMs(), probe.latencyUs(id));
  }

  /** Call each 100 to 200 ms. */
  flush(): void {
    this.#parts.store.flush();
    this.#parts.log.flush();
  }

  /** Forgets old rows in small steps. */
  prune(): void {
    this.#parts.store.prune(wallClockMs());
  }

  close(): void {
    this.#parts.store.close();
    this.#parts.log.close();
  }
}

/** A run of skips belongs to many frames: the stage times of the last one would say nothing about it. */
function isOwnEvent(record: DecisionRecord): boolean {
  return record.run === undefined;
}
