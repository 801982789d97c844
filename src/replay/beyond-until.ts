import { basename } from 'node:path';
import type { CapturedItem } from '../store/capture-reader.ts';
import { beginOf } from './captured-night.ts';
import type { Findings } from './findings.ts';
import { isHeard, isOutcomeNumber, readHeader } from './record-text.ts';

/** Two threads of one process may disagree by this; a clock that was set goes further back. */
const STEP_MS = 1_000;

export interface UntilPlace {
  readonly untilMs: number;
  readonly file: string;
  readonly epoch: number | undefined;
  /** Of the life, with the first event that is later; `undefined` when they could not be counted. */
  readonly recordsCount: number | undefined;
}

/**
 * Reads on behind `--until` and decides nothing. The next number tells whether all records before the moment
 * were there, and where the clock was set back, moments that were asked for stand behind later ones.
 */
export class BeyondUntil {
  readonly #findings: Findings;
  readonly #place: UntilPlace;
  #recordsCount: number;
  #isCounted: boolean;
  #isBefore = false;
  #isTold = false;

  constructor(findings: Findings, place: UntilPlace, filesBehind: readonly string[]) {
    this.#findings = findings;
    this.#place = place;
    this.#recordsCount = place.recordsCount ?? 0;
    this.#isCounted = place.recordsCount === undefined;
    const asked = filesBehind.find((file) => beginOf(file) <= place.untilMs - STEP_MS);
    if (asked !== undefined) findings.stopped(asked, CLOCK_SET, 0);
  }

  /** `false` when nothing behind it tells more. */
  take(file: string, item: CapturedItem): boolean {
    switch (item.type) {
      case 'header': {
        const isSameLife = readHeader(item.text)?.epoch === this.#place.epoch;
        return isSameLife && !this.#isCounted;
      }
      case 'event':
        this.#recordsCount += 1;
        this.#lookAt(file, item.event.atMs);
        return true;
      case 'outcome':
        this.#recordsCount += 1;
        if (this.#isBefore) this.#findings.skippedOutcome(file, item.text);
        if (!isOutcomeNumber(item.number, this.#recordsCount)) this.#miscounted(file);
        this.#isCounted = true;
        return this.#isInFile(file);
      case 'checkpoint':
        if (item.checkpoint.recordsCount !== this.#recordsCount) this.#miscounted(file);
        this.#isCounted = true;
        return this.#isInFile(file);
      case 'foreign':
        this.#isCounted ||= isHeard(item.kind);
        return true;
      default:
        // What is lost or damaged behind the moment was not asked for, and nothing can be counted over it.
        this.#isCounted = true;
        return this.#isInFile(file);
    }
  }

  #isInFile(file: string): boolean {
    return file === this.#place.file;
  }

  #miscounted(file: string): void {
    if (this.#isCounted) return;
    const place = `${basename(file)}, behind --until`;
    this.#findings.damaged(`${place}: records are missing before it, and no gap says so`);
  }

  #lookAt(file: string, atMs: number): void {
    this.#isBefore = atMs <= this.#place.untilMs - STEP_MS;
    if (!this.#isBefore) return;
    if (!this.#isTold) this.#findings.stopped(file, CLOCK_SET, 0);
    this.#isTold = true;
    this.#findings.skipped(file);
  }
}

const CLOCK_SET =
  'the clock of the machine was set back: it is before --until, and stands behind what is later';
