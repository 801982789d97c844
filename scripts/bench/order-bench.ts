// npm run bench -- order: from the tick on the wire to the order's request on the wire, as the venue sees it.

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContestantLink, VenueLink } from './processes.ts';
import { type Budget, budgetLines, median, quantile, tableOf } from './report.ts';
import { benchSymbols } from './tape.ts';
import type { ContestantName } from './words.ts';

export interface OrderBenchOptions {
  readonly seed: string;
  readonly rounds: number;
  readonly warmUpOrders: number;
  readonly measuredOrders: number;
  readonly profileFolder: string | undefined;
  readonly say: (line: string) => void;
}

interface OrderTimes {
  readonly name: ContestantName;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The very first order after the start, when nothing was warm: median of the rounds. */
  readonly firstUs: number;
  readonly rounds: readonly { readonly p50Us: number; readonly p99Us: number }[];
}

export interface OrderBenchResult {
  readonly orders: { readonly warmUp: number; readonly measured: number };
  readonly rows: readonly OrderTimes[];
  /** What the disk takes to keep 4 kB for good, while all this ran: we wait for it twice per order. */
  readonly diskSyncUs: { readonly p50: number; readonly p99: number };
  readonly budgets: readonly Budget[];
}

const NAMES: readonly ContestantName[] = ['overnight', 'ccxt.pro'];

/** Ours with both journal commits on the disk first; ccxt's `watchBidsAsks` and `createOrder` with nothing in between. */
export async function benchOrder(options: OrderBenchOptions): Promise<OrderBenchResult> {
  const { seed, rounds, warmUpOrders, measuredOrders, say } = options;
  const found = new Map<ContestantName, (readonly number[])[]>(NAMES.map((name) => [name, []]));
  const syncsUs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    syncsUs.push(...timeDiskSyncs());
    for (const name of NAMES) {
      const latenciesUs = await measureOnce(seed, name, options);
      found.get(name)?.push(latenciesUs);
      const p50 = Math.round(quantile(latenciesUs.slice(warmUpOrders), 0.5));
      say(`round ${round + 1}: ${name.padEnd(10)} p50 ${p50} us`);
    }
  }
  const rows = NAMES.map((name): OrderTimes => {
    const runs = found.get(name) ?? [];
    const perRound = runs.map((run) => {
      const warm = run.slice(warmUpOrders);
      return { p50Us: quantile(warm, 0.5), p99Us: quantile(warm, 0.99) };
    });
    return {
      name,
      p50Us: median(perRound.map(({ p50Us }) => p50Us)),
      p99Us: median(perRound.map(({ p99Us }) => p99Us)),
      firstUs: median(runs.map(([first]) => first ?? Number.NaN)),
      rounds: perRound,
    };
  });
  return {
    orders: { warmUp: warmUpOrders, measured: measuredOrders },
    rows,
    diskSyncUs: { p50: quantile(syncsUs, 0.5), p99: quantile(syncsUs, 0.99) },
    budgets: [budgetOf(rows, 'p50Us', 'p50'), budgetOf(rows, 'p99Us', 'p99')],
  };
}

async function measureOnce(
  seed: string,
  name: ContestantName,
  { warmUpOrders, measuredOrders, profileFolder }: OrderBenchOptions,
): Promise<readonly number[]> {
  const venue = await VenueLink.start({
    seed,
    symbolsCount: 1,
    framesCount: 1,
    provokesOrders: true,
  });
  const { port, exchangePort } = venue.about;
  const symbols = benchSymbols(1).map(({ rules }) => `${rules.base}/${rules.quote}`);
  const contestant = await ContestantLink.start({
    name,
    port,
    exchangePort,
    symbols,
    provokesOrders: true,
    profileFolder,
  });
  try {
    await contestant.mark();
    return await venue.provokeOrders(warmUpOrders + measuredOrders);
  } finally {
    await contestant.end();
    await venue.close();
  }
}

function budgetOf(rows: readonly OrderTimes[], key: 'p50Us' | 'p99Us', label: string): Budget {
  const timeOf = (name: ContestantName): number =>
    rows.find((row) => row.name === name)?.[key] ?? Number.NaN;
  const measured = timeOf('overnight') / timeOf('ccxt.pro');
  return {
    what: `tick to order ${label}, of ccxt's time`,
    measured,
    atLeast: '<= 2',
    aim: '<= 1',
    kept: measured <= 2,
    aimReached: measured <= 1,
  };
}

const SYNCS = 200;

/** Small appends, each made durable, where the contestants keep their files. */
function timeDiskSyncs(): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'overnight-bench-'));
  const file = openSync(join(folder, 'sync'), 'w');
  const page = Buffer.alloc(4_096);
  const timesUs = Array.from({ length: SYNCS }, () => {
    const beganAtMs = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return (performance.now() - beganAtMs) * 1_000;
  });
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
  return timesUs;
}

/** The result for a person. */
export function tellOrder({
  orders,
  rows,
  diskSyncUs,
  budgets,
}: OrderBenchResult): readonly string[] {
  const table = rows.map(({ name, p50Us, p99Us, firstUs }) => [
    name,
    ...[p50Us, p99Us, firstUs].map((us) => Math.round(us).toString()),
  ]);
  return [
    `${orders.measured} orders after ${orders.warmUp} to warm up, each alone; ours with two journal commits`,
    `the disk alone takes ${Math.round(diskSyncUs.p50)} us for a small durable write (p99 ${Math.round(diskSyncUs.p99)})`,
    '',
    ...tableOf(['tick to order, us', 'p50', 'p99', 'first'], table),
    '',
    ...budgetLines(budgets),
  ];
}
