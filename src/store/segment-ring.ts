import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OutageListener } from './capture-outage.ts';
import { pruneFolder } from './prune.ts';

/** `capture-<Unix ms of its first record>-<number in its run>.zst`: names sort by time. */
export const SEGMENT_NAME = /^capture-(\d{15})-(\d+)\.zst$/;

export interface SegmentOptions {
  readonly folder: string;
  readonly ageMsMax: number;
  readonly bytesMax: number;
}

/** The folder of the segments: what the next one is called, and which of the old ones may stay. */
export class SegmentRing {
  readonly #options: SegmentOptions;
  readonly #listener: Pick<OutageListener, 'failed'>;
  #segmentsCount = 0;
  #newestMs = 0;

  /** Makes the folder. */
  constructor(options: SegmentOptions, listener: Pick<OutageListener, 'failed'>) {
    mkdirSync(options.folder, { recursive: true });
    this.#options = options;
    this.#listener = listener;
  }

  /** Of the newest segment's name. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** Names sort in the order in which they are asked for. */
  nextPath(atMs: number): string {
    this.#newestMs = Math.max(this.#newestMs, Math.floor(atMs));
    this.#segmentsCount += 1;
    const moment = String(this.#newestMs).padStart(15, '0');
    return join(this.#options.folder, `capture-${moment}-${this.#segmentsCount}.zst`);
  }

  async prune(nowMs: number): Promise<void> {
    const { folder, ageMsMax, bytesMax } = this.#options;
    try {
      await pruneFolder({ folder, name: SEGMENT_NAME, nowMs, ageMsMax, bytesMax });
    } catch (error) {
      // The ring may be larger than it should be; what comes now is kept all the same.
      this.#listener.failed(`capture: old segments could not be removed: ${String(error)}`);
    }
  }
}
