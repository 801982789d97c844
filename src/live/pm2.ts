import process from 'node:process';

/** One row of `pm2 describe` and `pm2 monit`. */
export interface Pm2Gauge {
  readonly value: string | number;
  readonly unit?: string;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const SEND_EVERY_MS = 2000;

/**
 * Talks to PM2 over the channel it gave us. Without PM2 (a terminal, a test) the sending does nothing
 * and only the signals are heard.
 */
export class Pm2Link {
  #gauges: NodeJS.Timeout | undefined;

  /** Whether a parent listens. */
  get isConnected(): boolean {
    return process.send !== undefined && process.connected;
  }

  /** Tells PM2 that we are up: with `wait_ready` it holds a start back until then. */
  announceReady(): void {
    if (this.isConnected) process.send?.('ready');
  }

  /** Sends the main gauges each two seconds, from now on. */
  showGauges(read: () => Readonly<Record<string, Pm2Gauge>>): void {
    this.#gauges = setInterval(() => {
      if (this.isConnected) process.send?.({ type: 'axm:monitor', data: toPm2(read()) });
    }, SEND_EVERY_MS);
    this.#gauges.unref();
  }

  /**
   * Calls once when we are asked to stop: by a signal, by PM2's message, or because PM2 itself is gone.
   * An orphan must end: the next `pm2 start` would make a second trader beside it.
   */
  onStop(stop: (cause: string) => void): void {
    let asked = false;
    const once = (cause: string): void => {
      if (asked) return;
      asked = true;
      stop(cause);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, () => once(signal));
    process.on('message', (message) => {
      if (message === 'shutdown') once('pm2 shutdown message');
    });
    process.on('disconnect', () => once('the supervisor is gone'));
  }

  close(): void {
    clearInterval(this.#gauges);
    // The channel alone would keep the process alive.
    if (this.isConnected) process.disconnect?.();
  }
}

/** PM2 shows `value` and `unit` of each entry. */
function toPm2(gauges: Readonly<Record<string, Pm2Gauge>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(gauges).map(([name, { value, unit }]) => [
      name,
      {
        type: name.toLowerCase().replaceAll(' ', '/'),
        value,
        ...(unit === undefined ? {} : { unit }),
      },
    ]),
  );
}
