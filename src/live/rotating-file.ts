import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { pruneFolder } from '../store/prune.ts';

export interface RotationLimits {
  /** One file grows to this, then it is renamed and a new one begins. */
  readonly bytesMax: number;
  readonly ageMsMax: number;
  /** All renamed files of this log together. */
  readonly keptBytesMax: number;
  readonly keptAgeMsMax: number;
}

const DAY_MS = 86_400_000;

/** What the settings of the log mean for one kind of file: a new one each day at the latest, a month kept. */
export function rotationOf(settings: {
  readonly fileBytesMax: number;
  readonly filesMax: number;
}): RotationLimits {
  return {
    bytesMax: settings.fileBytesMax,
    ageMsMax: DAY_MS,
    keptBytesMax: settings.fileBytesMax * settings.filesMax,
    keptAgeMsMax: 30 * DAY_MS,
  };
}

/**
 * A text file that is written at once, so that a killed process loses no line, and rotated by rename.
 * What the disk refuses is counted and dropped: a full disk must not stop trading through its log.
 */
export class RotatingFile {
  readonly path: string;
  readonly #limits: RotationLimits;
  readonly #nowMs: () => number;
  #file: number | undefined;
  #inode = 0;
  #bytes = 0;
  #openedAtMs = 0;
  #rotationsCount = 0;
  #writeErrorsCount = 0;
  #droppedLinesCount = 0;
  #lastError = '';

  constructor(path: string, limits: RotationLimits, nowMs: () => number) {
    this.path = path;
    this.#limits = limits;
    this.#nowMs = nowMs;
    // At the start a folder that cannot be made is an error; later it is only counted.
    mkdirSync(dirname(path), { recursive: true });
    this.#open();
  }

  get writeErrorsCount(): number {
    return this.#writeErrorsCount;
  }
  get droppedLinesCount(): number {
    return this.#droppedLinesCount;
  }
  /** What the disk said last when it refused; empty when it never did. */
  get lastError(): string {
    return this.#lastError;
  }

  /** `text` is one or more whole lines. Never throws. */
  write(text: string): void {
    try {
      const bytes = Buffer.byteLength(text);
      // A file that somebody removed or rotated takes every line on, for nobody to read.
      if (this.#isElsewhere()) this.close();
      if (this.#isDue(bytes)) this.#rotate();
      if (this.#file === undefined) this.#open();
      if (this.#file === undefined) throw new Error('the file is not open');
      writeWhole(this.#file, text);
      this.#bytes += bytes;
    } catch (error) {
      this.#writeErrorsCount += 1;
      this.#droppedLinesCount += text.split('\n').length - 1;
      this.#lastError = String(error);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #isDue(bytes: number): boolean {
    if (this.#file === undefined || this.#bytes === 0) return false;
    const age = this.#nowMs() - this.#openedAtMs;
    return this.#bytes + bytes > this.#limits.bytesMax || age > this.#limits.ageMsMax;
  }

  #isElsewhere(): boolean {
    if (this.#file === undefined) return false;
    return statSync(this.path, { throwIfNoEntry: false })?.ino !== this.#inode;
  }

  #open(): void {
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      this.#file = openSync(this.path, 'a', 0o600);
      const found = fstatSync(this.#file);
      this.#inode = found.ino;
      this.#bytes = found.size;
      this.#openedAtMs = found.size === 0 ? this.#nowMs() : found.birthtimeMs;
    } catch (error) {
      this.#writeErrorsCount += 1;
      this.#lastError = String(error);
    }
  }

  #rotate(): void {
    this.close();
    this.#rotationsCount += 1;
    const moment = String(Math.floor(this.#nowMs())).padStart(15, '0');
    renameSync(this.path, `${this.path}.${moment}-${this.#rotationsCount}`);
    this.#open();
    void this.#prune();
  }

  async #prune(): Promise<void> {
    try {
      await pruneFolder({
        folder: dirname(this.path),
        name: rotatedNameOf(this.path),
        nowMs: this.#nowMs(),
        ageMsMax: this.#limits.keptAgeMsMax,
        bytesMax: this.#limits.keptBytesMax,
      });
    } catch (error) {
      this.#writeErrorsCount += 1;
      this.#lastError = String(error);
    }
  }
}

/** A write may take less than it was given, when the disk is nearly full. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done);
}

/** Names of the renamed files of one log: its own name, the moment and a count. */
function rotatedNameOf(path: string): RegExp {
  const name = basename(path).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${name}\\.\\d{15}-\\d+$`);
}
