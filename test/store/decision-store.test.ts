import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decisionId } from '../../src/domain/ids.ts';
import { unixMs } from '../../src/domain/units.ts';
import { DecisionReader } from '../../src/store/decision-reader.ts';
import { DecisionStore, type DecisionStoreOptions } from '../../src/store/decision-store.ts';
import { makeChain, makeLine, STAMP } from '../support/decisions.ts';
import { NOON_MS } from '../support/trading.ts';
import { tempFolder } from './temp-folder.ts';

const DAY_MS = 86_400_000;

function storeAt(path: string, change: Partial<DecisionStoreOptions> = {}): DecisionStore {
  const trouble = (text: string): void => expect.fail(text);
  return new DecisionStore({ path, ageMsMax: 30 * DAY_MS, bytesMax: 1e9, ...change }, trouble);
}

function readerAt(path: string): DecisionReader {
  const reader = DecisionReader.open(path);
  if (reader === undefined) throw new Error('no decisions');
  return reader;
}

test('a chain is found by its decision, its client order, its venue order, and as the last fill', () => {
  const path = join(tempFolder(), 'data', 'decisions.db');
  const store = storeAt(path);
  const [older, newer] = [makeChain('d-1'), makeChain('d-2', NOON_MS + 1000)];
  for (const line of [...older, ...newer]) store.add(line);
  store.flush();

  // Beside a living writer: `why` is asked while the daemon runs.
  const reader = readerAt(path);
  expect(reader.chain('d-1')).toEqual(older);
  expect(reader.chain('ov-d-2')).toEqual(newer);
  expect(reader.chain('v-d-2')).toEqual(newer);
  expect(reader.chain('last-fill')).toEqual(newer);
  expect(reader.chain('nobody')).toEqual([]);
  reader.close();
  store.close();
});

test('a list is newest first, filtered by symbol, stage, outcome and time', () => {
  const path = join(tempFolder(), 'decisions.db');
  const store = storeAt(path);
  for (let n = 0; n < 10; n++) {
    const symbol = n % 2 === 0 ? 'BTC/USDT' : 'ETH/USDT';
    store.add(makeLine({ atMs: unixMs(NOON_MS + n), seq: n, symbol }));
  }
  store.add(makeLine({ atMs: unixMs(NOON_MS + 50), seq: 50, stage: 'signal', outcome: 'skipped' }));
  store.close();

  const reader = readerAt(path);
  const seqs = (filter: Parameters<DecisionReader['list']>[0]): readonly number[] =>
    reader.list(filter).map(({ seq }) => seq);
  expect(seqs({ limit: 3 })).toEqual([50, 9, 8]);
  expect(seqs({ limit: 2, symbol: 'ETH/USDT' })).toEqual([9, 7]);
  expect(seqs({ limit: 9, stage: 'signal' })).toEqual([50]);
  expect(seqs({ limit: 9, outcome: 'skipped' })).toEqual([50]);
  expect(seqs({ limit: 9, sinceMs: NOON_MS + 3, untilMs: NOON_MS + 5 })).toEqual([5, 4, 3]);
  reader.close();
});

test('records older than their age go in small steps, younger ones stay', () => {
  const path = join(tempFolder(), 'decisions.db');
  const store = storeAt(path, { ageMsMax: DAY_MS });
  for (let n = 0; n < 1200; n++) store.add(makeLine({ atMs: unixMs(NOON_MS + n), seq: n }));
  store.add(makeLine({ atMs: unixMs(NOON_MS + DAY_MS), decisionId: decisionId('d-young') }));
  store.flush();

  const steps: number[] = [];
  for (let removed = 1; removed > 0; ) {
    removed = store.prune(NOON_MS + DAY_MS + 2000);
    steps.push(removed);
  }
  expect(steps).toEqual([500, 500, 200, 0]);
  store.close();
  const reader = readerAt(path);
  expect(reader.list({ limit: 10 }).map((line) => line.decisionId)).toEqual(['d-young']);
  reader.close();
});

test('a file larger than its bytes loses its oldest records and becomes smaller on disk', () => {
  const path = join(tempFolder(), 'decisions.db');
  const store = storeAt(path, { bytesMax: 400_000 });
  for (let n = 0; n < 3000; n++) store.add(makeLine({ atMs: unixMs(NOON_MS + n), seq: n }));
  store.flush();
  while (store.prune(NOON_MS) > 0) {
    // Each step is what the daemon does once a second.
  }
  expect(store.prunedCount).toBeGreaterThan(1000);
  store.close();
  expect(statSync(path).size).toBeLessThan(600_000);
  const reader = readerAt(path);
  expect(reader.list({ limit: 1 })[0]?.seq).toBe(2999);
  reader.close();
});

test('nothing was decided yet: there is no reader, and nobody fails', () => {
  expect(DecisionReader.open(join(tempFolder(), 'decisions.db'))).toBeUndefined();
});

test('the times of an order that grew after its records were written are on its order record', () => {
  const path = join(tempFolder(), 'decisions.db');
  const store = storeAt(path);
  for (const line of makeChain('d-1')) store.add(line);
  store.flush();
  store.addLatency('ov-d-1', NOON_MS, { send: 5 });
  store.flush();
  store.addLatency('ov-d-1', NOON_MS + 1, { send: 5, venue: 900 });
  store.close();

  const reader = readerAt(path);
  const chain = reader.chain('d-1');
  expect(chain.find(({ stage }) => stage === 'order')?.latencyUs).toEqual({ send: 5, venue: 900 });
  expect(chain.find(({ stage }) => stage === 'risk')?.latencyUs).toEqual(STAMP.latencyUs);
  reader.close();
});
