import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ClientOrderId,
  clientOrderId,
  type DecisionId,
  decisionId,
} from '../../src/domain/ids.ts';
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
    const probe = new LatencyProbe(
      () => nowMs,
      set,
      (from, to) => expect.fail(`${to} is before ${from}`),
    );
    const begin = (): void => probe.begin('binance', nowMs);
    /** A frame that leads to one approved wish, each stage as long as `ms`. */
    const wish = (order: Order, ms: number): void => {
      begin();
      wait(ms);
      probe.markParsed();
      wait(ms);
      probe.beginWish(order.decisionId, 'binance');
      wait(ms);
      probe.markApproved();
      wait(ms);
      probe.endWish();
      probe.markIdle();
    };
    return { probe, set, wait, begin, wish };
  }
  interface Order {
    readonly clientOrderId: ClientOrderId;
    readonly decisionId: DecisionId;
  }
  const orderOf = (name: string): Order => ({
    clientOrderId: clientOrderId(name),
    decisionId: decisionId(`d-${name}`),
  });
  const unsent = (order: Order) => ({ ...order, clientOrderId: undefined });
  const countOf = (set: MetricSet, stage: string): number =>
    set.histogram('overnight_stage_seconds', { stage, venue: 'binance' }).count;

  test('an order carries its stage times from the frame to the fill, through other frames in between', () => {
    const { probe, set, wait, begin, wish } = probeAt();
    const order = orderOf('ov1');
    const id = order.clientOrderId;
    wish(order, 0.01);
    expect(probe.recordLatencyUs(unsent(order))).toEqual({ parse: 10, decide: 10, risk: 10 });
    probe.orderLeaves(order);
    probe.orderDurable(id);
    wait(0.5);
    probe.orderSent(id);

    wait(1);
    begin();
    probe.markParsed();
    wait(1);
    probe.orderAnswered(id);
    wait(1);
    probe.orderFilled(id);
    const whole = {
      parse: 10,
      decide: 10,
      risk: 10,
      journal: 10,
      send: 510,
      venue: 2000,
      fill: 3000,
      tickToOrder: 540,
      tickToAck: 2540,
    };
    expect(probe.latencyUs(id)).toEqual(whole);
    expect(probe.recordLatencyUs(order)).toEqual(whole);
    for (const stage of [
      'parse',
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
  });

  test('of the frames that nobody wishes for anything after, one in sixteen is timed', () => {
    const { probe, set, wait, begin, wish } = probeAt();
    for (let n = 0; n < 160; n++) {
      begin();
      wait(1);
      probe.markParsed();
      wait(1);
      probe.markIdle();
    }
    expect(countOf(set, 'parse')).toBe(10);
    expect(countOf(set, 'decide')).toBe(10);
    // A wish is timed whenever it comes, and is never idle as well.
    for (let n = 0; n < 33; n++) wish(orderOf(`ov${n}`), 1);
    expect(countOf(set, 'parse')).toBe(43);
    expect(countOf(set, 'decide')).toBe(43);
  });

  test('two wishes of one frame: it was parsed once, and each is measured from its own beginning', () => {
    const { probe, set, wait, begin } = probeAt();
    const [exit, entry] = [orderOf('ov1'), orderOf('ov2')];
    begin();
    wait(1);
    probe.markParsed();
    wait(2);
    probe.beginWish(exit.decisionId, 'binance');
    wait(4);
    probe.markApproved();
    wait(8);
    probe.endWish();
    wait(16);
    probe.beginWish(entry.decisionId, 'binance');
    wait(32);
    probe.markApproved();
    probe.endWish();
    probe.markIdle();

    expect(probe.recordLatencyUs(unsent(exit))).toEqual({ parse: 1e3, decide: 2e3, risk: 4e3 });
    expect(probe.recordLatencyUs(unsent(entry))).toEqual({ parse: 1e3, decide: 16e3, risk: 32e3 });
    // They leave one after the other, when both are decided.
    for (const order of [exit, entry]) {
      probe.orderLeaves(order);
      wait(1);
      probe.orderSent(order.clientOrderId);
    }
    expect(probe.latencyUs(exit.clientOrderId)).toMatchObject({ send: 57e3, tickToOrder: 64e3 });
    expect(probe.latencyUs(entry.clientOrderId)).toMatchObject({ send: 2e3, tickToOrder: 65e3 });
    expect(countOf(set, 'parse')).toBe(1);
    for (const stage of ['decide', 'risk', 'send']) expect(countOf(set, stage), stage).toBe(2);
  });

  test('what a timer decides is not measured from the frame before it', () => {
    const { probe, set, wait, begin } = probeAt();
    const order = orderOf('ov1');
    begin();
    probe.markParsed();
    wait(500);
    probe.beginWithoutFrame();
    probe.beginWish(order.decisionId, 'binance');
    probe.markApproved();
    probe.endWish();
    probe.orderLeaves(order);
    probe.orderSent(order.clientOrderId);
    expect(countOf(set, 'parse')).toBe(0);
    expect(countOf(set, 'decide')).toBe(0);
    expect(countOf(set, 'tick_to_order')).toBe(0);
    expect(countOf(set, 'send')).toBe(1);
  });

  test('a second answer or fill changes nothing, an order nobody knows neither', () => {
    const { probe, set, wish } = probeAt();
    const order = orderOf('ov1');
    const id = order.clientOrderId;
    wish(order, 1);
    probe.orderLeaves(order);
    for (let n = 0; n < 3; n++) {
      probe.orderSent(id);
      probe.orderAnswered(id);
      probe.orderFilled(id);
    }
    for (const stage of ['send', 'venue', 'fill']) expect(countOf(set, stage), stage).toBe(1);

    const nobody = orderOf('nobody');
    probe.orderFilled(nobody.clientOrderId);
    probe.orderSent(nobody.clientOrderId);
    expect(probe.latencyUs(nobody.clientOrderId)).toEqual({});
    expect(probe.recordLatencyUs(nobody), 'the running frame is not its own').toEqual({});
    for (const stage of ['send', 'fill']) expect(countOf(set, stage), stage).toBe(1);
  });

  // The callback of the socket may come after the fill on the other socket.
  test('told of the sending after the fill: no stage is measured from there', () => {
    const { probe, set, wait, wish } = probeAt();
    const order = orderOf('ov1');
    wish(order, 1);
    probe.orderLeaves(order);
    wait(1);
    probe.orderFilled(order.clientOrderId);
    wait(1);
    probe.orderSent(order.clientOrderId);
    for (const stage of ['send', 'fill', 'tick_to_order'])
      expect(countOf(set, stage), stage).toBe(0);
    expect(probe.latencyUs(order.clientOrderId)).toEqual({ parse: 1e3, decide: 1e3, risk: 1e3 });
  });

  test('a stage that ended before it began is counted as the bug it is, and spoils no histogram', () => {
    let nowMs = 1_000;
    const set = makeSet();
    const probe = new LatencyProbe(() => nowMs, set);
    probe.begin('binance', nowMs);
    nowMs -= 1;
    probe.markParsed();
    nowMs += 5;
    probe.beginWish(decisionId('d-1'), 'binance');
    expect(countOf(set, 'parse')).toBe(0);
    expect(countOf(set, 'decide')).toBe(1);
    expect(set.counter('overnight_stage_negative_total', {}).value).toBe(1);
  });

  test('a message from the future is counted, not hidden as zero', () => {
    const { probe, set } = probeAt();
    probe.observeFeed('binance', 0.02);
    probe.observeFeed('binance', -0.001);
    expect(countOf(set, 'feed')).toBe(1);
    expect(set.counter('overnight_feed_negative_total', { venue: 'binance' }).value).toBe(1);
  });
});
