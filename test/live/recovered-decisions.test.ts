import { expect, test } from 'vitest';
import { clientOrderId, decisionId, venueOrderId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { lots } from '../../src/domain/units.ts';
import { recoverDecisions } from '../../src/live/recovered-decisions.ts';
import type { DecisionLine } from '../../src/observe/decision-line.ts';
import { filledRow, intentRow, submittedRow } from '../store/journal-rows.ts';
import { makeLine } from '../support/decisions.ts';
import { regriddedRows } from '../support/regridded-order.ts';
import { NOON_MS } from '../support/trading.ts';

const started: JournalRow = {
  type: 'started',
  atMs: NOON_MS,
  epoch: 1,
  clean: true,
  configHash: 'c',
  buildId: 'b',
};

const stagesOf = (rows: readonly JournalRow[], chain: readonly DecisionLine[] = []) =>
  recoverDecisions(rows, () => chain).map(({ stage, outcome }) => `${stage} ${outcome}`);

// kill -9 between the order and the next batch of records: `why` must still answer in the morning.
test('an order whose records died with the process is explained from the journal', () => {
  const rows = [started, intentRow('a'), submittedRow('a'), filledRow('a', '7')];
  expect(stagesOf(rows)).toEqual(['risk accepted', 'order sent', 'fill filled']);
  const [risk, , fill] = recoverDecisions(rows, () => []);
  expect(risk).toMatchObject({ decisionId: 'd-1', inputs: { recovered: true, price: '60000' } });
  expect(fill).toMatchObject({ venueOrderId: '77', reason: { code: 'FILL', tradeId: '7' } });
});

// The account socket told the end, the journal had it after 50 ms, the decisions would have had it after 150.
test('an end that the venue told just before the kill is told, once, and as found when it was unproven', () => {
  const reported = (state: 'ACCEPTED' | 'FILLED' | 'EXPIRED'): JournalRow => ({
    type: 'reported',
    atMs: NOON_MS,
    clientOrderId: clientOrderId('a'),
    venueOrderId: venueOrderId('77'),
    state,
    filledQuantity: lots(0),
    source: 'userStream',
    text: '',
  });
  const unknown: JournalRow = {
    type: 'unknown',
    atMs: NOON_MS,
    clientOrderId: clientOrderId('a'),
    cause: { type: 'noAnswer', waitedMs: 2_000 },
  };
  const rows = [started, intentRow('a'), submittedRow('a')];
  const told = ['risk accepted', 'order sent'];
  const ended = [...rows, reported('ACCEPTED'), reported('EXPIRED'), reported('EXPIRED')];
  expect(stagesOf(ended)).toEqual([...told, 'ack accepted', 'ack expired']);
  const found = [...rows, unknown, reported('FILLED')];
  expect(stagesOf(found)).toEqual([...told, 'ack unknown', 'ack adopted']);

  const live = makeLine({
    clientOrderId: clientOrderId('a'),
    decisionId: decisionId('d-1'),
    stage: 'ack',
    outcome: 'adopted',
    reason: { code: 'FOUND_AT_VENUE' },
    inputs: { from: 'UNKNOWN', to: 'FILLED' },
  });
  expect(stagesOf([...rows, reported('FILLED')], [live])).toEqual(told);
});

test('what is on disk is not told twice, what is missing is', () => {
  const ours = { clientOrderId: clientOrderId('a'), decisionId: decisionId('d-1') };
  const rows = [
    started,
    intentRow('a'),
    submittedRow('a'),
    filledRow('a', '7'),
    filledRow('a', '8'),
  ];
  const chain = [
    makeLine({ ...ours, stage: 'risk', outcome: 'accepted', reason: { code: 'INTENT_APPROVED' } }),
    makeLine({ ...ours, stage: 'order', outcome: 'sent', reason: { code: 'SENT' } }),
    makeLine({
      ...ours,
      stage: 'fill',
      outcome: 'partial',
      reason: { code: 'FILL', tradeId: '7' },
    }),
  ];
  const missing = recoverDecisions(rows, () => chain);
  expect(missing.map(({ reason }) => reason['tradeId'])).toEqual(['8']);
});

test('runs before the last one were completed at the start after them', () => {
  expect(stagesOf([started, intentRow('a'), started, submittedRow('a')])).toEqual(['order sent']);
});

test('fills of an order that went on in finer lots are told in coins', () => {
  const made = recoverDecisions([started, ...regriddedRows()], () => []);
  const fills = made.filter(({ stage }) => stage === 'fill');
  expect(fills.map(({ outcome, inputs }) => [outcome, inputs['quantity']])).toEqual([
    ['partial', '0.001'],
    ['partial', '0.00075'],
  ]);
});
