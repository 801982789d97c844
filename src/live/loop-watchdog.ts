import { Worker } from 'node:worker_threads';

export interface LoopWatchdogOptions {
  /** The loop may be blocked for so long; then the process is killed, and PM2 starts the next. */
  readonly limitMs: number;
  /** Where the last line goes before the kill: the application log. */
  readonly logPath: string;
  readonly onError: (error: unknown) => void;
}

const BEAT_MS = 250;

/**
 * Watches the event loop from outside it: a worker thread reads a beat in shared memory and kills the
 * process when it stops. A hung loop is invisible to PM2 and to itself; orders would rest unattended.
 */
export class LoopWatchdog {
  readonly #beats: Int32Array;
  readonly #timer: NodeJS.Timeout;
  readonly #worker: Worker;

  constructor(options: LoopWatchdogOptions) {
    const shared = new SharedArrayBuffer(4);
    this.#beats = new Int32Array(shared);
    this.#timer = setInterval(() => Atomics.add(this.#beats, 0, 1), BEAT_MS);
    this.#timer.unref();
    this.#worker = new Worker(new URL('./loop-watchdog-worker.mjs', import.meta.url), {
      name: 'loop-watchdog',
      workerData: { shared, limitMs: options.limitMs, logPath: options.logPath },
      // What the process preloads is not for a thread that only waits.
      execArgv: [],
      // It needs next to nothing; the default would reserve room like a second program.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 },
    });
    this.#worker.on('error', options.onError);
    this.#worker.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}
