import path from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { CollectionSize } from '../domain/bounded.ts';
import type { JournalRow } from '../domain/journal-row.ts';
import { saveDesk } from '../pipeline/checkpoint.ts';
import { encodeCheckpoint } from '../pipeline/checkpoint-text.ts';
import { Desk } from '../pipeline/desk.ts';
import { findReleasedHalt } from '../pipeline/halt-release.ts';
import { run } from '../pipeline/run.ts';
import { HaltLatch } from '../store/halt-latch.ts';
import { type Heartbeat, writeHeartbeat } from '../store/heartbeat.ts';
import { firstEpochAt, JournalStore } from '../store/journal-store.ts';
import { toDeskSetup } from '../wiring/desk-setup.ts';
import { AccountLock } from './account-lock.ts';
import { type AccountSide, makeAccountSide } from './account-side.ts';
import { AttestedHttp } from './attested-http.ts';
import { capturedCodec } from './captured-codec.ts';
import { DaemonStatus } from './daemon-status.ts';
import { exportDesk, pm2Gauges } from './desk-metrics.ts';
import { refuseForeignJournal } from './foreign-journal.ts';
import { LoopHealth } from './health.ts';
import { Housekeeping } from './housekeeping.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { LiveWorld } from './live-world.ts';
import type { LoadedSettings } from './load-settings.ts';
import type { AppLog } from './log.ts';
import { LoopWatchdog } from './loop-watchdog.ts';
import { MachineSampler } from './machine-sampler.ts';
import { PrometheusExporter } from './metrics.ts';
import type { Pm2Gauge } from './pm2.ts';
import { Records } from './records.ts';
import { recoverDecisions } from './recovered-decisions.ts';
import { makeRunHeader } from './run-header.ts';
import { exportJournal } from './sink-metrics.ts';
import { Sockets } from './sockets.ts';
import { systemClockMs, wallClockMs } from './wall-clock.ts';

export interface DaemonParts {
  readonly loaded: Extract<LoadedSettings, { type: 'valid' }>;
  /** Folder of the checkout: page, build. */
  readonly root: string;
  readonly buildId: string;
  /** RECOVERING has reconciled: the supervisor may be told. */
  readonly onReady: () => void;
  /** Everything is flushed and closed; the process may end with this code. */
  readonly onStopped: (exitCode: number) => void;
  /** A hung loop kills the process. Off where a debugger or a benchmark holds the loop on purpose. */
  readonly watchdog: boolean;
}

/** How long each loop may do nothing before `/healthz` says so. */
const LOOP_LIMITS_MS = { tick: 5_000, frames: 60_000, journal: 10_000, decisions: 10_000 };
const LOOP_HUNG_MS = 30_000;
const QUESTION_TIMEOUT_MS = 10_000;
const FRAME_BYTES_MAX = 1_048_576;
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** The daemon, wired to the real world. One per process in production; tests and benchmarks make their own. */
export class Daemon {
  readonly desk: Desk;
  readonly world: LiveWorld;
  readonly status: DaemonStatus;
  readonly log: AppLog;
  readonly haltLatch: HaltLatch;
  readonly #parts: DaemonParts;
  readonly #settings: Settings;
  readonly #journal: JournalStore;
  readonly #accountLock: AccountLock | undefined;
  readonly #records: Records;
  readonly #health: LoopHealth;
  readonly #sampler: MachineSampler;
  readonly #watchdog: LoopWatchdog | undefined;
  readonly #housekeeping: Housekeeping;
  readonly #side: AccountSide;
  #http: HttpServer | undefined;
  #isStopping = false;

  /** Takes the locks and opens files. Throws `AccountHeld` and what `JournalStore.open` throws. */
  static async make(parts: DaemonParts): Promise<Daemon> {
    const { settings, accountKey } = parts.loaded;
    // First: a start that is refused leaves no trace in any journal.
    const lock =
      accountKey === undefined
        ? undefined
        : await AccountLock.take(accountKey.apiKey.reveal(), settings.venue.restBase);
    let daemon: Daemon | undefined;
    const journal = JournalStore.open({
      path: path.join(settings.data.dir, 'journal.db'),
      buildId: parts.buildId,
      configHash: parts.loaded.configHash,
      pid: process.pid,
      nowMs: wallClockMs,
      firstEpoch: firstEpochAt(wallClockMs()),
      monotonicNs: () => process.hrtime.bigint(),
      serverNowMs: () => daemon?.world.venueNowMs(),
    });
    const rows = journal.rowsBeforeStart();
    refuseForeignJournal(rows, settings.venue.setup, settings.data.dir);
    const http = new AttestedHttp();
    const sockets = new Sockets(
      { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, frameBytesMax: FRAME_BYTES_MAX },
      (event) => daemon?.world.tell(event),
    );
    const side = await makeAccountSide({
      settings,
      accountKey,
      rows,
      http,
      sockets,
    });
    daemon = new Daemon(parts, journal, http, sockets, side, lock);
    return daemon;
  }

