import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type ExchangeTruth, truthShape } from '../../src/cli/rehearse/exchange-truth.ts';
import { freePort } from '../../src/cli/rehearse/free-port.ts';
import type { JournalRow } from '../../src/domain/journal-row.ts';
import { type RunningExchange, startExchange } from '../../src/exchange/start-exchange.ts';
import { readJournal } from '../../src/store/journal-reader.ts';
import { DaemonProcess } from './daemon-process.ts';

const EXAMPLE = new URL('../../config/examples/binance-paper.yaml', import.meta.url);
/** What only somebody with a key would ask. */
const PRIVATE_PATHS = ['account', 'order', 'openOrders', 'allOrders', 'myTrades'];

const tree = z.record(z.string(), z.unknown());
const faultsShape = z.object({ armed: z.array(z.object({ actedCount: z.number() })) });

/** The public side of a simulated exchange stands in for the real one; daemons trade on paper at its prices. */
export class PaperNight {
  readonly exchange: RunningExchange;
  readonly settingsFile: string;
  readonly #folder: string;
  readonly #httpPort: number;
  readonly #daemons: DaemonProcess[] = [];

  static async start(): Promise<PaperNight> {
    const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
    const exchange = await startExchange({ symbols });
    // Whoever asked would be answered with an error, and counted.
    for (const name of PRIVATE_PATHS) {
      exchange.armFault({ fault: 'error-before', target: { channel: 'rest', path: name } });
    }
    exchange.armFault({ fault: 'error-before', target: { channel: 'wsApi' } });
    return new PaperNight(exchange, await freePort());
  }

  private constructor(exchange: RunningExchange, httpPort: number) {
    this.exchange = exchange;
    this.#httpPort = httpPort;
    this.#folder = mkdtempSync(path.join(tmpdir(), 'overnight-paper-'));
    this.settingsFile = path.join(this.#folder, 'paper.yaml');
    this.writeSettings('paper');
  }

  /** The example as it is in the project, at the address of our exchange, with the waits of a short test. */
  writeSettings(setup: 'paper' | 'rehearsal', startMode = 'ACTIVE'): void {
    const settings = { ...tree.parse(parse(readFileSync(EXAMPLE, 'utf8'))) };
    const host = `127.0.0.1:${this.exchange.port}`;
    const bases = { restBase: `http://${host}`, wsBase: `ws://${host}`, wsApiBase: `ws://${host}` };
    settings['venue'] = { ...tree.parse(settings['venue']), setup, ...bases };
    settings['startMode'] = startMode;
    const recovery = { leaseWaitMs: 100, crashLoopStarts: 1_000 };
    settings['recovery'] = { ...tree.parse(settings['recovery']), ...recovery };
    const risk = { cooldownMs: 300, ordersPerWindowMax: 100 };
    settings['risk'] = { ...tree.parse(settings['risk']), ...risk };
    settings['strategies'] = z.array(tree).parse(settings['strategies']).map(hasten);
    if (setup === 'rehearsal') {
      settings['exchange'] = {
        port: this.exchange.port,
        controlPort: this.exchange.controlPort,
        seed: 1,
      };
    }
    writeFileSync(this.settingsFile, stringify(settings));
  }

  get dataDir(): string {
    return path.join(this.#folder, 'data');
  }

  startDaemon(): DaemonProcess {
    const daemon = new DaemonProcess({
      settingsFile: this.settingsFile,
      dataDir: this.dataDir,
      logDir: path.join(this.#folder, 'logs'),
      httpPort: this.#httpPort,
      exchangePort: this.exchange.port,
      controlPort: this.exchange.controlPort,
    });
    this.#daemons.push(daemon);
    return daemon;
  }

  truth(): ExchangeTruth {
    return truthShape.parse(this.exchange.truth());
  }

  /** How many requests of an account came to the exchange. */
  async privateRequestsCount(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.exchange.controlPort}/faults`);
    const { armed } = faultsShape.parse(await response.json());
    return armed.reduce((sum, { actedCount }) => sum + actedCount, 0);
  }

  /** The rows of a daemon that does not run. */
  rows(): readonly JournalRow[] {
    const read = readJournal(path.join(this.#folder, 'data', 'journal.db'));
    if (read.type !== 'read') throw new Error(`the journal is ${read.type}`);
    return read.rows;
  }

  async close(): Promise<void> {
    for (const daemon of this.#daemons) if (!daemon.hasEnded) await daemon.kill();
    await this.exchange.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Strategies that enter and leave within seconds, whatever the market does. */
function hasten(strategy: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (strategy['kind'] !== 'book-imbalance') return { ...strategy, enabled: false };
  const parameters = {
    halfLifeMs: 200,
    warmUpMs: 300,
    entryImbalance: 0.05,
    exitImbalance: -0.05,
    holdingMsMax: 2_000,
  };
  return { ...strategy, reentryCooldownMs: 300, parameters };
}
