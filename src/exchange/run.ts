import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { PlaybackSpeed } from './market/recording-player.ts';
import { startExchange } from './start-exchange.ts';

/** What `overnight exchange` was told; all text as typed. */
export interface ExchangeArguments {
  readonly port?: string | number | undefined;
  readonly controlPort?: string | number | undefined;
  /** Comma-separated, or a list. */
  readonly symbols?: string | readonly string[] | undefined;
  readonly seed?: string | undefined;
  /** A number, or `max`. */
  readonly speed?: string | number | undefined;
  readonly recording?: string | readonly string[] | undefined;
  /** A YAML or JSON file with a list of faults. */
  readonly faults?: string | undefined;
  /** Where to remember everything. */
  readonly state?: string | undefined;
}

const PORT_DEFAULT = 9_500;
const CONTROL_PORT_DEFAULT = 9_501;

/**
 * Runs the exchange until SIGINT or SIGTERM; resolves once it listens. Says `ready` to PM2.
 * Throws on malformed arguments, before anything is opened.
 */
export async function runExchange(args: ExchangeArguments): Promise<void> {
  const exchange = await startExchange({
    port: readPort(args.port, PORT_DEFAULT),
    controlPort: readPort(args.controlPort, CONTROL_PORT_DEFAULT),
    ...(args.symbols === undefined ? {} : { symbols: readList(args.symbols) }),
    ...(args.seed === undefined ? {} : { seed: args.seed }),
    speed: readSpeed(args.speed),
    recordings: args.recording === undefined ? [] : readList(args.recording),
    faults: args.faults === undefined ? [] : await readFaults(args.faults),
    ...(args.state === undefined ? {} : { stateFile: args.state }),
  });
  const stop = () => {
    // Exit code 0: being told to stop is no fault.
    void exchange.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // PM2 is gone: its successor would start a second exchange, and find our port taken.
  process.once('disconnect', stop);
  process.send?.('ready');
  process.stdout.write(
    `simulated exchange on http://127.0.0.1:${exchange.port}, control on http://127.0.0.1:${exchange.controlPort}\n`,
  );
}

function readPort(value: string | number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`port ${value} is not a number from 0 to 65535`);
  }
  return port;
}

function readSpeed(value: string | number | undefined): PlaybackSpeed {
  if (value === undefined) return 1;
  if (value === 'max') return 'max';
  const speed = Number(value);
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new Error(`speed ${value} is neither a number above 0 nor max`);
  }
  return speed;
}

function readList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}

async function readFaults(file: string): Promise<readonly unknown[]> {
  const faults: unknown = parse(await readFile(file, 'utf8'));
  if (!Array.isArray(faults)) throw new Error(`${file} holds no list of faults`);
  return faults;
}
