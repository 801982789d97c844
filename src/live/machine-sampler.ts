import {
  constants,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { memoryUsage, resourceUsage } from 'node:process';
import { getHeapStatistics } from 'node:v8';
import type { CollectionSize } from '../domain/bounded.ts';
import type { FixedHistogram } from '../observe/histogram.ts';
import type { MetricSet } from '../observe/metric-set.ts';

const BEAT_MS = 50;

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

export interface GcTotal {
  readonly count: number;
  readonly totalMs: number;
}

/**
 * What the machine does to us: loop delay, pauses of the collector, memory, processor. The loop's delay
 * comes from a timer of our own, whose histogram is never reset, so that two scrapers see the same.
 */
export class MachineSampler {
  readonly #metrics: MetricSet;
  readonly #delay: FixedHistogram;
  readonly #observer: PerformanceObserver;
  readonly #beat: NodeJS.Timeout;
  readonly #gc = new Map<string, GcTotal>();
  readonly #collections: () => Iterable<CollectionSize>;
  #lastBeatMs = performance.now();
  #delayMsMax = 0;
  #utilization = performance.eventLoopUtilization();

  /** Starts sampling at once. `collections` gives every bounded collection there is. */
  constructor(metrics: MetricSet, collections: () => Iterable<CollectionSize>) {
    this.#metrics = metrics;
    this.#collections = collections;
    this.#delay = metrics.histogram('overnight_eventloop_delay_seconds', {});
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#onGc(entry.duration, kindOf(entry));
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS);
    this.#beat.unref();
    metrics.onCollect(() => this.#collect());
  }

  /** Longest delay of the loop since the last call, the running one included: SIGSTOP shows at once. */
  takeLoopDelayMsMax(): number {
    const overdue = performance.now() - this.#lastBeatMs - BEAT_MS;
    const max = Math.max(this.#delayMsMax, overdue, 0);
    this.#delayMsMax = 0;
    return max;
  }

  gcTotals(): Readonly<Record<string, GcTotal>> {
    return Object.fromEntries(this.#gc);
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#observer.disconnect();
  }

  #onBeat(): void {
    const now = performance.now();
    const late = Math.max(0, now - this.#lastBeatMs - BEAT_MS);
    this.#lastBeatMs = now;
    this.#delay.observe(late / 1000);
    if (late > this.#delayMsMax) this.#delayMsMax = late;
  }

  #onGc(durationMs: number, kind: string): void {
    const before = this.#gc.get(kind) ?? { count: 0, totalMs: 0 };
    this.#gc.set(kind, { count: before.count + 1, totalMs: before.totalMs + durationMs });
    this.#metrics.histogram('overnight_gc_pause_seconds', { kind }).observe(durationMs / 1000);
  }

  #collect(): void {
    const metrics = this.#metrics;
    const heap = getHeapStatistics();
    const memory = memoryUsage();
    metrics.gauge('overnight_heap_used_bytes', {}).value = heap.used_heap_size;
    metrics.gauge('overnight_heap_total_bytes', {}).value = heap.total_heap_size;
    metrics.gauge('overnight_heap_limit_bytes', {}).value = heap.heap_size_limit;
    metrics.gauge('overnight_heap_limit_ratio', {}).value =
      heap.used_heap_size / heap.heap_size_limit;
    metrics.gauge('overnight_external_bytes', {}).value = memory.external;
    metrics.gauge('overnight_rss_bytes', {}).value = memory.rss;
    metrics.gauge('overnight_up', {}).value = 1;
    metrics.gauge('overnight_start_timestamp_seconds', {}).value = performance.timeOrigin / 1000;
    const used = resourceUsage();
    metrics.counter('overnight_cpu_seconds_total', { mode: 'user' }).value = used.userCPUTime / 1e6;
    metrics.counter('overnight_cpu_seconds_total', { mode: 'system' }).value =
      used.systemCPUTime / 1e6;
    for (const [name, { size, limit, evictedCount }] of sumByName(this.#collections())) {
      const labels = { collection: name };
      metrics.gauge('overnight_collection_entries', labels).value = size;
      metrics.gauge('overnight_collection_limit', labels).value = limit;
      metrics.counter('overnight_collection_evicted_total', labels).value = evictedCount;
    }
    metrics.gauge('overnight_eventloop_utilization_ratio', {}).value =
      performance.eventLoopUtilization(this.#utilization).utilization;
  }

  /** Starts a new window for the utilization: called with each health sample, so that no scrape resets it. */
  newUtilizationWindow(): void {
    this.#utilization = performance.eventLoopUtilization();
  }
}

/** One window per symbol, one name: told together, or the last one would hide the others. */
export function sumByName(
  collections: Iterable<CollectionSize>,
): ReadonlyMap<string, CollectionSize> {
  const sums = new Map<string, CollectionSize>();
  for (const { name, size, limit, evictedCount } of collections) {
    const before = sums.get(name) ?? { size: 0, limit: 0, evictedCount: 0 };
    sums.set(name, {
      name,
      size: before.size + size,
      limit: before.limit + limit,
      evictedCount: before.evictedCount + evictedCount,
    });
  }
  return sums;
}

function kindOf(entry: PerformanceEntry): string {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined;
  if (typeof detail !== 'object' || detail === null || !('kind' in detail)) return 'other';
  return GC_KINDS[Number(detail.kind)] ?? 'other';
}
