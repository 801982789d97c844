import { expect, test } from 'vitest';
import { type Act, ActRecord } from '../../../src/cli/rehearse/act.ts';
import type { Judgement } from '../../../src/cli/rehearse/judge.ts';
import { renderHtml } from '../../../src/cli/rehearse/render-html.ts';
import { renderTable } from '../../../src/cli/rehearse/render-table.ts';
import { makeReport, type NightResult } from '../../../src/cli/rehearse/report.ts';
import { SCRIPT } from '../../../src/cli/rehearse/script.ts';

const ACT: Act = {
  name: 'rain',
  family: 'machine',
  story: 'it rains through the <roof>',
  play: async () => undefined,
};

const FINE: Judgement = {
  ordersSentCount: 9,
  ordersArrivedCount: 9,
  ordersFilledCount: 9,
  ordersRejectedCount: 0,
  ordersAbsentCount: 0,
  fillsCount: 9,
  operatorOrdersCount: 0,
  lost: [],
  duplicated: [],
  unexplained: [],
  balances: [{ asset: 'USDT', byJournal: '1.00000000', byExchange: '1.00000000' }],
};

function playedAct(): ActRecord {
  const record = new ActRecord(ACT, () => 0);
  record.injected('drops', 1_000);
  record.detected('drip', 1_500);
  record.recovered('bucket', 3_000);
  return record;
}

const takenOrder = (clientOrderId: string) => ({
  symbol: 'BTCUSDT',
  orderId: 1,
  clientOrderId,
  side: 'BUY' as const,
  status: 'FILLED',
  price: '1.0',
  origQty: '1.0',
  executedQty: '1.0',
});

/** A night of one act, with an order at the exchange five seconds after its beginning. */
function nightOf(record: ActRecord, change: Partial<NightResult> = {}): NightResult {
  const order = { seq: 1, atMs: 5_000, request: 'POST /api/v3/order', clientOrderId: 'ov1' };
  return {
    beganWallMs: 0,
    tookMs: 10_000,
    seed: '1',
    records: [record],
    unplayed: [],
    truth: {
      accounts: [{ account: 'demo', balances: [], orders: [takenOrder('ov1')], trades: [] }],
      imbalances: [],
      wireLog: [order],
      wireLogEvicted: 0,
      clientIdCounts: {},
      recording: null,
    },
    operatorIds: [],
    judgement: FINE,
    ends: [],
    startsCount: 1,
    modes: [{ atMs: 0, mode: 'ACTIVE' }],
    troubles: [],
    ...change,
  };
}

const findingsOf = (night: NightResult): readonly string[] => {
  const report = makeReport(night);
  expect(report.survived).toBe(report.findings.length === 0);
  return report.findings;
};

test('injected, detected, recovered, an order afterwards, books that agree: survived, with the times between', () => {
  const report = makeReport(nightOf(playedAct()));
  expect(report.survived).toBe(true);
  expect(report.acts[0]).toMatchObject({
    verdict: 'survived',
    detectedAfterMs: 500,
    recoveredAfterMs: 2_000,
    tradedAfterMs: 2_000,
    mailed: 'not yet: alarms do not exist',
  });
});

// What could not be shown is no success: a machine without the means must say so and not turn green.
test('a fault that could not be injected is not shown, and the night not survived', () => {
  const record = new ActRecord(ACT, () => 0);
  record.notInjected = 'there is no roof';
  expect(findingsOf(nightOf(record))).toEqual(['rain: NOT SHOWN, there is no roof']);
});

test('an act that the script did not come to is not shown', () => {
  expect(findingsOf(nightOf(playedAct(), { unplayed: [ACT] }))).toEqual([
    'rain: NOT SHOWN, the night ended before it',
  ]);
});

test('never noticed, never over, or in trouble: failed', () => {
  const unnoticed = new ActRecord(ACT, () => 0);
  unnoticed.injected('drops', 1_000);
  unnoticed.recovered('sun', 2_000);
  expect(findingsOf(nightOf(unnoticed))).toEqual(['rain: FAILED, never proven']);
  const troubled = playedAct();
  troubled.trouble = 'two orders left';
  expect(findingsOf(nightOf(troubled))).toEqual(['rain: FAILED, two orders left']);
});

test('recovered, and nothing ever left again: a finding', () => {
  const record = playedAct();
  record.recovered('bucket', 6_000);
  expect(findingsOf(nightOf(record))).toEqual(['rain: no order left after it']);
});

// A person who trades by hand shows that the exchange is there, and nothing of the daemon.
test("a person's order, or one that the exchange did not take, is no order of the daemon: it proves no recovery", () => {
  const byHand = nightOf(playedAct(), { operatorIds: ['ov1'] });
  expect(makeReport(byHand).ordersAtMs).toEqual([]);
  expect(findingsOf(byHand)).toEqual(['rain: no order left after it']);
  const { truth } = nightOf(playedAct());
  if (truth === undefined) throw new Error('the night has no truth');
  expect(findingsOf(nightOf(playedAct(), { truth: { ...truth, accounts: [] } }))).toEqual([
    'rain: no order left after it',
  ]);
});

test('an end of the daemon that nobody asked for is a finding, one of the script is not', () => {
  const end = { code: 70, signal: null, atMs: 2_000, lastWords: 'invariant' } as const;
  expect(findingsOf(nightOf(playedAct(), { ends: [{ ...end, wanted: true }] }))).toEqual([]);
  expect(findingsOf(nightOf(playedAct(), { ends: [{ ...end, wanted: false }] }))).toEqual([
    'the daemon ended by itself at 2.0 s with 70: invariant',
  ]);
});

test('books that disagree, or that nobody could compare, are findings', () => {
  const wrong = { ...FINE, lost: ['order a'], duplicated: ['order b'], unexplained: ['order c'] };
  expect(findingsOf(nightOf(playedAct(), { judgement: wrong }))).toEqual([
    'lost: order a',
    'duplicated: order b',
    'unexplained: order c',
  ]);
  expect(findingsOf(nightOf(playedAct(), { judgement: undefined }))).toEqual([
    'nobody could judge the orders',
  ]);
});

test('table and page name the act and its verdict; text is never taken for HTML', () => {
  const record = playedAct();
  record.trouble = '<b>wet</b>';
  const report = makeReport(nightOf(record));
  expect(renderTable(report)).toMatch(/rain +machine +1\.0 s.*FAILED/);
  expect(renderTable(report)).toContain('NOT SURVIVED, 1 finding:');
  const html = renderHtml(report);
  expect(html).toContain('&lt;b&gt;wet&lt;/b&gt;');
  expect(html).toContain('&lt;roof&gt;');
  expect(html).not.toContain('<b>wet</b>');
});

test('the script holds at least twelve faults of every family, each name once, one pair at the same time', () => {
  const acts = SCRIPT.flat();
  expect(acts.length).toBeGreaterThanOrEqual(12);
  expect(new Set(acts.map(({ name }) => name)).size).toBe(acts.length);
  expect(new Set(acts.map(({ family }) => family)).size).toBe(7);
  expect(SCRIPT.some((scene) => scene.length > 1)).toBe(true);
});
