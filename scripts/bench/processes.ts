// The processes of a run, and talking with them: each is started fresh and asked in turn.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AS_USUAL, asShipped, type Start } from './as-shipped.ts';
import type {
  ContestantSays,
  ContestantSetup,
  Measured,
  ToContestant,
  ToVenue,
  VenueSays,
  VenueSetup,
} from './words.ts';

const ANSWER_WAIT_MS = 300_000;

/** A child process that answers each message with one of its own. */
class Asked<Told extends object, Said extends { readonly type: string }> {
  readonly #child: ChildProcess;
  readonly #said: Said[] = [];
  #onSaid: (() => void) | undefined;
  #end: string | undefined;

  constructor(file: string, setup: object, { execArgv, env }: Start) {
    this.#child = fork(join(import.meta.dirname, file), [JSON.stringify(setup)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...execArgv],
      env,
    });
    this.#child.on('message', (said: Said) => {
      this.#said.push(said);
      this.#onSaid?.();
    });
    this.#child.on('exit', (code, signal) => {
      this.#end = `${file} ended with ${code ?? signal}`;
      this.#onSaid?.();
    });
  }

  tell(words: Told): void {
    this.#child.send(words);
  }

  /** Rejects when the process ends, is silent for minutes, or says something else. */
  async hear<Type extends Said['type']>(type: Type): Promise<Extract<Said, { type: Type }>> {
    const giveUp = setTimeout(() => {
      this.#end ??= `no ${type} came`;
      this.#onSaid?.();
    }, ANSWER_WAIT_MS);
    try {
      while (this.#said.length === 0) {
        if (this.#end !== undefined) throw new Error(this.#end);
        await new Promise<void>((done) => {
          this.#onSaid = done;
        });
      }
    } finally {
      clearTimeout(giveUp);
    }
    const said = this.#said.shift();
    if (!isOf(said, type)) throw new Error(`heard ${said?.type} instead of ${type}`);
    return said;
  }

  /** Returns once the process is gone. */
  async end(): Promise<void> {
    while (this.#end === undefined) {
      await new Promise<void>((done) => {
        this.#onSaid = done;
        setTimeout(done, 20_000);
      });
      if (this.#end === undefined) this.#child.kill('SIGKILL');
    }
  }

  disconnect(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

function isOf<Said extends { readonly type: string }, Type extends Said['type']>(
  said: Said | undefined,
  type: Type,
): said is Extract<Said, { type: Type }> {
  return said?.type === type;
}

/** The venue's process, listening. */
export class VenueLink {
  readonly #asked: Asked<ToVenue, VenueSays>;
  readonly about: Extract<VenueSays, { type: 'listening' }>;

  private constructor(
    asked: Asked<ToVenue, VenueSays>,
    about: Extract<VenueSays, { type: 'listening' }>,
  ) {
    this.#asked = asked;
    this.about = about;
  }

  static async start(setup: VenueSetup): Promise<VenueLink> {
    const asked = new Asked<ToVenue, VenueSays>('venue-process.ts', setup, AS_USUAL);
    return new VenueLink(asked, await asked.hear('listening'));
  }

  async play(to: number): Promise<void> {
    this.#asked.tell({ type: 'play', to });
    await this.#asked.hear('played');
  }

  async pace(to: number, perSecond: number): Promise<void> {
    this.#asked.tell({ type: 'pace', to, perSecond });
    await this.#asked.hear('played');
  }

  async provokeOrders(count: number): Promise<readonly number[]> {
    this.#asked.tell({ type: 'provokeOrders', count });
    return (await this.#asked.hear('ordersCame')).latenciesUs;
  }

  async close(): Promise<void> {
    this.#asked.disconnect();
    await this.#asked.end();
  }
}

/** A contestant's process, subscribed and waiting. */
export class ContestantLink {
  readonly #asked: Asked<ToContestant, ContestantSays>;
  readonly #folder: string;

  private constructor(asked: Asked<ToContestant, ContestantSays>, folder: string) {
    this.#asked = asked;
    this.#folder = folder;
  }

  static async start(setup: Omit<ContestantSetup, 'folder'>): Promise<ContestantLink> {
    const folder = mkdtempSync(join(tmpdir(), 'overnight-bench-'));
    const isOurs = setup.name.startsWith('overnight');
    const asked = new Asked<ToContestant, ContestantSays>(
      'contestant-process.ts',
      { ...setup, folder },
      isOurs ? await asShipped() : AS_USUAL,
    );
    await asked.hear('ready');
    return new ContestantLink(asked, folder);
  }

  /** CPU is counted from here. */
  async mark(): Promise<void> {
    this.#asked.tell({ type: 'mark' });
    await this.#asked.hear('marked');
  }

  /** Waits until so many frames were handled in all. */
  awaitFrames(framesCount: number): Promise<Measured> {
    this.#asked.tell({ type: 'await', framesCount });
    return this.#asked.hear('measured');
  }

  measure(): Promise<Measured> {
    this.#asked.tell({ type: 'measure' });
    return this.#asked.hear('measured');
  }

  async end(): Promise<void> {
    this.#asked.tell({ type: 'end' });
    await this.#asked.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
