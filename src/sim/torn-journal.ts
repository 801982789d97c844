import { readFileSync, statSync, writeFileSync } from 'node:fs';

const walOf = (path: string): string => `${path}-wal`;

/** Of the write-ahead log; 0 when there is none yet. */
export function walBytes(path: string): number {
  return statSync(walOf(path), { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * A journal as a power cut leaves it: the file as it is now, and the first bytes of its log. To be taken while it
 * is open, since closing it moves the log into the file.
 */
export class TornJournal {
  readonly #path: string;
  readonly #file: Uint8Array;
  readonly #log: Uint8Array;

  constructor(path: string, logBytes: number) {
    this.#path = path;
    this.#file = readFileSync(path);
    this.#log = readFileSync(walOf(path)).subarray(0, logBytes);
  }

  /** Puts it where it was. Nobody may have it open. */
  leave(): void {
    writeFileSync(this.#path, this.#file);
    writeFileSync(walOf(this.#path), this.#log);
  }
}
