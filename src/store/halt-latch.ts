import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * `data/HALT`: the latch that survives when the journal cannot be written. Its presence alone halts
 * the next start; the text in it is for people.
 */
export class HaltLatch {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  isSet(): boolean {
    return existsSync(this.path);
  }

  /** What the file says, `undefined` when there is none. */
  readCause(): string | undefined {
    return this.isSet() ? readFileSync(this.path, 'utf8').trim() : undefined;
  }

  /** Adds a line and returns once it would survive a crash. Throws when the disk refuses. */
  set(cause: string, at: string): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const file = openSync(this.path, 'a', 0o600);
    try {
      writeSync(file, `${at} ${cause}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** Only an operator's word clears it. */
  clear(): void {
    rmSync(this.path, { force: true });
  }
}
