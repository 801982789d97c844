import { memoryUsage } from 'node:process';
import { getHeapStatistics } from 'node:v8';
import { formatAmount } from '../domain/instrument.ts';
import type { LatencyProbe } from '../observe/latency-probe.ts';
import { STAGES } from '../observe/metric-catalogue.ts';
import type { MetricSet } from '../observe/metric-set.ts';
import type { Desk } from '../pipeline/desk.ts';
import type { DecisionReader } from '../store/decision-reader.ts';
import type {
  DaemonView,
  DecisionQuery,
  LatencyView,
  ListQuery,
  MemoryView,
  ReadinessView,
  StatusView,
} from './daemon-view.ts';
import type { DecisionSink } from './decision-sink.ts';
import { DeskView } from './desk-view.ts';
import type { FaultBoard } from './fault-board.ts';
import type { LoopHealth } from './health.ts';
import { type MachineSampler, sumByName } from './machine-sampler.ts';
import { assessReadiness } from './readiness.ts';
import { wallClockMs } from './wall-clock.ts';
import type { WorldMetrics } from './world-metrics.ts';

export interface DaemonStatusParts {
  readonly desk: Desk;
  readonly setup: string;
  readonly buildId: string;
  readonly configHash: string;
  readonly epoch: number;
  readonly startedAtMs: number;
  readonly venues: readonly string[];
  readonly probe: LatencyProbe;
  readonly metrics: MetricSet;
  readonly worldMetrics: WorldMetrics;
  readonly decisions: DecisionSink;
  /** Its own connection to the decisions on disk: a long question reads there. */
  readonly reader: DecisionReader;
  readonly faults: FaultBoard;
  readonly health: LoopHealth;
  readonly sampler: MachineSampler;
}

/** Answers every question of the HTTP surface from the running desk. */
export class DaemonStatus implements DaemonView {
  readonly view: DeskView;
  readonly #parts: DaemonStatusParts;

  constructor(parts: DaemonStatusParts) {
    this.#parts = parts;
    this.view = new DeskView(parts.desk, parts.probe);
  }

  status(): StatusView {
    const { desk, setup, buildId, configHash, epoch, startedAtMs, decisions, faults } = this.#parts;
    const nowMs = wallClockMs();
    const { ready, reasons } = this.readiness();
    const portfolio = desk.portfolio;
    const daily = portfolio?.assessPnl(nowMs).daily;
    const { accountQuote } = desk.setup;
    return {
      mode: desk.mode.mode,
      modeCause: desk.mode.cause,
      modeSinceMs: desk.mode.sinceMs,
      ready,
      notReadyReasons: reasons,
      setup,
      venue: this.#parts.venues.join(','),
      buildId,
      configHash,
      pid: process.pid,
      epoch,
      startedAtMs,
      nowMs,
      feeds: this.feeds(),
      positions: this.positions(),
      openOrders: this.view.openOrders(),
      dailyPnl: {
        asset: accountQuote.name,
        amount: daily === undefined ? '0' : formatAmount(accountQuote, daily),
      },
      fees: this.#fees(),
      ordersUnknownCount: desk.venues.reduce((sum, { orders }) => sum + orders.unknownCount(), 0),
      framesCount: this.#parts.worldMetrics.framesCount,
      decisionsCount: decisions.count,
      fillsCount: this.view.fillsCount,
      faults: faults.list(),
    };
  }

  health() {
    return this.#parts.health.view();
  }

  readiness(): ReadinessView {
    return assessReadiness(this.#parts.desk);
  }

  decisions(query: DecisionQuery) {
    const { reader, decisions } = this.#parts;
    // What was decided a moment ago is still on its way to the disk.
    decisions.flush();
    return query.ref === undefined ? reader.list(query) : reader.chain(query.ref);
  }

  orders(query: ListQuery) {
    return this.view.orders(query);
  }
  fills(query: ListQuery) {
    return this.view.fills(query);
  }
  positions() {
    return this.view.positions();
  }
  alarms() {
    return this.#parts.faults.list();
  }
  feeds() {
    return this.view.feeds();
  }

  latency(): readonly LatencyView[] {
    const { venues, metrics } = this.#parts;
    return venues.flatMap((venue) =>
      STAGES.map((stage) => {
        const histogram = metrics.histogram('overnight_stage_seconds', { stage, venue });
        const us = (seconds: number | undefined): number | undefined =>
          seconds === undefined ? undefined : Math.round(seconds * 1e7) / 10;
        return {
          stage,
          venue,
          count: histogram.count,
          p50Us: us(histogram.quantile(0.5)),
          p95Us: us(histogram.quantile(0.95)),
          p99Us: us(histogram.quantile(0.99)),
          maxUs: histogram.count === 0 ? undefined : us(histogram.max),
        };
      }),
    );
  }

  memory(): MemoryView {
    const { metrics, sampler, desk } = this.#parts;
    const heap = getHeapStatistics();
    const { rss, external } = memoryUsage();
    const delay = metrics.histogram('overnight_eventloop_delay_seconds', {});
    const p99 = delay.quantile(0.99);
    return {
      heapUsedBytes: heap.used_heap_size,
      heapTotalBytes: heap.total_heap_size,
      heapLimitBytes: heap.heap_size_limit,
      externalBytes: external,
      rssBytes: rss,
      loopDelayMsP99: p99 === undefined ? undefined : p99 * 1_000,
      loopDelayMsMax: delay.count === 0 ? undefined : delay.max * 1_000,
      gc: sampler.gcTotals(),
      collections: [...sumByName(desk.collections()).values()],
    };
  }

  #fees(): Readonly<Record<string, string>> {
    const { desk } = this.#parts;
    const fees: Record<string, string> = {};
    for (const { asset, amount } of desk.portfolio?.listFees() ?? []) {
      fees[asset] = formatAmount({ name: asset, scale: 8 }, amount);
    }
    return fees;
  }
}
