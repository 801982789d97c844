import type { DecisionRecord } from '../../src/domain/decision.ts';
import type { Effect } from '../../src/domain/effect.ts';
import type { DeskEvent } from '../../src/domain/event.ts';
import type { LatencyUs } from '../../src/observe/decision-line.ts';
import { LatencyProbe } from '../../src/observe/latency-probe.ts';
import { MetricSet } from '../../src/observe/metric-set.ts';
import { SYMBOLS } from './night-setup.ts';

export interface TimedRecord {
  readonly record: DecisionRecord;
  readonly latencyUs: LatencyUs;
}

/**
 * The real probe on a clock that a test moves by hand, fed as the live world feeds it. Each look at
 * the clock costs a microsecond, so that whatever is stamped in the wrong order is out of order.
 */
export class NightTimes {
  nowMs = 1_000;
  readonly metrics = new MetricSet({
    venues: ['binance'],
    symbols: SYMBOLS,
    strategies: [],
    collections: [],
    loops: [],
  });
  readonly probe = new LatencyProbe(
    () => {
      this.nowMs += 0.001;
      return this.nowMs;
    },
    this.metrics,
    (from, to) => {
      throw new Error(`a stage ended before it began: ${from} is after ${to}`);
    },
  );
  readonly records: TimedRecord[] = [];

  countOf(stage: string): number {
    return this.metrics.histogram('overnight_stage_seconds', { stage, venue: 'binance' }).count;
  }

  /** Records of the chains that such a record began, oldest first. */
  chainsOf(isFirst: (record: DecisionRecord) => boolean): readonly (readonly TimedRecord[])[] {
    const firsts = this.records.filter(({ record }) => isFirst(record));
    return firsts.map((first) =>
      this.records.filter(({ record }) => record.decisionId === first.record.decisionId),
    );
  }

  hear(event: DeskEvent): void {
    const { type } = event;
    if (type === 'frameReceived') this.probe.begin('binance', this.nowMs);
    else if (type === 'orderAnswered') {
      this.probe.orderAnswered(event.clientOrderId);
      this.probe.beginWithoutFrame();
    } else if (type !== 'intentDurable' && type !== 'submittedDurable') {
      this.probe.beginWithoutFrame();
    }
  }

  onEffect(effect: Effect): void {
    const { probe } = this;
    if (effect.type === 'persistIntent') probe.orderLeaves(effect.order);
    else if (effect.type === 'persistSubmitted') probe.orderDurable(effect.order.clientOrderId);
    else if (effect.type === 'placeOrder') probe.orderSent(effect.order.clientOrderId);
    else if (effect.type === 'recordDecision') {
      const { record } = effect;
      const { clientOrderId, stage } = record;
      if (stage === 'fill' && clientOrderId !== undefined) probe.orderFilled(clientOrderId);
      this.records.push({ record, latencyUs: probe.recordLatencyUs(record) });
    }
  }
}
