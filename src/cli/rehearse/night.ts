import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FaultOrder } from '../../exchange/faults/fault-board.ts';
import { HaltLatch } from '../../store/halt-latch.ts';
import { DaemonPages } from './daemon-pages.ts';
import { freePort } from './free-port.ts';
import { ModeWatch } from './mode-watch.ts';
import { SYMBOLS, writeRehearsalSettings } from './rehearsal-settings.ts';
import { Supervisor } from './supervisor.ts';
import { type Told, ToldLines } from './told.ts';
import { until } from './until.ts';
import { Venue } from './venue.ts';

/** An order comes within this, however quiet the market. */
const ORDER_MS_MAX = 60_000;

/** An order that a fault has hit, and when. */
export interface Hit {
  readonly clientOrderId: string;
  readonly atMs: number;
}

/** The checkout: where the daemon's entry, its settings and its modules lie. */
const ROOT = path.join(import.meta.dirname, '..', '..', '..');

/**
 * A simulated exchange and a supervised daemon on it, each a process of its own, on free ports and in a
 * folder of their own.
 */
export class Night {
  readonly folder: string;
  readonly venue: Venue;
  readonly pages: DaemonPages;
  readonly supervisor: Supervisor;
  readonly haltLatch: HaltLatch;
  readonly modes: ModeWatch;
  readonly #told: ToldLines;
  readonly #beganAtMs: number;
  /** The same moment by the machine's clock, which the exchange stamps with. */
  readonly beganWallMs: number;

  /** Starts both in an empty folder; the caller waits for what it wants to see. No process is left when it throws. */
  static async start(folder: string, seed: string): Promise<Night> {
    mkdirSync(path.join(folder, 'data'));
    const venue = await Venue.start({
      root: ROOT,
      symbols: SYMBOLS.map((symbol) => symbol.replace('/', '')),
      seed,
      stateFile: path.join(folder, 'data', 'exchange.db'),
    });
    try {
      const night = new Night(folder, venue, await freePort());
      night.supervisor.start();
      return night;
    } catch (error) {
      await venue.kill();
      throw error;
    }
  }

