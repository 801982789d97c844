import type { DecisionRecord } from '../../src/domain/decision.ts';
import { clientOrderId, decisionId, strategyId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import { type DecisionLine, toDecisionLine } from '../../src/observe/decision-line.ts';
import { NOON_MS } from './trading.ts';

/** A risk record that says no, unless told otherwise. */
export function makeRecord(change: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    atMs: NOON_MS,
    seq: 1,
    decisionId: decisionId('d-1'),
    stage: 'risk',
    venue: 'binance',
    symbol: 'BTC/USDT',
    strategy: strategyId('ema-cross'),
    outcome: 'denied',
    reason: { code: 'STALE_DATA', ageMs: 3412, limitMs: 3000 },
    checks: [{ code: 'STALE_DATA', value: 3412, limit: 3000, passed: false }],
    clientOrderId: undefined,
    venueOrderId: undefined,
    dataTrust: 'certified',
    inputs: {},
    run: undefined,
    ...change,
  };
}

export const STAMP = {
  epoch: 3,
  latencyUs: { parse: 4, decide: 11, risk: 9 },
  buildId: 'build-1',
  configHash: 'config-1',
};

export function makeLine(change: Partial<DecisionRecord> = {}): DecisionLine {
  return toDecisionLine(makeRecord(change), STAMP);
}

/** One whole chain, from the snapshot to the fill. */
export function makeChain(name: string, atMs: number = NOON_MS): readonly DecisionLine[] {
  const ours = { decisionId: decisionId(name), clientOrderId: clientOrderId(`ov-${name}`) };
  const lines: Partial<DecisionRecord>[] = [
    {
      stage: 'market',
      outcome: 'passed',
      reason: { code: 'DATA_USABLE' },
      checks: [],
      inputs: { bid: '60000', ask: '60000.1', ageMs: 4 },
    },
    {
      stage: 'signal',
      outcome: 'passed',
      reason: { code: 'SIGNAL_ENTRY' },
      checks: [],
      inputs: { fast: 12.5, slow: 11.9 },
    },
    {
      stage: 'risk',
      outcome: 'passed',
      reason: { code: 'INTENT_APPROVED' },
      checks: [{ code: 'STALE_DATA', value: 4, limit: 3000, passed: true }],
    },
    { stage: 'order', outcome: 'sent', reason: { code: 'SENT' }, checks: [] },
    {
      stage: 'ack',
      outcome: 'accepted',
      reason: { code: 'VENUE_ACCEPTED' },
      checks: [],
      venueOrderId: `v-${name}`,
    },
    {
      stage: 'fill',
      outcome: 'filled',
      reason: { code: 'FILL' },
      checks: [],
      venueOrderId: `v-${name}`,
      inputs: { price: '60000.1', quantity: '0.002', fee: '0.12', feeAsset: 'USDT' },
    },
  ];
  return lines.map((line, place) =>
    makeLine({ ...ours, ...line, atMs: unixMs(atMs + place), seq: place + 1 }),
  );
}
