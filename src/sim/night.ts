import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../domain/random.ts';
import { unixMs } from '../domain/units.ts';
import type { MarketSource } from '../matching/exchange-core.ts';
import { DEFAULT_SYMBOLS } from '../matching/symbol-rules.ts';
import type { DeskSetup } from '../pipeline/setup.ts';
import type { Probe } from '../ports.ts';
import { toVenueSymbol } from '../venues/binance-instruments.ts';
import { toDeskSetup } from '../wiring/desk-setup.ts';
import { Carrier } from './carrier.ts';
import { SimClock } from './clock.ts';
import { DaemonRunner } from './daemon-runner.ts';
import type { PlannedFault, SimFault } from './fault.ts';
import { FaultRunner } from './fault-runner.ts';
import type { CommitCount } from './journal.ts';
import { Latency } from './latency.ts';
import type { NightListener } from './listener.ts';
import { Listeners } from './listeners.ts';
import { SimMachine } from './machine.ts';
import { Person } from './person.ts';
import type { KillPoint } from './process-killed.ts';
import { loadNightSettings, type NightSettings } from './settings.ts';
import type { Stage } from './stage.ts';
import { Troubles } from './trouble.ts';
import { Twins } from './twin.ts';
import { SimVenue } from './venue.ts';

/** 2026-11-20 20:00 UTC: an eight-hour night has a midnight in it. */
const START_MS = Date.UTC(2026, 10, 20, 20);
const MARKET_STEP_MS = 100;
const SECOND_MS = 1_000;
/** The commit that the journal names is of no build: nothing in a night depends on the build. */
const BUILD_ID = 'sim';
/** Each symbol alike: at least one frame a second, most of the time three. */
const ACTS_PER_SECOND = 0.8;
/** A daemon that is halted by itself, with nothing wrong any more, finds a person who resumes it after this. */
const PERSON_RESUMES_MS = 120_000;
/** A daemon that asks for a restart, with nothing wrong any more, is started anew by a person after this. */
const PERSON_RESTARTS_MS = 30_000;
const SETTLE_MS_MAX = 240_000;

export interface NightOptions {
  /** Decides everything that is left to chance. */
  readonly seed: string;
  readonly hours: number;
  readonly faults: readonly PlannedFault[];
  readonly catalogue: ReadonlyMap<string, SimFault>;
  /** Who watches. Asked once, when everything but the daemon is there. */
  readonly watchers: (night: SimNight) => readonly NightListener[];
  readonly settings?: NightSettings | undefined;
  /** Commits of the whole night at which the process dies. */
  readonly killAt?: readonly KillPoint[] | undefined;
  /** Of the desk's set-up: what a story needs otherwise than the settings say. */
  readonly change?: Partial<DeskSetup> | undefined;
  readonly market?: MarketSource | undefined;
  /** True time at which it begins, Unix ms; without it the same for all. */
  readonly startMs?: number | undefined;
  /** Where journal and halt file are; default a new folder that `close` removes. */
  readonly folder?: string | undefined;
}

/**
 * One whole night: a market, an exchange, a network, a machine and the daemon, driven by one clock.
 * Nothing in it reads the time, draws chance or waits but by the seed.
 */
