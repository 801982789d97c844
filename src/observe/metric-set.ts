import { InvariantBroken } from '../domain/assert.ts';
import { FixedHistogram } from './histogram.ts';
import {
  type ConfiguredSet,
  type LabelsOf,
  METRICS,
  type MetricName,
  type MetricSpec,
  type NameOf,
} from './metric-catalogue.ts';

/** A number that is exported. Keep it and add to it: a lookup per event would cost more than the counting. */
export interface Tally {
  value: number;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly histogram: FixedHistogram | undefined;
}

export interface MetricFamily extends MetricSpec {
  readonly name: MetricName;
  readonly series: readonly Series[];
}

const SERIES_PER_METRIC_MAX = 500;
const SERIES_AT_ZERO_MAX = 100;
const SEPARATOR = '\u0000';
/** Bounds for waits and pauses: nothing of interest below 0.1 ms. */
const PAUSE_BOUNDS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  30,
];

interface Slot {
  readonly labels: Readonly<Record<string, string>>;
  readonly tally: Tally;
  readonly histogram: FixedHistogram | undefined;
}

/** All our counters, gauges and histograms: made from the catalogue, so that no other name or label can exist. */
export class MetricSet {
  readonly #configured: Readonly<Record<ConfiguredSet, readonly string[]>>;
  readonly #slots = new Map<MetricName, Map<string, Slot>>();
  readonly #collectors: (() => void)[] = [];
  readonly #dropped: Tally;

  constructor(configured: Readonly<Record<ConfiguredSet, readonly string[]>>) {
    this.#configured = configured;
    this.#dropped = this.counter('overnight_series_dropped_total', {});
    for (const name of METRIC_NAMES) this.#openAtZero(name);
  }

  /**
   * Small counters and alarms are there from the start: an increase from nothing to one is seen by no
   * rate, and an alarm that never was is told apart from one that nobody exports.
   */
  #openAtZero(name: MetricName): void {
    const { type, labels }: MetricSpec = METRICS[name];
    if (type === 'histogram' || (type === 'gauge' && name !== 'overnight_alarm_state')) return;
    let combinations: Readonly<Record<string, string>>[] = [{}];
    for (const [label, allowed] of Object.entries(labels)) {
      const values = typeof allowed === 'string' ? this.#configured[allowed] : allowed;
      if (combinations.length * values.length > SERIES_AT_ZERO_MAX) return;
      combinations = combinations.flatMap((before) =>
        values.map((value) => ({ ...before, [label]: value })),
      );
    }
    for (const combination of combinations) this.#slot(name, combination);
  }

  /** The counter of these labels. Only ever add to it. */
  counter<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>): Tally {
    return this.#slot(name, labels).tally;
  }

  gauge<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>): Tally {
    return this.#slot(name, labels).tally;
  }

  histogram<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): FixedHistogram {
    const { histogram } = this.#slot(name, labels);
    if (histogram === undefined) throw new InvariantBroken(`${name} is not a histogram`);
    return histogram;
  }

  /** Runs before each reading: for gauges that are read rather than kept. */
  onCollect(collector: () => void): void {
    this.#collectors.push(collector);
  }

  /** The present value of everything, in the order of the catalogue. */
  read(): readonly MetricFamily[] {
    for (const collect of this.#collectors) collect();
    return METRIC_NAMES.map((name) => this.#familyOf(name));
  }

  #familyOf(name: MetricName): MetricFamily {
    const slots = [...(this.#slots.get(name)?.values() ?? [])];
    const series = slots.map(({ labels, tally, histogram }) => ({
      labels,
      value: tally.value,
      histogram,
    }));
    return { name, ...METRICS[name], series };
  }

  #slot(name: MetricName, labels: Readonly<Record<string, string>>): Slot {
    let slots = this.#slots.get(name);
    if (slots === undefined) {
      slots = new Map();
      this.#slots.set(name, slots);
    }
    const closed = this.#close(name, labels, slots.size >= SERIES_PER_METRIC_MAX);
    const key = Object.values(closed).join(SEPARATOR);
    let slot = slots.get(key);
    if (slot === undefined) {
      slot = { labels: closed, tally: { value: 0 }, histogram: makeHistogram(name) };
      slots.set(key, slot);
    }
    return slot;
  }

  /** The labels in the order of the catalogue, foreign values as `__other`. A full metric takes none but known series. */
  #close(
    name: MetricName,
    labels: Readonly<Record<string, string>>,
    full: boolean,
  ): Readonly<Record<string, string>> {
    const closed: Record<string, string> = {};
    const spec: MetricSpec = METRICS[name];
    for (const [label, allowed] of Object.entries(spec.labels)) {
      const values = typeof allowed === 'string' ? this.#configured[allowed] : allowed;
      const value = labels[label];
      const known = value !== undefined && values.includes(value);
      closed[label] = known ? value : '__other';
      if (!known) this.#dropped.value += 1;
    }
    if (!full || this.#slots.get(name)?.has(Object.values(closed).join(SEPARATOR))) return closed;
    this.#dropped.value += 1;
    return Object.fromEntries(Object.keys(spec.labels).map((label) => [label, '__other']));
  }
}

const METRIC_NAMES: readonly MetricName[] = listNames();

function listNames(): readonly MetricName[] {
  const isName = (name: string): name is MetricName => name in METRICS;
  return Object.keys(METRICS).filter(isName);
}

function makeHistogram(name: MetricName): FixedHistogram | undefined {
  if (METRICS[name].type !== 'histogram') return undefined;
  return name === 'overnight_stage_seconds'
    ? new FixedHistogram()
    : new FixedHistogram(PAUSE_BOUNDS_SECONDS);
}
