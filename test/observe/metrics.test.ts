import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientOrderId } from '../../src/domain/ids.ts';
import { FixedHistogram, LATENCY_BOUNDS_SECONDS } from '../../src/observe/histogram.ts';
import { LatencyProbe } from '../../src/observe/latency-probe.ts';
import { METRICS } from '../../src/observe/metric-catalogue.ts';
import { MetricSet } from '../../src/observe/metric-set.ts';

const makeSet = (): MetricSet =>
  new MetricSet({
    venues: ['binance'],
    symbols: ['BTC/USDT'],
    strategies: ['ema-cross'],
    collections: ['orders'],
    loops: ['feed'],
  });

describe('a histogram', () => {
  test('every value falls into the one bucket whose bound is the first at or above it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (values) => {
        const histogram = new FixedHistogram();
        for (const value of values) histogram.observe(value);
        const expected = [...LATENCY_BOUNDS_SECONDS, Number.POSITIVE_INFINITY].map(
          (bound, place) =>
            values.filter((v) => v <= bound && v > (LATENCY_BOUNDS_SECONDS[place - 1] ?? -1))
              .length,
        );
        expect(histogram.counts()).toEqual(expected);
        expect(histogram.count).toBe(values.length);
        expect(histogram.max).toBe(Math.max(0, ...values));
      }),
    );
  });

  test('a quantile is the bound of its bucket and never above the largest value; none without values', () => {
    const histogram = new FixedHistogram([1, 2, 5]);
    expect(histogram.quantile(0.5)).toBeUndefined();
    for (const value of [0.5, 0.5, 1.5, 7]) histogram.observe(value);
    expect([0.5, 0.75, 1].map((q) => histogram.quantile(q))).toEqual([1, 2, 7]);
  });
});

