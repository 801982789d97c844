import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import {
  type AccountTruth,
  type ExchangeTruth,
  truthShape,
} from '../../src/cli/rehearse/exchange-truth.ts';
import { freePort } from '../../src/cli/rehearse/free-port.ts';
import type { ExchangeOptions } from '../../src/exchange/exchange-options.ts';
import { type RunningExchange, startExchange } from '../../src/exchange/start-exchange.ts';
import { type JournalRead, readJournal } from '../../src/store/journal-reader.ts';
import { type DaemonPlace, DaemonProcess } from './daemon-process.ts';
import { BUSY, type SettingsChange, writeSettings } from './night-settings.ts';

export interface NightOptions {
  readonly exchange?: ExchangeOptions;
  readonly settings?: SettingsChange;
  /** Strategies that enter and leave within seconds. Default true. */
  readonly eager?: boolean;
}

/** A simulated exchange in this process, and daemons that trade on it in theirs, over real sockets. */
export class SocketNight {
  readonly exchange: RunningExchange;
  readonly folder: string;
  readonly httpPort: number;
  readonly settingsFile: string;
  readonly #daemons: DaemonProcess[] = [];

  static async start(options: NightOptions = {}): Promise<SocketNight> {
    const folder = mkdtempSync(path.join(tmpdir(), 'overnight-night-'));
    try {
      const symbols = { symbols: ['BTCUSDT', 'ETHUSDT'] };
      const exchange = await startExchange({ ...symbols, ...options.exchange });
      const night = new SocketNight(exchange, folder, await freePort());
      night.writeSettings(options.settings ?? {}, options.eager ?? true);
      return night;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(exchange: RunningExchange, folder: string, httpPort: number) {
    this.exchange = exchange;
    this.folder = folder;
    this.httpPort = httpPort;
    this.settingsFile = path.join(folder, 'overnight.yaml');
  }

  get dataDir(): string {
    return path.join(this.folder, 'data');
  }
  get logDir(): string {
    return path.join(this.folder, 'logs');
  }

  /** Settings for the next start. */
  writeSettings(change: SettingsChange, eager = true): void {
    const merged: Record<string, unknown> = { ...BUSY };
    for (const [name, block] of Object.entries(change)) {
      const before = mapping.safeParse(merged[name]);
      const after = mapping.safeParse(block);
      merged[name] = before.success && after.success ? { ...before.data, ...after.data } : block;
    }
    writeSettings(this.settingsFile, merged, eager);
  }

  /** Starts a daemon on the night's data; the caller waits for what it wants to see. */
  startDaemon(
    change: Partial<Pick<DaemonPlace, 'httpPort' | 'dataDir' | 'fileKilobytesMax'>> = {},
  ): DaemonProcess {
    const daemon = new DaemonProcess({
      settingsFile: this.settingsFile,
      dataDir: this.dataDir,
      logDir: this.logDir,
      httpPort: this.httpPort,
      exchangePort: this.exchange.port,
      controlPort: this.exchange.controlPort,
      ...change,
    });
    this.#daemons.push(daemon);
    return daemon;
  }

  truth(): ExchangeTruth {
    return truthShape.parse(this.exchange.truth());
  }

  /** The only account that trades: the daemon's. */
  account(): AccountTruth {
    const [account] = this.truth().accounts;
    if (account === undefined) throw new Error('the exchange has no account');
    return account;
  }

  /** How often each armed fault has acted, by id. Cheap enough to ask every few milliseconds. */
  async actedCount(faultId: number): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.exchange.controlPort}/faults`);
    const { armed } = faultsShape.parse(await response.json());
    return armed.find(({ id }) => id === faultId)?.actedCount ?? 0;
  }

  /** The journal of a daemon that does not run. */
  readJournal(): Extract<JournalRead, { type: 'read' }> {
    const read = readJournal(path.join(this.dataDir, 'journal.db'));
    if (read.type !== 'read') throw new Error(`the journal is ${read.type}`);
    return read;
  }

  /** Ends whatever still runs and removes every trace. */
  async close(): Promise<void> {
    for (const daemon of this.#daemons) if (!daemon.hasEnded) await daemon.kill();
    await this.exchange.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const mapping = z.record(z.string(), z.unknown());
const faultsShape = z.object({
  armed: z.array(z.object({ id: z.number(), actedCount: z.number() })),
});
