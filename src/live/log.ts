import pino, { type Logger } from 'pino';
import { FAULTS, type FaultId } from '../domain/fault.ts';
import { RotatingFile, type RotationLimits } from './rotating-file.ts';

export interface AppLogOptions {
  /** `logs/overnight.jsonl`. */
  readonly path: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly rotation: RotationLimits;
  /** On every line: build, epoch. */
  readonly base: Readonly<Record<string, string | number>>;
  readonly nowMs: () => number;
  /** Where warnings and changes of state also go: PM2's log. */
  readonly stdout: { write(text: string): unknown };
}

type Detail = Readonly<Record<string, string | number | boolean>>;

const WARN_LEVEL = 40;

/** Field names whose values never reach a file. The types keep secrets away; this is the second net. */
const REDACTED = ['secret', 'apiKey', 'signature', 'password', 'token', 'listenKey'].flatMap(
  (name) => [name, `*.${name}`],
);

/**
 * The application log: one JSON object per line, on disk before the call returns. Warnings, errors and
 * changes of state also go to stdout, so that `pm2 logs` shows them.
 */
export class AppLog {
  readonly logger: Logger;
  readonly #file: RotatingFile;

  constructor(options: AppLogOptions) {
    this.#file = new RotatingFile(options.path, options.rotation, options.nowMs);
    const file = this.#file;
    // pino leaves the level of the line on a stream that asks for it with this symbol.
    const stream = {
      [Symbol.for('pino.metadata')]: true,
      lastLevel: 0,
      write(line: string): void {
        file.write(line);
        const loud = this.lastLevel >= WARN_LEVEL || line.includes('"changed":true');
        if (loud) options.stdout.write(line);
      },
    };
    this.logger = pino(
      {
        level: options.level,
        base: options.base,
        redact: { paths: REDACTED, censor: '[redacted]' },
        timestamp: () => `,"atMs":${Math.round(options.nowMs())}`,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    );
  }

  get writeErrorsCount(): number {
    return this.#file.writeErrorsCount;
  }
  get droppedCount(): number {
    return this.#file.droppedLinesCount;
  }

  /** A state changed. `event` is `noun.state`; the message is constant, the numbers are in the detail. */
  change(event: string, message: string, detail: Detail): void {
    this.logger.info({ event, ...toReadable(detail), changed: true }, message);
  }

  /** Something is wrong: `warn` heals by itself, `error` wants a person. */
  fault(fault: FaultId, severity: 'warn' | 'error', detail: Detail): void {
    const line = { event: fault, ...toReadable(detail) };
    if (severity === 'error') this.logger.error(line, FAULTS[fault]);
    else this.logger.warn(line, FAULTS[fault]);
  }

  /** We are stopping because of this. */
  fatal(event: string, message: string, error: unknown): void {
    this.logger.fatal({ event, err: error }, message);
  }

  close(): void {
    this.#file.close();
  }
}

/** Times and ratios carry up to seventeen digits: nobody reads more than three after the point. */
function toReadable(detail: Detail): Detail {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === 'number' && Math.abs(value) >= 1 ? Math.round(value * 1000) / 1000 : value,
    ]),
  );
}