describe('the set of metrics', () => {
  test('a label value outside its closed set becomes __other and is counted', () => {
    const set = makeSet();
    set.gauge('overnight_market_data_age_seconds', { venue: 'binance', symbol: 'EVIL' }).value = 1;
    const family = set.read().find(({ name }) => name === 'overnight_market_data_age_seconds');
    expect(family?.series.map(({ labels }) => labels)).toEqual([
      { venue: 'binance', symbol: '__other' },
    ]);
    expect(set.counter('overnight_series_dropped_total', {}).value).toBe(1);
  });

  test('a thousand foreign combinations make one more series, not a thousand', () => {
    const set = makeSet();
    for (let n = 0; n < 1000; n++) {
      set.counter('overnight_decisions_total', {
        stage: 's',
        outcome: 'o',
        reason: `r${n}`,
      }).value += 1;
    }
    const family = set.read().find(({ name }) => name === 'overnight_decisions_total');
    expect(family?.series.map(({ value }) => value)).toEqual([1000]);
  });

  test('the same labels give the same tally, in whatever order they are written', () => {
    const set = makeSet();
    const one = set.counter('overnight_data_rejected_total', {
      venue: 'binance',
      reason: 'crossed',
    });
    const same = set.counter('overnight_data_rejected_total', {
      reason: 'crossed',
      venue: 'binance',
    });
    expect(same).toBe(one);
  });

  test('names are as Prometheus wants them: prefix, base units, counters end in total', () => {
    for (const [name, { type, help }] of Object.entries(METRICS)) {
      expect(name).toMatch(/^overnight_[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(help.length, name).toBeGreaterThan(5);
    }
  });

  test('the contract of the names that are always there holds', () => {
    const promised = [
      'overnight_stage_seconds',
      'overnight_market_data_age_seconds',
      'overnight_ws_connected',
      'overnight_ws_reconnects_total',
      'overnight_decisions_total',
      'overnight_orders_unknown',
      'overnight_open_positions',
      'overnight_daily_pnl_quote',
      'overnight_collection_entries',
      'overnight_heap_used_bytes',
      'overnight_eventloop_delay_seconds',
      'overnight_alarm_state',
    ];
    const names = makeSet()
      .read()
      .map(({ name }) => String(name));
    expect(promised.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('the probe', () => {
  function probeAt() {
    let nowMs = 1000;
    const set = makeSet();
    const wait = (ms: number): void => {
      nowMs += ms;
    };
    const probe = new LatencyProbe(() => nowMs, set);
    const begin = (): void => probe.begin('binance', nowMs);
    return { probe, set, wait, begin };
  }
  const countOf = (set: MetricSet, stage: string): number =>
    set.histogram('overnight_stage_seconds', { stage, venue: 'binance' }).count;

  test('an order carries its stage times from the frame to the fill, through other frames in between', () => {
    const { probe, set, wait, begin } = probeAt();
    const id = clientOrderId('ov1');
    begin();
    for (const stage of ['parsed', 'decided', 'approved'] as const) {
      wait(0.01);
      probe.mark(stage);
    }
    expect(probe.latencyUs()).toEqual({ parse: 10, decide: 10, risk: 10 });
    probe.orderLeaves(id, 'binance');
    wait(0.01);
    probe.orderDurable(id);
    wait(0.5);
    probe.orderSent(id);

    wait(1);
    begin();
    probe.mark('parsed');
    wait(1);
    probe.orderAnswered(id);
    wait(1);
    probe.orderFilled(id);
    expect(probe.latencyUs(id)).toEqual({
      parse: 10,
      decide: 10,
      risk: 10,
      journal: 10,
      send: 510,
      venue: 2000,
      fill: 3000,
      tickToOrder: 540,
      tickToAck: 2540,
    });
    for (const stage of [
      'decide',
      'risk',
      'send',
      'venue',
      'fill',
      'tick_to_order',
      'tick_to_ack',
    ]) {
      expect(countOf(set, stage), stage).toBe(1);
    }
    expect(countOf(set, 'parse')).toBe(1);
  });

  test('of the frames that nobody wishes for anything after, one in sixteen is timed', () => {
    const { probe, set, wait, begin } = probeAt();
    for (let n = 0; n < 160; n++) {
      begin();
      wait(1);
      probe.mark('parsed');
      wait(1);
      probe.markIdle();
    }
    expect(countOf(set, 'parse')).toBe(10);
    expect(countOf(set, 'decide')).toBe(10);
    // A wish is timed whenever it comes.
    for (let n = 0; n < 5; n++) {
      begin();
      wait(1);
      probe.mark('parsed');
      wait(1);
      probe.mark('decided');
    }
    expect(countOf(set, 'parse')).toBe(15);
    expect(countOf(set, 'decide')).toBe(15);
  });

  test('what a timer decides is not measured from the frame before it', () => {
    const { probe, set, wait, begin } = probeAt();
    begin();
    probe.mark('parsed');
    wait(500);
    probe.beginWithoutFrame();
    probe.mark('decided');
    probe.mark('approved');
    probe.orderLeaves(clientOrderId('ov1'), 'binance');
    probe.orderSent(clientOrderId('ov1'));
    expect(countOf(set, 'decide')).toBe(0);
    expect(countOf(set, 'tick_to_order')).toBe(0);
    expect(countOf(set, 'send')).toBe(1);
  });

  test('a second answer or fill changes nothing, an order nobody knows neither', () => {
    const { probe, set, begin } = probeAt();
    const id = clientOrderId('ov1');
    begin();
    probe.orderLeaves(id, 'binance');
    for (let n = 0; n < 3; n++) {
      probe.orderSent(id);
      probe.orderAnswered(id);
      probe.orderFilled(id);
    }
    probe.orderFilled(clientOrderId('nobody'));
    expect(countOf(set, 'fill')).toBe(1);
    expect(countOf(set, 'venue')).toBe(1);
  });

  test('a message from the future is counted, not hidden as zero', () => {
    const { probe, set } = probeAt();
    probe.observeFeed('binance', 0.02);
    probe.observeFeed('binance', -0.001);
    expect(countOf(set, 'feed')).toBe(1);
    expect(set.counter('overnight_feed_negative_total', { venue: 'binance' }).value).toBe(1);
  });
});
