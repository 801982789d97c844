import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FixedHistogram } from '../observe/histogram.ts';
import type { MetricName } from '../observe/metric-catalogue.ts';
import { METRICS } from '../observe/metric-catalogue.ts';
import type { MetricFamily, MetricSet } from '../observe/metric-set.ts';

type Values = Awaited<ReturnType<Histogram<string>['get']>>['values'];

/**
 * Our own numbers as Prometheus text. prom-client only writes: it keeps no number between two scrapes,
 * so that two scrapers read the same and nothing is reset by being looked at.
 */
export class PrometheusExporter {
  readonly #metrics: MetricSet;
  readonly #registry = new Registry();
  #families: ReadonlyMap<MetricName, MetricFamily> = new Map();

  constructor(metrics: MetricSet) {
    this.#metrics = metrics;
    for (const family of metrics.read()) this.#register(family);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, as it is now. */
  async text(): Promise<string> {
    this.#families = new Map(this.#metrics.read().map((family) => [family.name, family]));
    return await this.#registry.metrics();
  }

  #register({ name, help, type }: MetricFamily): void {
    const labelNames = Object.keys(METRICS[name].labels);
    const seriesOf = () => this.#families.get(name)?.series ?? [];
    const common = { name, help, labelNames, registers: [this.#registry] };
    switch (type) {
      case 'counter':
        new Counter({
          ...common,
          collect() {
            this.reset();
            for (const { labels, value } of seriesOf()) this.inc(labels, value);
          },
        });
        return;
      case 'gauge':
        new Gauge({
          ...common,
          collect() {
            this.reset();
            for (const { labels, value } of seriesOf()) this.set(labels, value);
          },
        });
        return;
      case 'histogram':
        readElsewhere(new Histogram(common), name, help, () =>
          seriesOf().flatMap(({ labels, histogram }) =>
            histogram === undefined ? [] : toValues(name, labels, histogram),
          ),
        );
    }
  }
}

/** A histogram whose buckets are counted elsewhere: prom-client asks this method when it writes one. */
function readElsewhere(
  histogram: Histogram<string>,
  name: string,
  help: string,
  read: () => Values,
): void {
  const answer = async () => ({ name, help, type: 'histogram', values: read() });
  Object.defineProperty(histogram, 'getForPromString', { value: answer });
}

function toValues(
  name: string,
  labels: Readonly<Record<string, string>>,
  histogram: FixedHistogram,
): Values {
  const values: Values = [];
  let below = 0;
  for (const [place, count] of histogram.counts().entries()) {
    below += count;
    const bound = histogram.bounds[place];
    const le = bound === undefined ? '+Inf' : bound;
    values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: below });
  }
  values.push({ metricName: `${name}_sum`, labels, value: histogram.sum });
  values.push({ metricName: `${name}_count`, labels, value: histogram.count });
  return values;
}
