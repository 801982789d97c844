import type { OperatorWord } from '../domain/event.ts';
import type { Random } from '../domain/random.ts';
import type { SimClock } from './clock.ts';
import type { SimLines } from './lines.ts';
import type { SimMachine } from './machine.ts';
import type { Troubles } from './trouble.ts';
import type { Twin } from './twin.ts';
import type { SimVenue } from './venue.ts';

/** What a fault may reach. Nothing of it is inside the daemon, apart from what any operator or kernel may do to it. */
export interface Stage {
  readonly clock: SimClock;
  readonly venue: SimVenue;
  readonly machine: SimMachine;
  /** For hooks that need to know what else is wrong. */
  readonly troubles: Troubles;
  /** Chance of this one occurrence. */
  readonly random: Random;
  /** Where the daemon keeps its journal. */
  readonly journalPath: string;
  /** Sockets of the present life; `undefined` while no daemon runs. */
  readonly lines: SimLines | undefined;
  /** kill -9; the supervisor starts the next life. */
  kill(cause: string): void;
  /** Our own code throws: the process ends by itself, with the exit code of a panic. */
  panic(cause: string): void;
  /** SIGTERM; the supervisor starts the next life after it. */
  terminate(cause: string): void;
  /** The process gets no processor for so long: a blocked loop, SIGSTOP, a suspended machine. */
  stall(ms: number): void;
  /** A second start of the daemon on the same journal, by somebody who does not know that it runs. */
  startBeside(): Twin;
  /** The daemon as its disk is now, started on another machine with the same account. */
  startCopy(): Twin;
  /** A person says this to the daemon that runs now; nobody hears it while none does. */
  speak(word: OperatorWord, actor: string): void;
}
