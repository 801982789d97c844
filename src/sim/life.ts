import { assertNever, InvariantBroken } from '../domain/assert.ts';
import type { Effect } from '../domain/effect.ts';
import type { DeskEvent } from '../domain/event.ts';
import type { SteadyClock } from '../domain/steady-clock.ts';
import type { UnixMs } from '../domain/units.ts';
import { markDurable } from '../journal/durable.ts';
import { Desk } from '../pipeline/desk.ts';
import { findReleasedHalt } from '../pipeline/halt-release.ts';
import { run } from '../pipeline/run.ts';
import type { DeskSetup } from '../pipeline/setup.ts';
import type { World } from '../ports.ts';
import type { HaltLatch } from '../store/halt-latch.ts';
import { exitCodeOf, JournalFailed } from '../store/journal-failure.ts';
import { firstEpochAt, JournalStore } from '../store/journal-store.ts';
import type { Carrier } from './carrier.ts';
import type { SimClock } from './clock.ts';
import { type CommitCount, SimJournal } from './journal.ts';
import type { Latency } from './latency.ts';
import { LifeRequests } from './life-requests.ts';
import { SimLines } from './lines.ts';
import type { LifeEnd } from './listener.ts';
import { type Listeners, WatcherBroke } from './listeners.ts';
import type { SimMachine } from './machine.ts';
import { ProcessKilled } from './process-killed.ts';
import type { Troubles } from './trouble.ts';

const FLUSH_EVERY_MS = 50;
const SAMPLE_EVERY_MS = 1_000;

export interface LifeParts {
  /** Number of this start, from 1. */
  readonly number: number;
  readonly setup: DeskSetup;
  readonly configHash: string;
  readonly buildId: string;
  readonly journalPath: string;
  readonly haltLatch: HaltLatch;
  readonly clock: SimClock;
  readonly machine: SimMachine;
  readonly latency: Latency;
  readonly troubles: Troubles;
  readonly commits: CommitCount;
  readonly carrier: Carrier;
  readonly listeners: Listeners;
  readonly onEnded: (end: LifeEnd) => void;
}

/**
 * One life of the daemon: its own desk on the journal that the last life left, wired to the made-up
 * world. Everything from the frame on the wire to the row on the disk is the daemon's own code.
 */
export class SimLife implements World {
  readonly desk: Desk;
  readonly lines: SimLines;
  isReady = false;
  #isOver = false;
  readonly #parts: LifeParts;
  readonly #steady: SteadyClock;
  #store: JournalStore | undefined;
  #journal: SimJournal | undefined;
  #deliver: (event: DeskEvent) => void = () => undefined;
  #tick = 0;
  readonly #requests: LifeRequests;
  /** True time until which the process does nothing at all. */
  #stalledUntilMs = 0;
  #loopDelayMsMax = 1;
  readonly #heldBack: DeskEvent[] = [];

