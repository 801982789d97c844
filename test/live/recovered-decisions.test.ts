import { expect, test } from 'vitest';
import { clientOrderId, decisionId } from '../../src/domain/ids.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { recoverDecisions } from '../../src/live/recovered-decisions.ts';
import type { DecisionLine } from '../../src/observe/decision-line.ts';
import { filledRow, intentRow, submittedRow } from '../store/journal-rows.ts';
import { makeLine } from '../support/decisions.ts';
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
