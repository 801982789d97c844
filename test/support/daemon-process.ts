import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Child, type Ended } from '../../src/cli/rehearse/child.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

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

/** The daemon as a process of its own, as PM2 would start it. */
export class DaemonProcess {
  readonly #child: Child;
  readonly #httpPort: number;

  constructor(place: DaemonPlace) {
    this.#httpPort = place.httpPort;
    const limit = place.fileKilobytesMax;
    const [command, args] =
      limit === undefined
        ? [process.execPath, ['src/main.ts']]
        : ['bash', ['-c', `ulimit -f ${limit}; exec "$0" src/main.ts`, process.execPath]];
    const env = {
      PATH: process.env['PATH'],
      OVERNIGHT_CONFIG: place.settingsFile,
      OVERNIGHT_DATA_DIR: place.dataDir,
      OVERNIGHT_LOG_DIR: place.logDir,
      OVERNIGHT_HTTP_PORT: String(place.httpPort),
      OVERNIGHT_EXCHANGE_PORT: String(place.exchangePort),
      OVERNIGHT_EXCHANGE_CONTROL_PORT: String(place.controlPort),
    };
    this.#child = new Child({ command, args, cwd: ROOT, env });
  }

  get hasEnded(): boolean {
    return this.#child.hasEnded;
  }
  /** The end of what it wrote to stdout and stderr. */
  get output(): string {
    return this.#child.output;
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Nobody reads what it prints any more: the supervisor was killed, the terminal closed. */
  closePipes(): void {
    this.#child.closePipes();
  }

  /** Ends it as a power cut would, and returns once the system has it cleared away. */
  async kill(): Promise<void> {
    await this.#child.kill();
  }

  /** Asks it to stop; kills it and throws when it does not within the deadline. */
  async stop(deadlineMs?: number): Promise<Ended> {
    return await this.#child.stop(deadlineMs);
  }

  /** Returns how it ended; kills it and throws when it lives on past the deadline. */
  async waitEnd(deadlineMs?: number): Promise<Ended> {
    return await this.#child.waitEnd(deadlineMs);
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
  async waitReady(deadlineMs = 120_000): Promise<void> {
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
    deadlineMs = 90_000,
  ): Promise<void> {
    await this.#poll(what, deadlineMs, async () => await isTrue());
  }

  async #poll(what: string, deadlineMs: number, isTrue: () => Promise<boolean>): Promise<void> {
    const endAtMs = performance.now() + deadlineMs;
    let trouble: unknown;
    for (;;) {
      if (this.hasEnded) throw new Error(`ended while waiting for ${what}\n${this.output}`);
      try {
        if (await isTrue()) return;
      } catch (error) {
        // Not listening yet, or a page that is not there yet: asked again until the deadline.
        trouble = error;
      }
      if (performance.now() > endAtMs) {
        const tail = this.output.slice(-4_000);
        throw new Error(`no ${what} within ${deadlineMs} ms\n${tail}`, { cause: trouble });
      }
      await delay(20);
    }
  }
}

const readinessShape = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });
