import { expect, test } from 'vitest';
import { LoopHealth } from '../../src/live/health.ts';
import { MetricSet } from '../../src/observe/metric-set.ts';

test('one loop that stands still makes the whole unhealthy, and only its own progress heals it', () => {
  let now = 1_000_000;
  const metrics = new MetricSet({
    venues: [],
    symbols: [],
    strategies: [],
    collections: [],
    loops: ['feed', 'tick'],
  });
  const health = new LoopHealth({ feed: 5000, tick: 1000 }, () => now, metrics);
  expect(health.view().healthy).toBe(true);

  now += 1001;
  expect(health.view().healthy).toBe(false);
  health.progressed('feed');
  expect(health.view().loops.map(({ loop, progressing }) => [loop, progressing])).toEqual([
    ['feed', true],
    ['tick', false],
  ]);
  health.progressed('tick', 3);
  expect(health.view().healthy).toBe(true);
  expect(health.progress()).toEqual({ feed: 1, tick: 3 });

  metrics.read();
  expect(metrics.gauge('overnight_loop_last_run_timestamp_seconds', { loop: 'tick' }).value).toBe(
    1001.001,
  );
  expect(() => health.progressed('nobody')).toThrow(/no loop is called nobody/);
});
