import type { DecisionRecord } from '../../src/domain/decision.ts';
import type { HealthSampled, OperatorWord } from '../../src/domain/event.ts';
import { unixMs } from '../../src/domain/units.ts';
import { Desk } from '../../src/pipeline/desk.ts';
import { run } from '../../src/pipeline/run.ts';
import type { DeskSetup } from '../../src/pipeline/setup.ts';
import type { StrategySettings } from '../../src/signal/settings.ts';
import { SimClock } from '../../src/sim/clock.ts';
import type { Heard } from './checkpoint-proof.ts';
import { rememberLife } from './night-checkpoints.ts';
import { NightFaults } from './night-faults.ts';
import { type KillPoint, NightJournal, ProcessKilled } from './night-journal.ts';
import { ONE_WAY_MS } from './night-line.ts';
import type { Quote } from './night-market.ts';
import { isSettled } from './night-proof.ts';
import { makeSetup, strategyOf } from './night-setup.ts';
import type { NightTimes } from './night-times.ts';
import { NightVenue } from './night-venue.ts';
import { NightWorld } from './night-world.ts';

export interface NightOptions {
  /** With a seed the market is generated; without, a test makes it (`quote`). */
  readonly seed?: string | undefined;
  readonly strategies?: readonly StrategySettings[] | undefined;
  readonly setup?: Partial<DeskSetup> | undefined;
  /** The venue's clock against ours. */
  readonly clockAheadMs?: number | undefined;
  readonly startMs?: number | undefined;
  readonly killAt?: KillPoint | undefined;
  /** Who measures the stages; nobody unless it is given. */
  readonly times?: NightTimes | undefined;
  /** What the machine says when the daemon starts. */
  readonly recentStartsCount?: number | undefined;
  /** What is wrong before the daemon starts. */
  readonly arrange?: ((night: Night) => void) | undefined;
}

const START_MS = Date.UTC(2026, 10, 20, 12);
const MARKET_STEP_MS = 100;
const HEALTH_EVERY_MS = 1_000;
/** A start that nothing holds up is through after this. */
const START_UP_MS = 4_000;

/** One night of the whole pure core: real desk, real matching, real wire, no clock but the test's. */
export class Night {
  readonly clock: SimClock;
  readonly venue: NightVenue;
  readonly journal = new NightJournal();
  readonly faults = new NightFaults();
  /** All lives, the present one last. */
  readonly lives: NightWorld[] = [];
  /** What each life has heard and asked for, by the time that somebody wants to know. */
  readonly hearings: (() => Heard)[] = [];
  desk: Desk;
  clockAheadMs: number;
  #health: Health = { diskFreeBytes: 10_000_000_000, loopDelayMsMax: 1 };
  #recentStartsCount: number;
  readonly #setup: DeskSetup;
  readonly #times: NightTimes | undefined;