export class SimNight {
  readonly clock: SimClock;
  readonly startMs: number;
  readonly endMs: number;
  readonly venue: SimVenue;
  readonly machine: SimMachine;
  readonly troubles = new Troubles();
  readonly daemon: DaemonRunner;
  readonly twins: Twins;
  readonly faults: FaultRunner;
  readonly setup: DeskSetup;
  /** Of the settings that the daemon runs with. */
  readonly configHash: string;
  readonly commits: CommitCount;
  readonly folder: string;
  readonly #listeners: Listeners;
  readonly #seed: string;
  readonly #isOwnFolder: boolean;
  readonly #resumes = new Person(PERSON_RESUMES_MS, () =>
    this.stage('person').speak('resume', 'person'),
  );
  readonly #restarts = new Person(PERSON_RESTARTS_MS, () =>
    this.stage('person').terminate('person'),
  );

  constructor(options: NightOptions) {
    this.#seed = options.seed;
    this.startMs = options.startMs ?? START_MS;
    this.clock = new SimClock(this.startMs);
    this.endMs = this.startMs + options.hours * 3_600_000;
    this.#isOwnFolder = options.folder === undefined;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'overnight-sim-'));
    this.commits = { count: 0, killAt: options.killAt ?? [] };
    this.machine = new SimMachine(this.clock, this.#random('machine').float() * 200 - 100);
    const { settings, configHash } = options.settings ?? loadNightSettings();
    this.configHash = configHash;
    this.setup = {
      ...toDeskSetup(settings, { probe: SILENT_PROBE, accountTag: 'simu' }),
      ...options.change,
    };
    this.faults = new FaultRunner({
      clock: this.clock,
      troubles: this.troubles,
      listeners: () => this.#listeners,
      catalogue: options.catalogue,
      stageOf: (name) => this.stage(name),
    });
    const latency = new Latency(this.#random('latency'));
    this.venue = this.#openVenue(settings.symbols.map(toVenueSymbol), options.market);
    this.#listeners = new Listeners(this.clock, [this.faults, ...options.watchers(this)]);
    const parts = {
      setup: this.setup,
      configHash,
      buildId: BUILD_ID,
      folder: this.folder,
      clock: this.clock,
      machine: this.machine,
      latency,
      troubles: this.troubles,
      listeners: this.#listeners,
    };
    this.twins = new Twins({ ...parts, venue: this.venue });
    this.daemon = new DaemonRunner({
      ...parts,
      commits: this.commits,
      carrier: new Carrier({
        clock: this.clock,
        latency,
        troubles: this.troubles,
        listeners: this.#listeners,
        venue: this.venue,
      }),
    });
    this.clock.every(MARKET_STEP_MS, () => this.venue.advance());
    this.clock.every(SECOND_MS, () => this.#second());
    this.faults.plan(options.faults);
    this.daemon.start();
  }

  /** Lets time pass. */
  waitMs(ms: number): void {
    this.clock.passUntil(this.clock.nowMs + ms);
  }

  /** Up to the last moment at which anything may go wrong, and then until nothing is wrong any more. */
  runFaults(calmMs: number): void {
    this.clock.passUntil(Math.max(this.clock.nowMs, this.endMs - calmMs));
    this.faults.freeze();
    while (!this.faults.isQuiet) this.waitMs(SECOND_MS);
  }

  /** The rest of the night, in which nothing goes wrong. */
  runCalm(): void {
    this.clock.passUntil(Math.max(this.clock.nowMs, this.endMs));
  }

  /**
   * No more wishes are granted, and everything on its way arrives. `false`: after the longest wait orders
   * are still open or unproven.
   */
  settle(): boolean {
    const endMs = this.clock.nowMs + SETTLE_MS_MAX;
    this.stage('settle').speak('pause', 'morning');
    while (this.clock.nowMs < endMs) {
      this.waitMs(SECOND_MS);
      if (!this.#isSettled()) continue;
      // What was just found out is in the file a moment later.
      this.waitMs(SECOND_MS);
      return true;
    }
    return false;
  }

  /** Ends the daemon and removes what it wrote, unless the folder was given. */
  close(): void {
    this.twins.close();
    this.daemon.close();
    if (this.#isOwnFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  stage(name: string): Stage {
    const { clock, venue, machine, troubles, daemon } = this;
    return {
      clock,
      venue,
      machine,
      troubles,
      random: this.#random(name),
      journalPath: daemon.journalPath,
      get lines() {
        return daemon.life?.lines;
      },
      kill: (cause) => daemon.life?.kill(cause),
      panic: (cause) => daemon.life?.panic(cause),
      terminate: (cause) =>
        daemon.life?.tell({ type: 'stopRequested', atMs: this.#daemonNowMs(), cause }),
      stall: (ms) => daemon.life?.stall(ms),
      startBeside: () => this.twins.startBeside(daemon.journalPath),
      startCopy: () => this.twins.startCopy(daemon.journalPath),
      speak: (word, actor) =>
        daemon.life?.tell({ type: 'operatorSpoke', atMs: this.#daemonNowMs(), word, actor }),
    };
  }

  #random(name: string): Random {
    return Random.fromSeed(`${this.#seed}/${name}`);
  }

  #daemonNowMs() {
    return unixMs(this.daemon.life?.nowMs() ?? this.clock.nowMs);
  }

  #openVenue(names: readonly string[], market: MarketSource | undefined): SimVenue {
    // The venue's clock is right within half a second, like everybody's.
    const aheadMs = this.#random('venue').float() * 400 - 200;
    return new SimVenue({
      rules: DEFAULT_SYMBOLS.filter(({ symbol }) => names.includes(symbol)),
      market: market ?? {
        type: 'generated',
        seed: this.#seed,
        actsPerSecond: ACTS_PER_SECOND,
      },
      seed: this.#seed,
      nowMs: () => this.clock.nowMs + aheadMs,
      news: {
        onMarket: (stream, data) => {
          this.#listeners.onFrameMade(stream, data);
          this.daemon.life?.lines.market(stream, data);
          for (const { lines } of this.twins.lives) lines.market(stream, data);
        },
        onAccount: (event, fields) => {
          this.daemon.life?.lines.account(event, fields);
          for (const { lines } of this.twins.lives) lines.account(event, fields);
        },
        onHappening: (happening) => this.#listeners.onHappening(happening),
      },
    });
  }

  #second(): void {
    this.#listeners.onSecond();
    this.#resumes.follow(this.#isQuietAnd(this.daemon.life?.desk.mode.mode === 'HALTED'));
    this.#restarts.follow(this.#isQuietAnd(this.#asksForRestart()));
  }

  #isQuietAnd(isSo: boolean): boolean {
    return isSo && this.faults.isQuiet;
  }

  /** Another tick or lot of a symbol, and one that was not listed at the start, are only taken by a start. */
  #asksForRestart(): boolean {
    const venues = this.daemon.life?.desk.venues ?? [];
    return venues.some(
      ({ instruments, listings, absent }) =>
        instruments.some(({ symbol }) => listings.findRegrid(symbol) !== undefined) ||
        absent.some(({ cause }) => cause === 'relisted'),
    );
  }

  #isSettled(): boolean {
    const desk = this.daemon.life?.desk;
    if (desk?.phase !== 'running') return false;
    return desk.venues.every(
      ({ orders, instruments }) =>
        orders.isReconciled() &&
        orders.openOrders().length === 0 &&
        !instruments.some(({ symbol }) => orders.isUnsettled(symbol)),
    );
  }
}

/** Nobody measures. */
const SILENT_PROBE: Probe = {
  markParsed: () => undefined,
  beginWish: () => undefined,
  markApproved: () => undefined,
  endWish: () => undefined,
  markIdle: () => undefined,
  observeFeed: () => undefined,
};
