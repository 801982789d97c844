import type { HealthSampled } from '../domain/event.ts';
import { SteadyClock } from '../domain/steady-clock.ts';
import type { UnixMs } from '../domain/units.ts';
import type { SimClock } from './clock.ts';
import { Holds } from './holds.ts';

const PLENTY_BYTES = 50_000_000_000;

/** The machine that the daemon runs on: its clock may be wrong, its disk full, its processor taken away. */
export class SimMachine {
  readonly #clock: SimClock;
  readonly #clocks;
  /** System clock minus true time. */
  systemOffsetMs: number;
  readonly #disk = new Holds<number>();
  rssBytes = 150_000_000;
  /** Who does something to the journal's file behind the daemon's back: one at a time. */
  readonly journalTaken = new Holds<string>();

  constructor(clock: SimClock, systemOffsetMs: number) {
    this.#clock = clock;
    this.systemOffsetMs = systemOffsetMs;
    this.#clocks = {
      monotonicMs: () => clock.nowMs,
      systemMs: () => Math.floor(clock.nowMs + this.systemOffsetMs),
    };
  }

  /** The clock of a process that starts now. */
  startClock(): SteadyClock {
    const steady = new SteadyClock(this.#clocks);
    steady.followSystem();
    return steady;
  }

  monotonicNs(): bigint {
    return BigInt(Math.floor(this.#clock.nowMs * 1e6));
  }

  /** What a process that samples its own health sees. */
  sample(atMs: UnixMs, clockStepMs: number, loopDelayMsMax: number): HealthSampled {
    const { rssBytes, diskFreeBytes } = this;
    const heapUsedBytes = Math.floor(rssBytes / 2);
    const seen = { loopDelayMsMax, heapUsedBytes, rssBytes, diskFreeBytes, clockStepMs };
    return { type: 'healthSampled', atMs, ...seen };
  }

  get diskFreeBytes(): number {
    return Math.min(PLENTY_BYTES, ...this.#disk.all);
  }

  /** Something fills the disk up to so many free bytes, until the returned function is called. */
  fillDisk(freeBytes: number): () => void {
    return this.#disk.hold(freeBytes);
  }
}