  constructor(options: NightOptions) {
    this.clock = new SimClock(options.startMs ?? START_MS);
    const { clockAheadMs = 270 } = options;
    this.clockAheadMs = clockAheadMs;
    this.#recentStartsCount = options.recentStartsCount ?? 1;
    this.#times = options.times;
    this.#setup = makeSetup(options.strategies ?? [strategyOf('cue')], {
      ...(options.times === undefined ? {} : { probe: options.times.probe }),
      ...options.setup,
    });
    const names = this.#setup.venues.flatMap(({ symbols, venueSymbolOf }) =>
      symbols.map(venueSymbolOf),
    );
    this.venue = new NightVenue({
      names,
      seed: options.seed,
      nowMs: () => Math.floor(this.clock.nowMs + clockAheadMs),
      skewMs: () => this.clockAheadMs - clockAheadMs,
      news: {
        onMarket: (stream, data) => this.world.lines.market(stream, data),
        onAccount: (fields) => this.#report(fields),
      },
    });
    this.desk = new Desk(this.#setup);
    options.arrange?.(this);
    this.journal.killAt = options.killAt;
    this.#begin(true);
    this.clock.every(HEALTH_EVERY_MS, () => this.sampleHealth({}));
    this.clock.every(MARKET_STEP_MS, () => {
      this.venue.advance();
      this.venue.publishDepth();
    });
  }

  /** The world of the present life. */
  get world(): NightWorld {
    const world = this.lives.at(-1);
    if (world === undefined) throw new Error('the night has not begun');
    return world;
  }

  /** Time passes. A process that is killed meanwhile stays dead. */
  waitMs(ms: number): void {
    const endMs = this.clock.nowMs + ms;
    while (this.clock.nowMs < endMs) {
      this.#survive(() => this.clock.passUntil(endMs));
    }
  }

  /** Time passes until something is so; fails after the longest wait. */
  waitFor(what: () => boolean, msMax: number): void {
    for (let waitedMs = 0; !what(); waitedMs += 50) {
      if (waitedMs >= msMax) throw new Error(`not within ${msMax} ms: ${what}`);
      this.waitMs(50);
    }
  }

  /** From the next step on the market quotes this. */
  quote(quote: Partial<Quote>, symbol = 'BTCUSDT'): void {
    this.venue.made?.set(symbol, quote);
  }

  /** `cue` is told to enter or to leave, long enough to hear it, and no longer. */
  tell(what: 'enter' | 'leave', symbol = 'BTCUSDT'): void {
    const { enter, even, leave } = CUES[symbol] ?? CUES.BTCUSDT;
    this.quote(what === 'enter' ? enter : leave, symbol);
    this.waitMs(2 * MARKET_STEP_MS);
    this.quote(even, symbol);
    this.waitMs(2 * MARKET_STEP_MS);
  }

  /** No more wishes are granted, and everything on the way arrives. */
  quiet(): void {
    this.speak('pause');
    this.waitMs(1_000);
    this.waitFor(() => isSettled(this), 90_000);
  }

  speak(word: OperatorWord): void {
    this.#survive(() =>
      this.world.tell({ type: 'operatorSpoke', atMs: this.#atMs(), word, actor: 'anna' }),
    );
  }

  stop(): void {
    const cause = 'SIGTERM';
    this.#survive(() => this.world.tell({ type: 'stopRequested', atMs: this.#atMs(), cause }));
  }

  /** The machine is like this from now on. */
  sampleHealth(change: Partial<Health>): void {
    this.#health = { ...this.#health, ...change };
    const sample = { ...this.#health, heapUsedBytes: 50_000_000, rssBytes: 100_000_000 };
    this.#survive(() =>
      this.world.tell({ type: 'healthSampled', atMs: this.#atMs(), clockStepMs: 0, ...sample }),
    );
  }

  /** The process is gone, as by kill -9. */
  kill(): void {
    this.world.isDead = true;
    this.journal.loseUncommitted();
  }

  /** A new process on what the journal holds. */
  restart(recentStartsCount = this.#recentStartsCount): void {
    this.kill();
    this.journal.killAt = undefined;
    this.#recentStartsCount = recentStartsCount;
    this.desk = new Desk(this.#setup);
    this.#begin(false);
  }

  /** Waits until the start is through. */
  settle(): void {
    this.waitMs(START_UP_MS);
  }

  mode(): string {
    return this.desk.mode.mode;
  }

  /** Client ids that left, in all lives. */
  ordersSent(): readonly string[] {
    return this.lives.flatMap((life) => life.placed.map(({ order }) => order.clientOrderId));
  }

  /** Of all lives, oldest first. */
  decisions(): readonly DecisionRecord[] {
    return this.lives.flatMap((life) => life.decisions);
  }

  /** The last record of a stage. */
  lastDecision(stage: DecisionRecord['stage']): DecisionRecord | undefined {
    return this.decisions().findLast((record) => record.stage === stage);
  }

  /** Reason codes with which the gate said no, each once, in order of time. */
  denials(): readonly string[] {
    const denied = this.decisions().filter(({ outcome }) => outcome === 'denied');
    return [...new Set(denied.map(({ reason }) => reason.code))];
  }

  faultIds(): readonly string[] {
    return [...new Set(this.lives.flatMap((life) => life.raised.map(({ fault }) => fault)))];
  }

  /** Lots that we believe to hold of a symbol, whatever strategy bought them. */
  heldLots(symbol: string): number {
    const venue = this.desk.venues[0];
    const instrument = venue?.instruments.find((each) => each.symbol === symbol);
    return instrument === undefined ? 0 : (this.desk.portfolio?.getSymbolLots(instrument) ?? 0);
  }

  /** Names of the states of all orders that this life remembers. */
  orderStates(): readonly string[] {
    return this.desk.venues.flatMap(({ orders }) => orders.orders().map(({ state }) => state.type));
  }

  #begin(clean: boolean): void {
    const { clock, venue, journal, faults } = this;
    const world = new NightWorld({ clock, venue, journal, faults, times: this.#times });
    this.lives.push(world);
    this.hearings.push(rememberLife(this.desk, world));
    const rows = journal.durable();
    const epoch = this.lives.length;
    this.#survive(() => {
      journal.append(
        [{ type: 'started', atMs: this.#atMs(), epoch, clean, configHash: 'c', buildId: 'b' }],
        true,
      );
      run(world, this.desk);
      world.tell({
        type: 'started',
        atMs: this.#atMs(),
        epoch,
        seed: epoch * 7_919,
        rows,
        clean,
        recentStartsCount: this.#recentStartsCount,
        haltLatched: false,
      });
    });
  }

  #report(fields: Readonly<Record<string, unknown>>): void {
    const { reports } = this.faults;
    const { lines } = this.world;
    if (reports === 'never') return;
    const isReport = fields['e'] === 'executionReport';
    // The newer a report, the sooner it comes: they overtake one another.
    const backwardsMs = reports === 'reversed' && isReport ? this.#countdown() : 0;
    lines.account(fields, ONE_WAY_MS + backwardsMs);
    if (reports === 'twice') lines.account(fields, 3 * ONE_WAY_MS);
  }

  #backwards = 0;
  #countdown(): number {
    this.#backwards = this.#backwards === 0 ? 60 : this.#backwards - 20;
    return this.#backwards;
  }

  #survive(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof ProcessKilled)) throw error;
      this.kill();
    }
  }

  #atMs() {
    return unixMs(this.clock.nowMs);
  }
}

type Health = Pick<HealthSampled, 'diskFreeBytes' | 'loopDelayMsMax'>;

interface Cue {
  readonly enter: Partial<Quote>;
  readonly even: Partial<Quote>;
  readonly leave: Partial<Quote>;
}

const CUES: { readonly BTCUSDT: Cue; readonly [symbol: string]: Cue } = {
  BTCUSDT: {
    enter: { bidQuantity: '20', askQuantity: '5' },
    even: { bidQuantity: '5', askQuantity: '5' },
    leave: { bidQuantity: '5', askQuantity: '20' },
  },
  ETHUSDT: {
    enter: { bidQuantity: '400', askQuantity: '90' },
    even: { bidQuantity: '90', askQuantity: '90' },
    leave: { bidQuantity: '90', askQuantity: '400' },
  },
};

/** A night that has begun; with `arrange`, or a kill, wait yourself. */
export function startNight(options: NightOptions = {}): Night {
  const night = new Night(options);
  if (options.arrange === undefined && options.killAt === undefined) night.settle();
  return night;
}
