import { expect, test } from 'vitest';
import { MachineSampler, sumByName } from '../../src/live/machine-sampler.ts';
import { PrometheusExporter } from '../../src/live/metrics.ts';
import { METRICS } from '../../src/observe/metric-catalogue.ts';
import { MetricSet } from '../../src/observe/metric-set.ts';

function makeSet(): MetricSet {
  return new MetricSet({
    venues: ['binance'],
    symbols: ['BTC/USDT'],
    strategies: ['ema-cross'],
    collections: ['orders'],
    loops: ['feed'],
  });
}

const SAMPLE = /^([a-z_]+)(?:\{([^}]*)\})? (-?[0-9.eE+-]+|NaN|[+-]Inf)$/;

/** Every sample of an exposition, by its name with labels. Fails on a line that is none. */
function parse(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const match = SAMPLE.exec(line);
    expect(match, line).not.toBeNull();
    samples.set(`${match?.[1]}{${match?.[2] ?? ''}}`, Number(match?.[3]));
  }
  return samples;
}

test('the text parses, names every metric of the catalogue, and holds what was counted', async () => {
  const set = makeSet();
  set.counter('overnight_orders_sent_total', { venue: 'binance' }).value = 3;
  set.gauge('overnight_daily_pnl_quote', { account: 'binance' }).value = -12.5;
  const stage = set.histogram('overnight_stage_seconds', { stage: 'parse', venue: 'binance' });
  for (const value of [0.000_004, 0.000_02, 60]) stage.observe(value);

  const text = await new PrometheusExporter(set).text();
  const samples = parse(text);
  for (const name of Object.keys(METRICS)) expect(text).toContain(`# TYPE ${name} `);
  expect(samples.get('overnight_orders_sent_total{venue="binance"}')).toBe(3);
  expect(samples.get('overnight_daily_pnl_quote{account="binance"}')).toBe(-12.5);
  const bucket = (le: string): number | undefined =>
    samples.get(`overnight_stage_seconds_bucket{stage="parse",venue="binance",le="${le}"}`);
  expect([bucket('0.000005'), bucket('0.00001'), bucket('30'), bucket('+Inf')]).toEqual([
    1, 1, 2, 3,
  ]);
  expect(samples.get('overnight_stage_seconds_count{stage="parse",venue="binance"}')).toBe(3);
  expect(samples.get('overnight_stage_seconds_sum{stage="parse",venue="binance"}')).toBeCloseTo(60);
});

// prom-client's own collectors reset on a scrape: the second reader would see an empty night.
test('two scrapers at once agree, and looking changes nothing', async () => {
  const set = makeSet();
  const counter = set.counter('overnight_fills_total', { venue: 'binance' });
  const delay = set.histogram('overnight_eventloop_delay_seconds', {});
  counter.value = 7;
  delay.observe(0.2);
  const exporter = new PrometheusExporter(set);
  const [one, two] = await Promise.all([exporter.text(), exporter.text()]);
  expect(one).toBe(two);
  expect(await exporter.text()).toBe(one);
  counter.value += 1;
  expect(parse(await exporter.text()).get('overnight_fills_total{venue="binance"}')).toBe(8);
});

// `increase()` does not see a counter that begins at one, and an alarm nobody exports looks like peace.
test('reconnects, faults and alarms are there as zero before the first of them happens', async () => {
  const samples = parse(await new PrometheusExporter(makeSet()).text());
  expect(samples.get('overnight_ws_reconnects_total{venue="binance",reason="dataSilence"}')).toBe(
    0,
  );
  for (const name of ['overnight_faults_total', 'overnight_order_rejects_total']) {
    expect([...samples.keys()].filter((key) => key.startsWith(name))).not.toEqual([]);
  }
  expect(samples.get('overnight_alarm_state{alarm="order.unknown",severity="error"}')).toBe(0);
});

test('collections of one name are told as their sum: none hides behind another', () => {
  const window = (size: number) => ({ name: 'fills_booked', size, limit: 10, evictedCount: 1 });
  expect([...sumByName([window(2), window(5)]).values()]).toEqual([
    { name: 'fills_booked', size: 7, limit: 20, evictedCount: 2 },
  ]);
});

test('the machine is sampled: memory, collector, collections, and a blocked loop at once', async () => {
  const set = makeSet();
  const orders = { name: 'orders', size: 3, limit: 10, evictedCount: 1 };
  const sampler = new MachineSampler(set, () => [orders]);
  sampler.takeLoopDelayMsMax();
  const until = performance.now() + 150;
  while (performance.now() < until) {
    // The loop is blocked: no timer can have noticed yet.
  }
  expect(sampler.takeLoopDelayMsMax()).toBeGreaterThan(50);

  const samples = parse(await new PrometheusExporter(set).text());
  expect(samples.get('overnight_collection_entries{collection="orders"}')).toBe(3);
  expect(samples.get('overnight_collection_limit{collection="orders"}')).toBe(10);
  expect(samples.get('overnight_collection_evicted_total{collection="orders"}')).toBe(1);
  for (const name of ['overnight_rss_bytes', 'overnight_heap_used_bytes', 'overnight_up']) {
    expect(samples.get(`${name}{}`), name).toBeGreaterThan(0);
  }
  sampler.stop();
});