  private constructor(
    parts: DaemonParts,
    journal: JournalStore,
    http: AttestedHttp,
    sockets: Sockets,
    side: AccountSide,
    lock: AccountLock | undefined,
  ) {
    const { settings, configHash } = parts.loaded;
    const { root, buildId } = parts;
    const header = makeRunHeader(parts.loaded, { root, buildId, epoch: journal.epoch });
    this.#parts = parts;
    this.#settings = settings;
    this.#journal = journal;
    this.#accountLock = lock;
    this.#records = new Records({
      settings,
      header,
      checkpoint: () =>
        this.desk.phase === 'idle' ? undefined : encodeCheckpoint(saveDesk(this.desk)),
      loops: Object.keys(LOOP_LIMITS_MS),
    });
    const { metrics, probe, log, faults, decisions, reader, capture, worldMetrics } = this.#records;
    this.log = log;
    this.haltLatch = new HaltLatch(path.join(settings.data.dir, 'HALT'));
    this.desk = new Desk(
      toDeskSetup(settings, {
        probe,
        accountTag: header.accountTag,
        wrapCodec: (codec) => capturedCodec(codec, capture),
      }),
    );
    this.#sampler = new MachineSampler(metrics, () => this.#collections());
    this.#health = new LoopHealth(LOOP_LIMITS_MS, wallClockMs, metrics);
    this.world = new LiveWorld({
      restBase: settings.venue.restBase,
      wsBase: settings.venue.wsBase,
      questionTimeoutMs: QUESTION_TIMEOUT_MS,
      sockets,
      http,
      account: side.gateway,
      accountSocket: side.socket,
      journal,
      haltLatch: this.haltLatch,
      capture,
      decisions,
      probe,
      log,
      faults,
      metrics: worldMetrics,
      onRows: (rows) => this.status.view.noteRows(rows),
      onReady: parts.onReady,
      onStop: (exitCode, cause) => void this.#end(exitCode, cause),
    });
    this.#side = side;
    side.useWorld(this.world);
    this.status = new DaemonStatus({
      desk: this.desk,
      setup: settings.venue.setup,
      buildId,
      configHash,
      epoch: journal.epoch,
      startedAtMs: wallClockMs(),
      venues: [settings.venue.name],
      probe,
      metrics,
      worldMetrics,
      decisions,
      reader,
      faults,
      health: this.#health,
      sampler: this.#sampler,
    });
    for (const record of recoverDecisions(journal.rowsBeforeStart(), (id) => reader.chain(id))) {
      decisions.add(record);
    }
    // At once: a crash now would leave them to nobody, the next start looks at its own run.
    decisions.flush();
    exportDesk(metrics, this.desk);
    exportJournal(metrics, journal);
    this.#watchdog = parts.watchdog
      ? new LoopWatchdog({
          limitMs: LOOP_HUNG_MS,
          logPath: path.join(settings.log.dir, 'overnight.jsonl'),
          onError: (error) => log.fatal('loop.watchdog_failed', 'the watchdog ended', error),
        })
      : undefined;
    this.#housekeeping = new Housekeeping({
      dataDir: settings.data.dir,
      journal,
      decisions,
      capture,
      sampler: this.#sampler,
      health: this.#health,
      worldMetrics,
      metrics,
      tell: (event) => this.world.tell(event),
      venueNowMs: () => this.world.venueNowMs(),
      beat: () => this.#beat(undefined),
      log,
    });
  }

  get httpPort(): number {
    return this.#http?.port ?? this.#settings.http.port;
  }

  /** Serves HTTP, then tells the core that it lives. */
  async start(): Promise<void> {
    this.status.view.noteRows(this.#journal.rowsBeforeStart());
    run(this.world, this.desk);
    this.#http = await startHttpServer({
      host: this.#settings.http.host,
      port: this.#settings.http.port,
      view: this.status,
      metrics: this.#records.metrics,
      exporter: new PrometheusExporter(this.#records.metrics),
      pagePath: path.join(this.#parts.root, 'dashboard', 'index.html'),
      onError: (error) => this.log.fatal('http.failed', 'a page could not be served', error),
    });
    const haltLatched = this.haltLatch.isSet();
    const rows = this.#readRows(haltLatched);
    this.world.tell({
      type: 'started',
      atMs: wallClockMs(),
      epoch: this.#journal.epoch,
      // Jitter only: a new one each start, and the capture keeps it.
      seed: this.#journal.epoch * 7_919 + process.pid,
      rows,
      clean: this.#journal.clean,
      recentStartsCount: this.#journal.recentStartsCount,
      haltLatched,
    });
    this.#journal.releaseRows();
    this.#housekeeping.start();
    this.#beat(undefined);
  }

  /** What the journal told, and what a person told by removing `data/HALT`. */
  #readRows(haltLatched: boolean): readonly JournalRow[] {
    const rows = this.#journal.rowsBeforeStart();
    const { startMode } = this.#settings;
    const released = findReleasedHalt(rows, haltLatched, startMode, wallClockMs());
    if (released === undefined) return rows;
    this.#journal.append([released], true);
    this.log.change('mode.changed', 'a person removed the halt file', { cause: released.cause });
    return [...rows, released];
  }

  /** Closes the gate, waits for answers, flushes, and calls `onStopped`. */
  stop(cause: string): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.world.tell({ type: 'stopRequested', atMs: wallClockMs(), cause });
  }

  gauges(): Readonly<Record<string, Pm2Gauge>> {
    return pm2Gauges(this.status, this.desk);
  }

  /** The last words of a process that broke: what can still be written is written. Never throws. */
  abandon(exitCode: number, cause: string): void {
    for (const rescue of [
      () => this.world.close(),
      () => this.#housekeeping.stop(),
      () => this.#records.decisions.close(),
      () => this.#beat({ exitCode, cause }),
      // What it heard last is what broke it.
      () => this.#records.capture?.abandon(wallClockMs()),
      () => this.log.close(),
    ]) {
      try {
        rescue();
      } catch (error) {
        process.stderr.write(`while stopping: ${String(error)}\n`);
      }
    }
  }

  async #end(exitCode: number, cause: string): Promise<void> {
    this.world.close();
    this.#housekeeping.stop();
    this.#sampler.stop();
    await this.#http?.close();
    await this.#records.capture?.close();
    this.#records.decisions.close();
    this.#records.reader.close();
    this.#beat({ exitCode, cause });
    this.#journal.close(exitCode === 0 ? cause : undefined);
    this.#accountLock?.release();
    await this.#watchdog?.stop();
    this.log.change('process.stopped', 'stopped', { exitCode, cause });
    this.log.close();
    this.#parts.onStopped(exitCode);
  }

  /** Every bounded collection there is, for `/metrics`; new names are made known on the way. */
  #collections(): readonly CollectionSize[] {
    const { probe, faults, collectionNames, decisions } = this.#records;
    const { recentFills } = this.status.view;
    const own = [probe.orders, probe.wishes, faults.collection, decisions.recent, recentFills];
    const all = [...this.desk.collections(), ...this.#side.collections(), ...own];
    for (const { name } of all) if (!collectionNames.includes(name)) collectionNames.push(name);
    return all;
  }

  #beat(stopped: Heartbeat['stopped'] | undefined): void {
    const { mode, cause } = this.desk.mode;
    writeHeartbeat(path.join(this.#settings.data.dir, 'heartbeat.json'), {
      atMs: systemClockMs(),
      pid: process.pid,
      epoch: this.#journal.epoch,
      buildId: this.#parts.buildId,
      httpPort: this.httpPort,
      mode,
      modeCause: cause,
      progress: this.#health.progress(),
      positions: this.status
        .positions()
        .map(({ venue, symbol, quantity }) => ({ venue, symbol, quantity })),
      openOrders: this.status.view
        .openOrders()
        .map(({ clientOrderId, symbol, state }) => ({ clientOrderId, symbol, state })),
      ...(stopped === undefined ? {} : { stopped }),
    });
  }
}
