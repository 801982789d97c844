// The daemon itself, whole: the same class that main.ts starts, with the settings of the default file.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { parseSettings } from '../../src/config/parse-settings.ts';
import { readBuildId } from '../../src/live/build-id.ts';
import { Daemon } from '../../src/live/daemon.ts';
import { DEFAULT_SETTINGS_FILE, loadSettings } from '../../src/live/load-settings.ts';
import { ROOT } from '../node-runtime.mjs';
import type { Contestant } from './contestant.ts';
import type { ContestantSetup } from './words.ts';

const READY_WAIT_MS = 60_000;

/** A value of the settings that the run changes, by its path. */
type Change = readonly [path: readonly (string | number)[], value: unknown];

// What it takes to let one strategy order at every trigger; the gate checks all the same.
// biome-ignore format: a table
const MANY_ORDERS: readonly Change[] = [
  [['signal', 'wishIntervalMsMin'], 0],
  [['strategies', 1, 'reentryCooldownMs'], 0],
  [['strategies', 1, 'parameters', 'halfLifeMs'], 1],
  [['strategies', 1, 'parameters', 'warmUpMs'], 0],
  [['risk', 'cooldownMs'], 0],
  [['risk', 'ordersPerWindowMax'], 1_000],
  [['risk', 'ordersPerDayMax'], 100_000],
];

/** So many of the symbols are traded by the default strategies. */
const TRADED_COUNT = 2;

function tradeOnly(symbols: readonly string[]): readonly Change[] {
  return [0, 1, 2].map((strategy) => [['strategies', strategy, 'symbols'], symbols]);
}

/** Hash of the settings as they lie in the repository: what the numbers belong to. */
export function defaultConfigHash(): string {
  const parsed = parseSettings(readFileSync(join(ROOT, DEFAULT_SETTINGS_FILE), 'utf8'), {});
  if (parsed.type === 'invalid') throw new Error(`${DEFAULT_SETTINGS_FILE} is not valid`);
  return parsed.configHash;
}

/** The whole path: sockets, capture, decode, book, freshness, candles, three strategies, risk, metrics, decision log, journal. */
export class OvernightPath implements Contestant {
  readonly #setup: ContestantSetup;
  readonly #capture: boolean;
  #daemon: Daemon | undefined;
  #onStopped: () => void = () => undefined;

  constructor(setup: ContestantSetup, options: { readonly capture: boolean }) {
    this.#setup = setup;
    this.#capture = options.capture;
  }

  async start(): Promise<void> {
    const file = await this.#writeSettings();
    const loaded = loadSettings({}, file);
    if (loaded.type === 'invalid') throw new Error(JSON.stringify(loaded.problems));
    const daemon = await Daemon.make({
      loaded,
      root: ROOT,
      buildId: readBuildId(ROOT),
      onReady: () => undefined,
      onStopped: () => this.#onStopped(),
      // A tape played flat out holds the loop longer than any venue could.
      watchdog: false,
    });
    this.#daemon = daemon;
    await daemon.start();
    const giveUpAtMs = performance.now() + READY_WAIT_MS;
    while (!this.#isSubscribed(daemon)) {
      if (performance.now() > giveUpAtMs) throw new Error('overnight was not subscribed in time');
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  hasHandled(framesCount: number): boolean {
    const [venue] = this.#daemon?.desk.venues ?? [];
    if (venue === undefined) return false;
    const { trades, tops, diffs, rejections } = venue.feed.counters;
    const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
    return trades + tops + diffs + rejected >= framesCount;
  }

  async notes(): Promise<Readonly<Record<string, string | number>>> {
    const { desk } = this.#daemon ?? {};
    const [venue] = desk?.venues ?? [];
    if (desk === undefined || venue === undefined) return {};
    const { counters } = venue.feed;
    const books = venue.instruments.filter(({ index }) => venue.feed.book(index)?.isSynced);
    return {
      mode: desk.mode.mode,
      trades: counters.trades,
      tops: counters.tops,
      diffs: counters.diffs,
      rejections: JSON.stringify(counters.rejections),
      bookGaps: counters.bookGaps,
      booksSynced: books.length,
      evaluations: venue.host.counts.evaluationsCount,
      captureDropped: await this.#readMetric('overnight_capture_dropped_total'),
      decisions: this.#daemon?.status.status().decisionsCount ?? 0,
    };
  }

  stop(): Promise<void> {
    return new Promise((done) => {
      this.#onStopped = done;
      this.#daemon?.stop('the benchmark is over');
    });
  }

  /** As anybody reads it who scrapes us; NaN when it is not there. */
  async #readMetric(name: string): Promise<number> {
    const page = await fetch(`http://127.0.0.1:${this.#daemon?.httpPort}/metrics`);
    const line = (await page.text()).split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ')[1]);
  }

  #isSubscribed(daemon: Daemon): boolean {
    const [venue] = daemon.desk.venues;
    if (venue === undefined || !venue.orders.isReconciled()) return false;
    return venue.feed.connections().every(({ state }) => state === 'live');
  }

  async #writeSettings(): Promise<string> {
    const { port, exchangePort, symbols, folder, provokesOrders } = this.#setup;
    const document = parseDocument(readFileSync(join(ROOT, DEFAULT_SETTINGS_FILE), 'utf8'));
    const changes: readonly Change[] = [
      [['venue', 'restBase'], `http://127.0.0.1:${port}`],
      [['venue', 'wsBase'], `ws://127.0.0.1:${port}`],
      [['venue', 'wsApiBase'], `ws://127.0.0.1:${exchangePort}`],
      [['http', 'port'], await findFreePort()],
      [['data', 'dir'], join(folder, 'data')],
      [['log', 'dir'], join(folder, 'logs')],
      [['symbols'], symbols],
      ...(symbols.length < TRADED_COUNT ? tradeOnly(symbols) : []),
      ...(this.#capture ? [] : ([[['capture', 'enabled'], false]] satisfies Change[])),
      ...(provokesOrders ? MANY_ORDERS : []),
    ];
    for (const [path, value] of changes) document.setIn(path, value);
    const file = join(folder, 'settings.yaml');
    writeFileSync(file, String(document));
    return file;
  }
}

function findFreePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') fail(new Error('no port'));
        else done(address.port);
      });
    });
  });
}
