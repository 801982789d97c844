import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HaltLatch } from '../store/halt-latch.ts';
import { Carrier } from './carrier.ts';
import type { RunnerParts } from './daemon-runner.ts';
import { SimLife } from './life.ts';
import { Listeners } from './listeners.ts';
import type { SimVenue } from './venue.ts';

/** Lives of the daemon itself count from 1. */
const FIRST_TWIN = 1_000_000;
const PARTS = ['', '-wal'];

export interface TwinsParts extends Omit<RunnerParts, 'carrier' | 'commits'> {
  readonly venue: SimVenue;
}

/** What whoever started a second process may do to it. */
export interface Twin {
  readonly kill: (cause: string) => void;
}

/**
 * Other processes of ours beside the daemon, on the same account: started twice on one machine, or from
 * an old image of it on another. They are the daemon's own code, trade in earnest, and nobody's rows or events but
 * the daemon's are judged: of a twin only its beginning, its orders and its end are told.
 */
export class Twins {
  readonly #parts: TwinsParts;
  readonly #lives = new Set<SimLife>();
  #count = 0;

  constructor(parts: TwinsParts) {
    this.#parts = parts;
  }

  /** What runs now. */
  get lives(): Iterable<SimLife> {
    return this.#lives;
  }

  /** A second start on the very journal that the daemon uses. */
  startBeside(journalPath: string): Twin {
    return this.#start(journalPath, true);
  }

  /** The machine's image as it is now is started on another machine. */
  startCopy(journalPath: string): Twin {
    const folder = join(dirname(journalPath), `twin-${this.#count + 1}`);
    mkdirSync(folder, { recursive: true });
    const copy = join(folder, 'journal.db');
    for (const part of PARTS) {
      if (existsSync(journalPath + part)) copyFileSync(journalPath + part, copy + part);
    }
    return this.#start(copy, false);
  }

  /** The night is over. */
  close(): void {
    for (const life of [...this.#lives]) life.kill('the night is over');
  }

  #start(journalPath: string, isBeside: boolean): Twin {
    this.#count += 1;
    const number = FIRST_TWIN + this.#count;
    const { clock, latency, listeners: told, troubles, venue } = this.#parts;
    const listeners = new Listeners(clock, [
      {
        onEvent: (event) => {
          if (event.type === 'started') told.onTwinStarted(event.epoch, isBeside);
        },
        onRequest: (request) => told.onTwinRequest(request),
      },
    ]);
    const life: SimLife = new SimLife({
      ...this.#parts,
      number,
      journalPath,
      haltLatch: new HaltLatch(join(dirname(journalPath), 'HALT')),
      listeners,
      carrier: new Carrier({ clock, latency, troubles, listeners, venue }),
      commits: { count: 0, killAt: [] },
      onEnded: (end) => {
        this.#lives.delete(life);
        told.onTwinEnded(end, isBeside);
      },
    });
    this.#lives.add(life);
    life.begin();
    return { kill: (cause) => life.kill(cause) };
  }
}
