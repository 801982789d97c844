import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import {
  expectBalances,
  followOrders,
  isSettled,
  toUnits,
} from '../../src/cli/rehearse/journal-orders.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { explain, replayFolder } from '../replay/replayed.ts';
import type { DaemonProcess } from '../support/daemon-process.ts';
import { PaperNight } from '../support/paper-night.ts';

const fillsShape = z.array(z.object({ clientOrderId: z.string(), symbol: z.string() }));
const statusShape = z.object({ mode: z.string(), ordersUnknownCount: z.number() });
const healthShape = z.object({
  loops: z.array(z.object({ loop: z.string(), count: z.number() })),
});
const linesShape = z.array(z.object({ stage: z.string(), outcome: z.string() }));
const positionsShape = z.array(
  z.object({ strategy: z.string(), symbol: z.string(), quantity: z.string() }),
);

// Nobody who tries this program gives it a key first. Real prices, the whole order path, and not one
// private byte to the exchange: what happens on paper stays here, also when the process is killed.
test('paper with no key: it trades, explains, survives kill -9, and the exchange never hears of it', {
  timeout: 240_000,
}, async () => {
  const night = await PaperNight.start();
  onTestFinished(() => night.close());
  const first = night.startDaemon();
  await first.waitReady();
  await first.waitFor(
    'two fills',
    async () => (await first.ask('/api/v1/fills?limit=50', fillsShape)).length >= 2,
    60_000,
  );
  const [fill] = await first.ask('/api/v1/fills?limit=1', fillsShape);
  const lines = await first.ask(
    `/api/v1/decisions?ref=${fill?.clientOrderId}&limit=50`,
    linesShape,
  );
  expect(lines.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining(['market', 'risk', 'order', 'fill']),
  );

  // Killed while it holds something, a moment after that was written down.
  await first.waitFor(
    'a position',
    async () => (await first.ask('/api/v1/positions', positionsShape)).some(isHeld),
    60_000,
  );
  const writes = await journalCount(first);
  await first.waitFor('the journal', async () => (await journalCount(first)) > writes + 1);
  await first.kill();
  const killed = night.rows();
  const orders = followOrders(killed);

  night.writeSettings('paper', 'OBSERVING');
  const observer = night.startDaemon();
  await observer.waitFor(
    'OBSERVING',
    async () => (await observer.ask('/api/v1/status', statusShape)).mode === 'OBSERVING',
  );
  expect(sumUp(await observer.ask('/api/v1/positions', positionsShape))).toEqual(coinsOf(killed));
  expect((await observer.stop()).code).toBe(0);

  night.writeSettings('paper');
  const second = night.startDaemon();
  await second.waitReady();
  await second.waitFor(
    'another fill',
    async () => (await second.ask('/api/v1/fills?limit=500', fillsShape)).length > 2,
    60_000,
  );
  // What was on its way when the process died is proven absent, or it is there.
  await second.waitFor(
    'nothing unproven',
    async () => (await second.ask('/api/v1/status', statusShape)).ordersUnknownCount === 0,
    60_000,
  );
  expect((await second.stop()).code).toBe(0);

  // The venue in the process is heard like any other: all three lives decide the same again.
  const report = replayFolder(path.join(night.dataDir, 'capture'));
  expect(report, explain(report)).toMatchObject({ isIdentical: true, livesCount: 3 });
  expect(report.ordersCount).toBeGreaterThan(0);

  const rows = night.rows();
  const after = followOrders(rows);
  for (const id of orders.keys()) expect(after.has(id), id).toBe(true);
  for (const [id, order] of after) {
    expect(order.submittedCount, id).toBeLessThanOrEqual(1);
    expect(isSettled(order), `${id} ${order.state}`).toBe(true);
  }
  const broke = Object.entries(expectBalances(rows)).filter(([, sum]) => sum.startsWith('-'));
  expect(broke).toEqual([]);

  const { wireLog, accounts } = night.truth();
  expect(wireLog).toEqual([]);
  expect(accounts.flatMap((account) => [...account.orders, ...account.trades])).toEqual([]);
  expect(await night.privateRequestsCount()).toBe(0);
  // And the one who counts is awake.
  await fetch(`http://127.0.0.1:${night.exchange.port}/api/v3/account`);
  expect(await night.privateRequestsCount()).toBe(1);
});

// Positions of a rehearsal are nothing that paper or live may sell.
test('a data folder of paper under a rehearsal: refused with exit code 76, nothing is touched', {
  timeout: 240_000,
}, async () => {
  const night = await PaperNight.start();
  onTestFinished(() => night.close());
  const paper = night.startDaemon();
  await paper.waitReady();
  await paper.waitFor(
    'an order',
    async () => (await paper.ask('/api/v1/orders?limit=1', z.array(z.unknown()))).length > 0,
    60_000,
  );
  await paper.stop();

  night.writeSettings('rehearsal');
  const rehearsal = night.startDaemon();
  expect((await rehearsal.waitEnd()).code).toBe(76);
  expect(rehearsal.output).toContain('holds the orders of paper, and venue.setup is rehearsal');
});

function isHeld({ quantity }: { readonly quantity: string }): boolean {
  return Number(quantity) > 0.0001;
}

/** How often the journal has been written to disk, or found to need it. */
async function journalCount(daemon: DaemonProcess): Promise<number> {
  const { loops } = await daemon.ask('/healthz', healthShape);
  return loops.find(({ loop }) => loop === 'journal')?.count ?? 0;
}

/** Units of 10^-8 per coin, over all strategies. */
function sumUp(positions: z.infer<typeof positionsShape>): Readonly<Record<string, bigint>> {
  const sums: Record<string, bigint> = {};
  for (const { symbol, quantity } of positions) {
    const [coin = ''] = symbol.split('/');
    sums[coin] = (sums[coin] ?? 0n) + toUnits(quantity);
  }
  return withoutNothing(sums);
}

function coinsOf(rows: readonly JournalRow[]): Readonly<Record<string, bigint>> {
  const { USDT: _money, ...coins } = expectBalances(rows);
  return withoutNothing(
    Object.fromEntries(Object.entries(coins).map(([coin, sum]) => [coin, toUnits(sum)])),
  );
}

function withoutNothing(sums: Readonly<Record<string, bigint>>): Readonly<Record<string, bigint>> {
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0n));
}
