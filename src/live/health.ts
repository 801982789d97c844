import { InvariantBroken } from '../domain/assert.ts';
import type { MetricSet } from '../observe/metric-set.ts';
import type { HealthView, LoopProgress } from './daemon-view.ts';

interface Loop {
  readonly limitMs: number;
  count: number;
  lastAtMs: number;
}

/**
 * Which work loops get anywhere. A loop that only runs is not enough: its owner calls `progressed` when
 * something was really done (a message decoded, a tick handled, rows committed).
 */
export class LoopHealth {
  readonly #loops = new Map<string, Loop>();
  readonly #nowMs: () => number;

  /** `limitsMs`: how long each loop may do without progress. The time before the first progress counts from now. */
  constructor(limitsMs: Readonly<Record<string, number>>, nowMs: () => number, metrics: MetricSet) {
    this.#nowMs = nowMs;
    const now = nowMs();
    for (const [loop, limitMs] of Object.entries(limitsMs)) {
      this.#loops.set(loop, { limitMs, count: 0, lastAtMs: now });
    }
    metrics.onCollect(() => {
      for (const [loop, { lastAtMs }] of this.#loops) {
        metrics.gauge('overnight_loop_last_run_timestamp_seconds', { loop }).value =
          lastAtMs / 1000;
      }
    });
  }

  progressed(loop: string, steps = 1): void {
    const found = this.#loops.get(loop);
    if (found === undefined) throw new InvariantBroken(`no loop is called ${loop}`);
    found.count += steps;
    found.lastAtMs = this.#nowMs();
  }

  /** Counters for the heartbeat: they rise while the loops work. */
  progress(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#loops].map(([loop, { count }]) => [loop, count]));
  }

  view(): HealthView {
    const now = this.#nowMs();
    const loops: LoopProgress[] = [...this.#loops].map(([loop, { limitMs, count, lastAtMs }]) => {
      const ageMs = Math.max(0, Math.round(now - lastAtMs));
      return {
        loop,
        count,
        lastAtMs: Math.round(lastAtMs),
        ageMs,
        limitMs,
        progressing: ageMs <= limitMs,
      };
    });
    return { healthy: loops.every(({ progressing }) => progressing), loops };
  }
}
