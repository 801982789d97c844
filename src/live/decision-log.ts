import type { DecisionLine } from '../observe/decision-line.ts';
import { RotatingFile, type RotationLimits } from './rotating-file.ts';

export interface DecisionLogOptions {
  /** `logs/decisions.jsonl`. */
  readonly path: string;
  readonly rotation: RotationLimits;
  readonly nowMs: () => number;
}

/** Lines that wait longer than the caller's 200 ms are written by themselves beyond this. */
const BUFFERED_BYTES_MAX = 256 * 1024;

/** `logs/decisions.jsonl`: one record per line, written in batches. The same records are in `data/decisions.db`. */
export class DecisionLog {
  readonly #file: RotatingFile;
  #lines: string[] = [];
  #bytes = 0;

  constructor(options: DecisionLogOptions) {
    this.#file = new RotatingFile(options.path, options.rotation, options.nowMs);
  }

  get writeErrorsCount(): number {
    return this.#file.writeErrorsCount;
  }
  get droppedCount(): number {
    return this.#file.droppedLinesCount;
  }

  /** Keeps the line for the next `flush()`: call that each 200 ms and before the process ends. */
  add(line: DecisionLine): void {
    const text = JSON.stringify(line);
    this.#lines.push(text);
    this.#bytes += text.length;
    if (this.#bytes >= BUFFERED_BYTES_MAX) this.flush();
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    this.#bytes = 0;
    this.#file.write(text);
  }

  close(): void {
    this.flush();
    this.#file.close();
  }
}
