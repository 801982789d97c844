import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  decisionsCommand,
  fillsCommand,
  ordersCommand,
  positionsCommand,
} from '../../src/cli/lists.ts';
import { renderChain } from '../../src/cli/render-chain.ts';
import { statusCommand } from '../../src/cli/status.ts';
import { UsageError } from '../../src/cli/tell.ts';
import { whyCommand } from '../../src/cli/why.ts';
import { startHttpServer } from '../../src/live/http-server.ts';
import { PrometheusExporter } from '../../src/live/metrics.ts';
import { MetricSet } from '../../src/observe/metric-set.ts';
import { DecisionStore } from '../../src/store/decision-store.ts';
import { writeHeartbeat } from '../../src/store/heartbeat.ts';
import { JournalStore } from '../../src/store/journal-store.ts';
import { STATUS, viewOf } from '../live/view-of.ts';
import { filledRow, intentRow, journalAt, submittedRow } from '../store/journal-rows.ts';
import { tempFolder } from '../store/temp-folder.ts';
import { makeChain } from '../support/decisions.ts';
import { NOON_MS } from '../support/trading.ts';

let folder = '';
let said = '';
const write = (text: string): void => {
  said += text;
};
const CONFIG = join(import.meta.dirname, '..', '..', 'config', 'overnight.yaml');

beforeEach(() => {
  folder = join(tempFolder(), 'data');
  mkdirSync(folder);
  said = '';
  vi.stubEnv('OVERNIGHT_DATA_DIR', folder);
  // A port where nothing listens: 1 needs privileges nobody here has.
  vi.stubEnv('OVERNIGHT_HTTP_PORT', '1');
  vi.stubEnv('OVERNIGHT_CONFIG', CONFIG);
  return () => vi.unstubAllEnvs();
});

function keepDecisions(): void {
  const path = join(folder, 'decisions.db');
  const store = new DecisionStore({ path, ageMsMax: 1e12, bytesMax: 1e9 }, (text) =>
    expect.fail(text),
  );
  for (const line of [...makeChain('d-1'), ...makeChain('d-2', NOON_MS + 1000)]) store.add(line);
  store.close();
}

function keepJournal(stopped: string | undefined): JournalStore {
  const store = JournalStore.open(journalAt(join(folder, 'journal.db')));
  store.append(
    [intentRow('a'), submittedRow('a'), filledRow('a', '1'), intentRow('b'), submittedRow('b')],
    true,
  );
  if (stopped !== undefined) store.close(stopped);
  return store;
}

async function daemonListens(): Promise<{ close(): Promise<void> }> {
  const metrics = new MetricSet({
    venues: [],
    symbols: [],
    strategies: [],
    collections: [],
    loops: [],
  });
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    view: viewOf(),
    metrics,
    exporter: new PrometheusExporter(metrics),
    pagePath: join(import.meta.dirname, '..', '..', 'dashboard', 'index.html'),
    onError: (error) => expect.fail(String(error)),
  });
  const { mode, modeCause, epoch, buildId, pid } = STATUS;
  const rest = {
    httpPort: server.port,
    atMs: NOON_MS,
    progress: {},
    positions: [],
    openOrders: [],
  };
  writeHeartbeat(join(folder, 'heartbeat.json'), { mode, modeCause, epoch, buildId, pid, ...rest });
  return server;
}

describe('why', () => {
  test.each(['d-1', 'ov-d-1', 'v-d-1'])(
    '%s: the whole chain, every stage with its numbers',
    async (ref) => {
      keepDecisions();
      expect(await whyCommand(ref, {}, write)).toBe(0);
      for (const part of [
        'd-1  BTC/USDT on binance, strategy ema-cross',
        'market: passed, DATA_USABLE',
        'bid 60000, ask 60000.1, ageMs 4',
        'signal: passed, SIGNAL_ENTRY (the strategy wants to enter)',
        'fast 12.5, slow 11.9',
        'risk: passed, INTENT_APPROVED (every check passed)',
        'STALE_DATA      4   3000  passed',
        'order: sent, SENT',
        'ack: accepted, VENUE_ACCEPTED',
        'venueOrderId v-d-1',
        'fill: filled, FILL',
        'price 60000.1, quantity 0.002, fee 0.12, feeAsset USDT',
        'stages: parse 4.0 us, decide 11 us, risk 9.0 us',
      ]) {
        expect(said).toContain(part);
      }
    },
  );

  test('last-fill is the newest one, and --json is the records themselves', async () => {
    keepDecisions();
    expect(await whyCommand('last-fill', { json: true }, write)).toBe(0);
    expect(JSON.parse(said)).toEqual(makeChain('d-2', NOON_MS + 1000));
  });

  test('nobody knows it: exit 1, in words or as an empty list', async () => {
    expect(await whyCommand('d-9', {}, write)).toBe(1);
    keepDecisions();
    expect(await whyCommand('d-9', {}, write)).toBe(1);
    expect(said).toContain('nothing is known about d-9');
    said = '';
    expect(await whyCommand('d-9', { json: true }, write)).toBe(1);
    expect(said).toBe('[]\n');
  });
});