  constructor(parts: LifeParts) {
    this.#parts = parts;
    this.desk = new Desk(parts.setup);
    this.#steady = parts.machine.startClock();
    this.lines = new SimLines({
      clock: parts.clock,
      latency: parts.latency,
      troubles: parts.troubles,
      atMs: () => this.#nowMs(),
      tell: (event) => this.tell(event),
    });
    this.#requests = new LifeRequests({
      life: parts.number,
      limits: parts.setup.execution,
      carrier: parts.carrier,
      nowMs: () => this.#nowMs(),
      tell: (event) => this.tell(event),
    });
  }

  /** Our clock. */
  nowMs(): UnixMs {
    return this.#nowMs();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** As a start of the process: locks, rows, `started`, and the work that repeats. */
  begin(): void {
    const { clock, commits, haltLatch, listeners, machine, troubles } = this.#parts;
    this.#survive(() => {
      const store = this.#openJournal();
      this.#store = store;
      this.#journal = new SimJournal({
        store,
        path: this.#parts.journalPath,
        haltLatch,
        troubles,
        commits,
        sleep: (ms) => clock.sleep(ms),
        onDurable: (rows) => listeners.onDurable(rows),
      });
      run(this, this.desk);
      const haltLatched = haltLatch.isSet();
      const before = store.rowsBeforeStart();
      const { startMode } = this.#parts.setup;
      const released = findReleasedHalt(before, haltLatched, startMode, this.#nowMs());
      if (released !== undefined) this.#journal.append([released], true);
      this.#deliver({
        type: 'started',
        atMs: this.#nowMs(),
        epoch: store.epoch,
        seed: store.epoch * 7_919,
        rows: released === undefined ? before : [...before, released],
        clean: store.clean,
        recentStartsCount: store.recentStartsCount,
        haltLatched,
      });
      store.releaseRows();
    });
    const isAlive = (): boolean => !this.#isOver;
    clock.every(FLUSH_EVERY_MS, () => this.#survive(() => this.#flush()), isAlive);
    clock.every(SAMPLE_EVERY_MS, () => this.#sample(machine), isAlive);
  }

  onEvent(deliver: (event: DeskEvent) => void): void {
    this.#deliver = deliver;
  }

  capture(event: DeskEvent): void {
    this.#parts.listeners.onEvent(event);
  }

  /** What happens outside reaches the core while the process lives and is not stalled. */
  tell(event: DeskEvent): void {
    if (this.#isOver) return;
    if (this.#parts.clock.nowMs < this.#stalledUntilMs) this.#heldBack.push(event);
    else this.#survive(() => this.#deliver(event));
  }

  /** The process does nothing for so long: blocked, stopped, or its machine asleep. */
  stall(ms: number): void {
    const { clock } = this.#parts;
    const endMs = clock.nowMs + ms;
    if (endMs <= this.#stalledUntilMs) return;
    this.#stalledUntilMs = endMs;
    this.#loopDelayMsMax = Math.max(this.#loopDelayMsMax, ms);
    clock.after(ms, () => this.#wake());
  }

  /** Gone, as by kill -9. */
  kill(cause: string): void {
    if (!this.#isOver) this.#end({ exitCode: undefined, cause });
  }

  /** A broken invariant, somewhere in our own code. */
  panic(cause: string): void {
    this.#survive(() => {
      throw new InvariantBroken(cause);
    });
  }

  perform(effect: Effect): void {
    this.#parts.listeners.onEffect(effect);
    switch (effect.type) {
      case 'appendRows':
        this.#append(effect.rows, effect.now);
        return;
      case 'persistIntent': {
        const { order, checks, atMs } = effect;
        this.#append([{ type: 'intent', atMs, intent: order, checks }], true);
        this.#deliver({ type: 'intentDurable', atMs: this.#nowMs(), order: markDurable(order) });
        return;
      }
      case 'persistSubmitted':
        this.#append([effect.row], true);
        this.#deliver({ type: 'submittedDurable', atMs: this.#nowMs(), order: effect.order });
        return;
      case 'placeOrder':
        this.#requests.place(effect);
        return;
      case 'cancelOrder':
        this.#requests.cancel(effect);
        return;
      case 'askVenue':
        this.#requests.ask(effect);
        return;
      case 'setTimer':
        this.#setTimer(effect.atMs);
        return;
      case 'openSocket':
        this.#parts.listeners.onSocketAsked(effect.socket, effect.connection);
        this.lines.open(effect.connection, effect.socket);
        return;
      case 'closeSocket':
        this.lines.close(effect.connection, effect.how);
        return;
      case 'sendFrame':
        this.#parts.listeners.onFrameSent(effect.connection, effect.text);
        this.lines.send(effect.connection, effect.text);
        return;
      case 'sendSigned':
        this.#parts.listeners.onFrameSent(effect.connection, effect.method);
        this.lines.subscribeAccount(
          effect.connection,
          effect.requestId,
          this.#requests.subscribe(),
        );
        return;
      case 'setVenueClock':
        this.#requests.venueOffsetMs = effect.offsetMs;
        return;
      case 'announceReady':
        this.isReady = true;
        return;
      case 'stopProcess':
        this.#parts.clock.after(0, () => this.#stop(effect.exitCode, effect.cause));
        return;
      // Heard by listeners alone.
      case 'recordDecision':
      case 'raiseFault':
      case 'logChange':
        return;
      default:
        assertNever(effect);
    }
  }

  #openJournal(): JournalStore {
    const { buildId, configHash, journalPath, machine, number } = this.#parts;
    this.#refuseIfDiskDoes();
    return JournalStore.open({
      path: journalPath,
      buildId,
      configHash,
      pid: number,
      nowMs: () => this.#nowMs(),
      firstEpoch: firstEpochAt(this.#nowMs()),
      monotonicNs: () => machine.monotonicNs(),
      serverNowMs: () => this.#nowMs() + this.#requests.venueOffsetMs,
    });
  }

  /** The first and the last row of a life are written by the store itself: a disk that takes nothing takes neither. */
  #refuseIfDiskDoes(): void {
    const fate = this.#parts.troubles.find(({ commit }) => commit?.([]));
    if (fate?.type === 'fails')
      throw new JournalFailed(`journal.db: ${fate.code}: the disk refused`);
  }

  #append(...[rows, now]: Parameters<SimJournal['append']>): void {
    this.#journal?.append(rows, now);
  }

  #flush(): void {
    if (this.#parts.clock.nowMs >= this.#stalledUntilMs) this.#journal?.flush();
  }

  #sample(machine: SimMachine): void {
    if (this.#parts.clock.nowMs < this.#stalledUntilMs) return;
    const stepMs = this.#steady.followSystem();
    const loopDelayMs = this.#loopDelayMsMax;
    this.#loopDelayMsMax = 1;
    this.tell(machine.sample(this.#nowMs(), stepMs, loopDelayMs));
    if (this.#isOver || !this.#steady.isHeldWrongly(this.#nowMs() + this.#requests.venueOffsetMs))
      return;
    this.tell({
      type: 'stopRequested',
      atMs: this.#nowMs(),
      cause: 'the system clock was set back',
    });
  }

  /** Timers first, as the loop does; then everything that came meanwhile, stamped as it is read: now. */
  #wake(): void {
    if (this.#isOver || this.#parts.clock.nowMs < this.#stalledUntilMs) return;
    const waiting = this.#heldBack.splice(0);
    const isTimer = ({ type }: DeskEvent): boolean => type === 'timerFired';
    for (const event of [...waiting.filter(isTimer), ...waiting.filter((one) => !isTimer(one))]) {
      this.tell({ ...event, atMs: this.#nowMs() });
    }
  }

  #setTimer(atMs: number): void {
    this.#tick += 1;
    const mine = this.#tick;
    this.#parts.clock.after(Math.max(0, atMs - this.#nowMs()), () => {
      if (mine === this.#tick) {
        this.tell({ type: 'timerFired', atMs: this.#nowMs(), timer: 'tick' });
      }
    });
  }

  #stop(exitCode: number, cause: string): void {
    if (this.#isOver) return;
    this.#survive(() => {
      this.#journal?.flush();
      this.#refuseIfDiskDoes();
      this.#store?.close(exitCode === 0 ? cause : undefined);
      this.#store = undefined;
      this.#end({ exitCode, cause });
    });
  }

  /** What `main.ts` does with an error: nothing is caught below it, the process ends, a halt is latched. */
  #survive(act: () => void): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      if (error instanceof WatcherBroke) throw error;
      if (error instanceof ProcessKilled) this.#end({ exitCode: undefined, cause: error.message });
      else this.#panic(error);
    }
  }

  #panic(error: unknown): void {
    const exitCode = exitCodeOf(error);
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (error instanceof JournalFailed) {
      this.#parts.haltLatch.set(cause, new Date(this.#nowMs()).toISOString());
    }
    this.#end({ exitCode, cause });
  }

  #end(end: LifeEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#store?.abandon();
    this.#journal?.leaveTorn();
    this.#parts.onEnded(end);
  }

  #nowMs(): UnixMs {
    return this.#steady.nowMs();
  }
}