  private constructor(folder: string, venue: Venue, httpPort: number) {
    this.folder = folder;
    this.venue = venue;
    this.#beganAtMs = performance.now();
    this.beganWallMs = Date.now();
    this.#told = new ToldLines();
    this.pages = new DaemonPages(httpPort);
    this.haltLatch = new HaltLatch(path.join(this.dataDir, 'HALT'));
    writeRehearsalSettings(this.#inFolder('overnight.yaml'), ROOT);
    this.stepWallClock(0);
    this.supervisor = new Supervisor({
      root: ROOT,
      env: this.#environment(httpPort),
      preload: pathToFileURL(path.join(import.meta.dirname, 'stepped-clock.mjs')).href,
      onLine: (line) => this.#told.hear(line, this.nowMs()),
      nowMs: () => this.nowMs(),
    });
    this.modes = new ModeWatch(
      async () => (await this.pages.readiness()).mode,
      () => this.nowMs(),
    );
  }

  get dataDir(): string {
    return this.#inFolder('data');
  }
  /** All that the daemons said until now. */
  get told(): ToldLines {
    return this.#told;
  }

  /** Milliseconds since the night began, by a clock that no fault moves. */
  nowMs(): number {
    return performance.now() - this.#beganAtMs;
  }

  /** Waits for an answer; gives up at once when nothing could bring it any more. */
  async until<T>(
    what: string,
    find: () => Promise<T | undefined> | T | undefined,
    deadlineMs = 30_000,
  ): Promise<T> {
    return await until(what, find, deadlineMs, () => {
      if (this.venue.hasEnded) throw new Error('the simulated exchange has ended');
      if (this.supervisor.hasGivenUp) throw new Error('the daemon ended and is not started again');
    });
  }

  /** Waits for a line of the daemon, said since `sinceMs`. */
  async untilTold(
    events: readonly string[],
    sinceMs: number,
    fits?: (told: Told) => boolean,
    deadlineMs = 30_000,
  ): Promise<Told> {
    const find = (): Told | undefined => this.#told.find(events, sinceMs, fits);
    return await this.until(events.join(' or '), find, deadlineMs);
  }

  /** Waits until an armed fault has acted; `atMs` is when it did. */
  async untilActed(faultId: number): Promise<{ readonly atMs: number; readonly on: string }> {
    const acted = await this.until(
      'anything for the fault to act on',
      async () => await this.venue.acted(faultId),
      ORDER_MS_MAX,
    );
    const atMs = (acted.firstActedAtMs ?? Date.now()) - this.beganWallMs;
    return { atMs, on: acted.actedOn[0] ?? '' };
  }

  /** Waits until an armed fault has hit an order. */
  async untilHit(faultId: number): Promise<Hit> {
    const { atMs, on } = await this.untilActed(faultId);
    if (on === '') throw new Error(`fault ${faultId} hit something that is no order`);
    return { clientOrderId: on, atMs };
  }

  /** Arms a fault that waits for an order. */
  async hitOrder(fault: FaultOrder): Promise<Hit> {
    return await this.untilHit(await this.venue.arm(fault));
  }

  /** Waits until entries are allowed: mode ACTIVE, fresh data, a proven account. */
  async untilReady(deadlineMs = 45_000): Promise<void> {
    let reasons: readonly string[] = ['nobody answers'];
    await this.until(
      'mode ACTIVE with entries allowed',
      async () => {
        const readiness = await this.pages.readiness();
        reasons = readiness.reasons;
        return readiness.ready && readiness.mode === 'ACTIVE' ? true : undefined;
      },
      deadlineMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)} (${reasons.join('; ')})`, { cause: error });
    });
  }

  /** Waits until no order's outcome is unproven, and entries are allowed. */
  async untilProven(deadlineMs = 60_000): Promise<void> {
    await this.until(
      'proof of every order',
      async () => ((await this.pages.status()).ordersUnknownCount === 0 ? true : undefined),
      deadlineMs,
    );
    await this.untilReady(deadlineMs);
  }

  /** Orders of the daemon that reached the exchange between two moments, and how many of them bought: entries do. */
  async placedBetween(
    fromMs: number,
    toMs: number,
  ): Promise<{ readonly orders: number; readonly entries: number }> {
    const { wireLog, accounts } = await this.venue.truth();
    const buys = new Set(
      accounts.flatMap(({ orders }) =>
        orders.filter(({ side }) => side === 'BUY').map(({ clientOrderId }) => clientOrderId),
      ),
    );
    const placed = wireLog.filter(({ request, atMs, clientOrderId }) => {
      const nightMs = atMs - this.beganWallMs;
      if (this.venue.operatorIds.includes(clientOrderId ?? '')) return false;
      return request.startsWith('POST') && nightMs > fromMs && nightMs < toMs;
    });
    const entries = placed.filter(({ clientOrderId }) => buys.has(clientOrderId ?? ''));
    return { orders: placed.length, entries: entries.length };
  }

  /** From now on the wall clock of the daemon's machine is off by so much; 0 puts it right. */
  stepWallClock(shiftMs: number): void {
    writeFileSync(this.#inFolder('wall-clock'), String(shiftMs));
    // Before the first start there is nobody to tell.
    if (this.supervisor?.pid !== undefined) this.supervisor.signal('SIGUSR2');
  }

  /** Ends whatever still runs, at once. */
  async abandon(): Promise<void> {
    this.modes.stop();
    await this.supervisor.abandon();
    await this.venue.kill();
  }

  #environment(httpPort: number): Readonly<Record<string, string | undefined>> {
    return {
      PATH: process.env['PATH'],
      REHEARSAL_CLOCK_FILE: this.#inFolder('wall-clock'),
      OVERNIGHT_CONFIG: this.#inFolder('overnight.yaml'),
      OVERNIGHT_DATA_DIR: this.dataDir,
      OVERNIGHT_LOG_DIR: this.#inFolder('logs'),
      OVERNIGHT_HTTP_PORT: String(httpPort),
      OVERNIGHT_EXCHANGE_PORT: String(this.venue.port),
      OVERNIGHT_EXCHANGE_CONTROL_PORT: String(this.venue.controlPort),
    };
  }

  #inFolder(name: string): string {
    return path.join(this.folder, name);
  }
}
