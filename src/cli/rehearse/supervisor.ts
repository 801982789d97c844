import { setTimeout as delay } from 'node:timers/promises';
import { BoundedList } from '../../domain/bounded.ts';
import { Child, type Ended } from './child.ts';

const RESTART_AFTER_MS = 200;
const ENDS_MAX = 1_000;
/** As in ecosystem.config.js: another start would end the same way. */
const FINAL_CODES: ReadonlySet<number | null> = new Set([75, 76, 78]);

export interface DaemonStart {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Loaded before the daemon's own code, which stays as it is. */
  readonly preload: string;
  readonly onLine: (line: string) => void;
  readonly nowMs: () => number;
}

/** An end of the daemon. */
export interface DaemonEnd extends Ended {
  readonly atMs: number;
  /** Somebody of the script wanted it. Any other end is a finding. */
  readonly wanted: boolean;
  readonly lastWords: string;
}

/** Starts the daemon's real entry and starts it again whenever it ends, as PM2 does with our settings. */
export class Supervisor {
  readonly #start: DaemonStart;
  readonly #ends = new BoundedList<DaemonEnd>('rehearse.ends', ENDS_MAX, 'dropOldest');
  #child: Child | undefined;
  #isWanted = false;
  #isOver = false;
  #startsCount = 0;

  constructor(start: DaemonStart) {
    this.#start = start;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }
  get startsCount(): number {
    return this.#startsCount;
  }
  get ends(): readonly DaemonEnd[] {
    return [...this.#ends];
  }
  /** It ended, and no other start is coming. */
  get hasGivenUp(): boolean {
    return this.#isOver || FINAL_CODES.has(this.#ends.at(-1)?.code ?? 0);
  }

  start(): void {
    const { root, env, preload, onLine } = this.#start;
    this.#startsCount += 1;
    const child = new Child({
      command: process.execPath,
      args: ['--import', preload, 'src/main.ts'],
      cwd: root,
      env,
      withChannel: true,
      onLine,
    });
    this.#child = child;
    void child.ended.then((ended) => this.#onEnd(child, ended));
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.signal(name);
  }

  /** The next end is part of the script. */
  expectEnd(): void {
    this.#isWanted = true;
  }

  /** Ends it as a power cut would. The supervisor starts the next. */
  async kill(): Promise<void> {
    this.expectEnd();
    await this.#child?.kill();
  }

  /** Asks it to stop; the supervisor starts the next. */
  async restart(): Promise<Ended | undefined> {
    this.expectEnd();
    return await this.#child?.stop();
  }

  /** Asks it to stop, for good. */
  async stopForGood(): Promise<Ended | undefined> {
    this.#isOver = true;
    this.expectEnd();
    const child = this.#child;
    return child === undefined || child.hasEnded ? undefined : await child.stop();
  }

  /** Ends whatever still runs, at once and for good. */
  async abandon(): Promise<void> {
    this.#isOver = true;
    if (this.#child?.hasEnded === false) await this.#child.kill();
  }

  async #onEnd(child: Child, ended: Ended): Promise<void> {
    const lastWords = findLastWords(child.output);
    const end = { ...ended, atMs: this.#start.nowMs(), wanted: this.#isWanted, lastWords };
    this.#isWanted = false;
    this.#ends.push(end);
    if (this.#isOver || FINAL_CODES.has(ended.code)) return;
    await delay(RESTART_AFTER_MS);
    if (!this.#isOver) this.start();
  }
}

const WORDS_MAX = 300;

/** Why it says that it stops; else the last line that is not of its log. */
function findLastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  const said = lines.findLast((line) => line.startsWith('stopping with exit code'));
  return (said ?? lines.at(-1) ?? '').slice(0, WORDS_MAX);
}
