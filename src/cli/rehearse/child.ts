import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const OUTPUT_MAX = 200_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A channel to us, as PM2 has it: the child ends by itself when we are gone, however we went. */
  readonly withChannel?: boolean;
  /** Hears each whole line that the child prints, when it arrives. */
  readonly onLine?: (line: string) => void;
}

/** A process that we started and answer for. */
export class Child {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  #output = '';
  #hasEnded = false;

  constructor({ command, args, cwd, env, withChannel = false, onLine }: ChildStart) {
    this.#child = spawn(command, [...args], {
      cwd,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(withChannel ? (['ipc'] as const) : [])],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_MAX);
        if (onLine === undefined) return;
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      });
    }
    this.ended = new Promise((resolve) => {
      const end = (ended: Ended): void => {
        this.#hasEnded = true;
        resolve(ended);
      };
      this.#child.once('exit', (code, signal) => end({ code, signal }));
      // Never started: there will be no `exit`.
      this.#child.once('error', (error) => {
        this.#output += String(error);
        end({ code: null, signal: null });
      });
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }
  /** The end of what it wrote to stdout and stderr. */
  get output(): string {
    return this.#output;
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Nobody reads what it prints any more: the supervisor was killed, the terminal closed. */
  closePipes(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** Ends it as a power cut would, and returns once the system has it cleared away. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to stop; kills it and throws when it does not within the deadline. */
  async stop(deadlineMs = 20_000): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return await this.waitEnd(deadlineMs);
  }

  /** Returns how it ended; kills it and throws when it lives on past the deadline. */
  async waitEnd(deadlineMs = 30_000): Promise<Ended> {
    const late = Symbol('late');
    const timer = new AbortController();
    const first = await Promise.race([
      this.ended,
      delay(deadlineMs, late, { signal: timer.signal }).catch(() => late),
    ]);
    timer.abort();
    if (typeof first !== 'symbol') return first;
    await this.kill();
    throw new Error(`pid ${this.pid} did not end within ${deadlineMs} ms\n${this.#output}`);
  }
}
