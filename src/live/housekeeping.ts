import { memoryUsage } from 'node:process';
import { getHeapStatistics } from 'node:v8';
import type { DeskEvent } from '../domain/event.ts';
import type { MetricSet } from '../observe/metric-set.ts';
import type { Capture } from '../store/capture.ts';
import { findDiskSpace } from '../store/disk-space.ts';
import type { JournalStore } from '../store/journal-store.ts';
import type { DecisionSink } from './decision-sink.ts';
import type { LoopHealth } from './health.ts';
import type { AppLog } from './log.ts';
import type { MachineSampler } from './machine-sampler.ts';
import { followSystemClock, isHeldWrongly, wallClockMs } from './wall-clock.ts';
import type { WorldMetrics } from './world-metrics.ts';

export interface HousekeepingParts {
  readonly dataDir: string;
  readonly journal: JournalStore;
  readonly decisions: DecisionSink;
  readonly capture: Capture | undefined;
  readonly sampler: MachineSampler;
  readonly health: LoopHealth;
  readonly worldMetrics: WorldMetrics;
  readonly metrics: MetricSet;
  readonly tell: (event: DeskEvent) => void;
  /** Venue clock as we estimate it. */
  readonly venueNowMs: () => number;
  readonly beat: () => void;
  readonly log: AppLog;
}

const FLUSH_EVERY_MS = 50;
const DECISIONS_EVERY_MS = 150;
const SAMPLE_EVERY_MS = 1_000;
const BEAT_EVERY_MS = 5_000;
const DISK_EVERY_MS = 10_000;
const PRUNE_EVERY_MS = 30_000;

/** What must be done again and again beside the core: commits in groups, samples, the heartbeat, pruning. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  readonly #timers: NodeJS.Timeout[] = [];
  #diskFreeBytes: number | undefined;
  #framesSeen = 0;
  #ticksSeen = 0;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  start(): void {
    const { journal, decisions, capture, health } = this.#parts;
    this.#each(FLUSH_EVERY_MS, () => {
      journal.flush();
      health.progressed('journal');
    });
    this.#each(DECISIONS_EVERY_MS, () => {
      decisions.flush();
      capture?.tick(wallClockMs());
      health.progressed('decisions');
    });
    this.#each(SAMPLE_EVERY_MS, () => this.#sample());
    this.#each(BEAT_EVERY_MS, () => this.#beat());
    this.#each(DISK_EVERY_MS, () => void this.#measureDisk());
    this.#each(PRUNE_EVERY_MS, () => decisions.prune());
    void this.#measureDisk();
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #each(everyMs: number, work: () => void): void {
    this.#timers.push(setInterval(work, everyMs));
  }

  #sample(): void {
    const { sampler, tell, health, worldMetrics } = this.#parts;
    const { framesCount, ticksCount } = worldMetrics;
    // Only work that got somewhere counts: a timer alone proves nothing.
    if (framesCount > this.#framesSeen) health.progressed('frames', framesCount - this.#framesSeen);
    if (ticksCount > this.#ticksSeen) health.progressed('tick', ticksCount - this.#ticksSeen);
    this.#framesSeen = framesCount;
    this.#ticksSeen = ticksCount;
    const clockStepMs = followSystemClock();
    tell({
      type: 'healthSampled',
      atMs: wallClockMs(),
      loopDelayMsMax: sampler.takeLoopDelayMsMax(),
      heapUsedBytes: getHeapStatistics().used_heap_size,
      rssBytes: memoryUsage.rss(),
      diskFreeBytes: this.#diskFreeBytes,
      clockStepMs,
    });
    sampler.newUtilizationWindow();
    if (isHeldWrongly(this.#parts.venueNowMs())) {
      // In order, and the supervisor starts the next: the journal carries everything over.
      tell({ type: 'stopRequested', atMs: wallClockMs(), cause: 'the system clock was set back' });
    }
  }

  #beat(): void {
    try {
      this.#parts.beat();
    } catch (error) {
      // The watcher sees an old beat and says so; trading does not depend on this file.
      this.#parts.log.fault('disk.low', 'error', { file: 'heartbeat.json', text: String(error) });
    }
  }

  async #measureDisk(): Promise<void> {
    const space = await findDiskSpace(this.#parts.dataDir);
    this.#diskFreeBytes = space?.freeBytes;
    if (space === undefined) return;
    this.#parts.metrics.gauge('overnight_disk_free_bytes', { mount: 'data' }).value =
      space.freeBytes;
  }
}
