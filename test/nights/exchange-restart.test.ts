import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../src/cli/rehearse/free-port.ts';
import {
  expectBalances,
  followOrders,
  isSettled,
  toUnits,
} from '../../src/cli/rehearse/journal-orders.ts';
import { formatQuantity } from '../../src/domain/instrument.ts';
import { Random } from '../../src/domain/random.ts';
import { lots } from '../../src/domain/units.ts';
import { readJournal } from '../../src/store/journal-reader.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { ExchangeProcess } from '../support/exchange-process.ts';
import { BUSY, writeSettings } from '../support/night-settings.ts';

const KILLS = 3;
const SEED = 'exchange killed under the daemon';

const readinessShape = z.object({ ready: z.boolean() });
const statusShape = z.object({ mode: z.string(), ordersUnknownCount: z.number() });

/** A folder, ports, and the two processes that live on them, each to be started anew at will. */
class Place {
  readonly folder: string;
  readonly #ports: readonly [http: number, exchange: number, control: number];

  static async make(): Promise<Place> {
    const place = new Place(await freePort(), await freePort(), await freePort());
    writeSettings(path.join(place.folder, 'overnight.yaml'), BUSY, true);
    return place;
  }

  private constructor(...ports: readonly [number, number, number]) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'overnight-restart-'));
    this.#ports = ports;
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  get dataDir(): string {
    return path.join(this.folder, 'data');
  }

  async startExchange(): Promise<ExchangeProcess> {
    const [, port, controlPort] = this.#ports;
    const exchange = new ExchangeProcess({
      port,
      controlPort,
      symbols: 'BTCUSDT,ETHUSDT',
      state: path.join(this.dataDir, 'exchange.db'),
    });
    onTestFinished(() => exchange.kill());
    await exchange.port();
    return exchange;
  }

  startDaemon(): DaemonProcess {
    const [httpPort, exchangePort, controlPort] = this.#ports;
    const daemon = new DaemonProcess({
      settingsFile: path.join(this.folder, 'overnight.yaml'),
      dataDir: this.dataDir,
      logDir: path.join(this.folder, 'logs'),
      httpPort,
      exchangePort,
      controlPort,
    });
    onTestFinished(() => daemon.kill());
    return daemon;
  }
}

async function fillsCount(exchange: ExchangeProcess): Promise<number> {
  return (await exchange.truth()).accounts[0]?.trades.length ?? 0;
}

/** Ready again, and it trades: more fills than there were. */
async function waitTrading(daemon: DaemonProcess, exchange: ExchangeProcess): Promise<void> {
  const before = await fillsCount(exchange);
  await daemon.waitFor(
    'fills after the restart',
    async () => (await fillsCount(exchange)) >= before + 3,
    60_000,
  );
  await daemon.waitReady();
}

/** What the journal and the exchange say differently; nothing, if all is well. */
async function findDifferences(place: Place, exchange: ExchangeProcess): Promise<string[]> {
  const read = readJournal(path.join(place.dataDir, 'journal.db'));
  if (read.type !== 'read') throw new Error(`the journal is ${read.type}`);
  const { rows, chainBreak } = read;
  const orders = followOrders(rows);
  const { accounts, imbalances } = await exchange.truth();
  const [account] = accounts;
  const differences: string[] = [];
  if (chainBreak !== undefined) differences.push(`chain: ${chainBreak}`);
  if (imbalances.length > 0) differences.push(`ledger: ${JSON.stringify(imbalances)}`);
  for (const [id, order] of orders) {
    if (!isSettled(order)) differences.push(`${id} is not settled: ${order.state}`);
    if (order.submittedCount > 1) differences.push(`${id} was sent ${order.submittedCount} times`);
  }
  const seen = new Set<string>();
  for (const { clientOrderId, executedQty } of account?.orders ?? []) {
    if (seen.has(clientOrderId)) differences.push(`${clientOrderId} came twice`);
    seen.add(clientOrderId);
    const order = orders.get(clientOrderId);
    const booked = order && formatQuantity(order.intent.instrument, lots(order.filledLots));
    if (booked === undefined || toUnits(booked) !== toUnits(executedQty)) {
      differences.push(`${clientOrderId}: booked ${booked}, filled ${executedQty}`);
    }
  }
  const expected = expectBalances(rows);
  for (const { asset, free, locked } of account?.balances ?? []) {
    const has = toUnits(free) + toUnits(locked);
    if (has !== toUnits(expected[asset] ?? '0')) {
      differences.push(`${asset}: ${expected[asset]} by the journal, ${free} + ${locked}`);
    }
  }
  return differences;
}

async function waitSettled(daemon: DaemonProcess): Promise<void> {
  await daemon.waitFor(
    'mode ACTIVE with nothing unproven',
    async () => {
      const { mode, ordersUnknownCount } = await daemon.ask('/api/v1/status', statusShape);
      return mode === 'ACTIVE' && ordersUnknownCount === 0;
    },
    60_000,
  );
}

// The venue goes down in the middle of the night and comes back with everything it ever answered. The
// daemon must find its way back to trading alone, and every digit must still be right.
test(`the exchange killed ${KILLS} times under a running daemon: it reconnects, reconciles and trades`, async () => {
  const random = Random.fromSeed(SEED);
  const place = await Place.make();
  let exchange = await place.startExchange();
  const daemon = place.startDaemon();
  await daemon.waitReady();
  await waitTrading(daemon, exchange);
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(random.float() * 500);
    await exchange.kill();
    await daemon.waitFor('it noticing', async () => {
      return !(await daemon.ask('/readyz', readinessShape)).ready;
    });
    exchange = await place.startExchange();
    await waitTrading(daemon, exchange);
  }
  await waitSettled(daemon);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expect(await findDifferences(place, exchange)).toEqual([]);
});

// `npm run demo`, `npm run stop`, `npm run demo`: the next evening goes on where this one ended.
test('both stopped and both started again: the balances are those of the journal, and it trades', async () => {
  const place = await Place.make();
  let exchange = await place.startExchange();
  let daemon = place.startDaemon();
  for (const evening of [1, 2, 3]) {
    await daemon.waitReady();
    await waitTrading(daemon, exchange);
    if (evening === 3) break;
    await daemon.stop();
    expect(await exchange.stop()).toBe(0);
    exchange = await place.startExchange();
    daemon = place.startDaemon();
  }
  await waitSettled(daemon);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expect(await findDifferences(place, exchange)).toEqual([]);
});