describe('a running daemon', () => {
  test('is asked over the port that its heartbeat names', async () => {
    const server = await daemonListens();
    expect(await statusCommand({}, write)).toBe(0);
    expect(said).toContain('ACTIVE since 1 min: everything is proven');
    expect(said).toContain('BTC/USDT  trading  connected  book synced  12 ms');
    said = '';
    expect(await positionsCommand({ json: true }, write)).toBe(0);
    expect(JSON.parse(said)).toEqual(STATUS.positions);
    await server.close();
  });

  test('that holds its journal and does not answer: exit 69', async () => {
    const store = keepJournal(undefined);
    expect(await ordersCommand({}, write)).toBe(69);
    expect(said).toContain('holds the journal and does not answer');
    expect(await statusCommand({}, write)).toBe(69);
    store.close();
  });
});

describe('a stopped daemon: its files answer', () => {
  test('status tells how it ended, what it held and what was open, with exit 69', async () => {
    keepJournal('SIGTERM');
    expect(await statusCommand({}, write)).toBe(69);
    expect(said).toContain(
      'last start 1 at 2026-11-20 12:00:00.000, ended 2026-11-20 12:00:00.000: SIGTERM',
    );
    expect(said).toMatch(/BTC\/USDT {2}ema-cross +1\n/);
    expect(said).toMatch(/b +BTC\/USDT +BUY +0\.002 +SUBMITTED/);
  });

  test('a start that was killed is told as such', async () => {
    keepJournal(undefined).close();
    await statusCommand({}, write);
    expect(said).toContain('it did not end cleanly');
  });

  test('orders, fills and positions come from the journal', async () => {
    keepJournal('SIGTERM');
    expect(await ordersCommand({ json: true }, write)).toBe(0);
    const states = JSON.parse(said).map((order: { clientOrderId: string; state: string }) => [
      order.clientOrderId,
      order.state,
    ]);
    expect(states).toEqual([
      ['b', 'SUBMITTED'],
      ['a', 'FILLED'],
    ]);
    said = '';
    await fillsCommand({}, write);
    expect(said).toContain('0 USDT');
    said = '';
    await positionsCommand({ symbol: 'ETH/USDT' }, write);
    expect(said).toBe('none\n');
  });

  test('where nothing ever ran the lists are empty', async () => {
    for (const command of [ordersCommand, fillsCommand, positionsCommand, decisionsCommand]) {
      said = '';
      expect(await command({}, write)).toBe(0);
      expect(said).toBe('none\n');
    }
  });
});

test('decisions are filtered by stage and time, newest first', async () => {
  keepDecisions();
  await decisionsCommand({ json: true, stage: 'fill' }, write);
  expect(JSON.parse(said).map((line: { decisionId: string }) => line.decisionId)).toEqual([
    'd-2',
    'd-1',
  ]);
  said = '';
  await decisionsCommand({ json: true, since: '2026-11-20T12:00:01' }, write);
  expect(JSON.parse(said)).toHaveLength(6);
});

test.each([{ limit: '0' }, { limit: 'x' }, { since: 'yesterday' }, { until: '15' }])(
  'options that mean nothing are a usage error: %j',
  async (options) => {
    await expect(ordersCommand(options, write)).rejects.toThrow(UsageError);
  },
);

test('settings that are not valid are a usage error that names the problem', async () => {
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, `${readFileSync(CONFIG, 'utf8')}\nnoSuchKey: 1\n`);
  await expect(statusCommand({ config: file }, write)).rejects.toThrow(/noSuchKey/);
});

test('why says moments as times of the day, and a quantity once', () => {
  const [first] = makeChain('d-1');
  if (first === undefined) throw new Error('a chain has records');
  const shown = renderChain([
    {
      ...first,
      reason: { code: 'FILL', filledLots: 748, quantityLots: 748 },
      inputs: { quantity: '0.0748', filledQuantity: '0.0748', sentAtMs: NOON_MS },
    },
  ]);
  expect(shown).not.toContain('Lots');
  expect(shown).toContain('filledQuantity 0.0748');
  expect(shown).toContain(`sentAtMs ${new Date(NOON_MS).toISOString().slice(11, 23)}`);
});
