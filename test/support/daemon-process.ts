import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const ROOT = path.join(import.meta.dirname, '..', '..');
const OUTPUT_MAX = 200_000;

export interface DaemonPlace {
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly logDir: string;
  readonly httpPort: number;
  readonly exchangePort: number;
  readonly controlPort: number;
  /** No file may grow beyond this: a full disk for one process. */
  readonly fileKilobytesMax?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The daemon as a process of its own, as PM2 would start it. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #httpPort: number;
  readonly #ended: Promise<Ended>;
  #output = '';
  #hasEnded = false;

  constructor(place: DaemonPlace) {
    this.#httpPort = place.httpPort;
    const environment = {
      PATH: process.env['PATH'],
      OVERNIGHT_CONFIG: place.settingsFile,
      OVERNIGHT_DATA_DIR: place.dataDir,
      OVERNIGHT_LOG_DIR: place.logDir,
      OVERNIGHT_HTTP_PORT: String(place.httpPort),
      OVERNIGHT_EXCHANGE_PORT: String(place.exchangePort),
      OVERNIGHT_EXCHANGE_CONTROL_PORT: String(place.controlPort),
    };
    const options = { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] as const };
    const limit = place.fileKilobytesMax;
    this.#child =
      limit === undefined
        ? spawn(process.execPath, ['src/main.ts'], { ...options, stdio: [...options.stdio] })
        : spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" src/main.ts`, process.execPath], {
            ...options,
            stdio: [...options.stdio],
          });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_MAX);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal });
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

  /** Nobody reads what it prints any more: the supervisor was killed, the terminal closed. */
  closePipes(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** Ends it as a power cut would, and returns once the system has it cleared away. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
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
      this.#ended,
      delay(deadlineMs, late, { signal: timer.signal }).catch(() => late),
    ]);
    timer.abort();
    if (typeof first !== 'symbol') return first;
    await this.kill();
    throw new Error(`the daemon did not end within ${deadlineMs} ms\n${this.#output}`);
  }

  /** A JSON page, checked against its shape. */
  async ask<T>(page: string, shape: z.ZodType<T>): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.#httpPort}${page}`);
    return shape.parse(await response.json());
  }

  async askText(page: string): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#httpPort}${page}`)).text();
  }

  /** What `/readyz` answers now; its status says the same. */
  async askReadiness(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }> {
    const response = await fetch(`http://127.0.0.1:${this.#httpPort}/readyz`);
    const readiness = readinessShape.parse(await response.json());
    if (readiness.ready !== (response.status === 200)) {
      throw new Error(`ready is ${readiness.ready}, the status ${response.status}`);
    }
    return readiness;
  }

  /** Waits until `/readyz` says yes. Throws at once when the process ends before. */
  async waitReady(deadlineMs = 45_000): Promise<void> {
    let reasons: readonly string[] = ['it does not listen'];
    await this.#poll(`ready`, deadlineMs, async () => {
      const readiness = await this.askReadiness();
      reasons = readiness.reasons;
      return readiness.ready;
    }).catch((error: unknown) => {
      throw new Error(`not ready: ${reasons.join('; ')}`, { cause: error });
    });
  }

  /** Asks until `isTrue`; every question that fails counts as no. Throws at the deadline. */
  async waitFor(
    what: string,
    isTrue: () => boolean | Promise<boolean>,
    deadlineMs = 30_000,
  ): Promise<void> {
    await this.#poll(what, deadlineMs, async () => await isTrue());
  }

  async #poll(what: string, deadlineMs: number, isTrue: () => Promise<boolean>): Promise<void> {
    const endAtMs = performance.now() + deadlineMs;
    let trouble: unknown;
    for (;;) {
      if (this.#hasEnded) throw new Error(`ended while waiting for ${what}\n${this.#output}`);
      try {
        if (await isTrue()) return;
      } catch (error) {
        // Not listening yet, or a page that is not there yet: asked again until the deadline.
        trouble = error;
      }
      if (performance.now() > endAtMs) {
        const tail = this.#output.slice(-4_000);
        throw new Error(`no ${what} within ${deadlineMs} ms\n${tail}`, { cause: trouble });
      }
      await delay(20);
    }
  }
}

const readinessShape = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
