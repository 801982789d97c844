import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { blockHeader, type CaptureBlock } from './capture-format.ts';
import { pruneFolder } from './prune.ts';

const compress = promisify(zstdCompress);
// Measured on bookTicker frames: a small window and table stay in the processor's cache, 0.2 us a frame
// instead of 0.25, and compress no worse. The output chunk holds a whole block: one trip to the thread pool.
const OPTIONS = {
  chunkSize: 128 * 1024,
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_windowLog]: 17,
    [constants.ZSTD_c_hashLog]: 14,
  },
};

/** `capture-<Unix ms of its first record>.zst`: names sort by time. */
export const SEGMENT_NAME = /^capture-(\d{15})-(\d+)\.zst$/;

export interface SegmentOptions {
  readonly folder: string;
  readonly ageMsMax: number;
  readonly bytesMax: number;
}

/**
 * Compresses blocks in the thread pool and appends them to the segment of their time, strictly in
 * order. Gives each block back when it is on disk, or when the disk refused it: then `onTrouble` says so.
 */
export class SegmentWriter {
  readonly #options: SegmentOptions;
  readonly #onTrouble: (text: string) => void;
  readonly #giveBack: (block: CaptureBlock) => void;
  #file: FileHandle | undefined;
  #chain: Promise<void> = Promise.resolve();
  #pendingCount = 0;
  #segmentBytes = 0;
  #writtenBytes = 0;
  #segmentsCount = 0;

  constructor(
    options: SegmentOptions,
    onTrouble: (text: string) => void,
    giveBack: (block: CaptureBlock) => void,
  ) {
    mkdirSync(options.folder, { recursive: true });
    this.#options = options;
    this.#onTrouble = onTrouble;
    this.#giveBack = giveBack;
  }

  get pendingCount(): number {
    return this.#pendingCount;
  }
  /** Compressed bytes of the open segment that have reached the file. */
  get segmentBytes(): number {
    return this.#segmentBytes;
  }
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Blocks written from here on go to a new file; old files are pruned to the limits of the ring. */
  openSegment(atMs: number): void {
    this.#segmentBytes = 0;
    this.#segmentsCount += 1;
    const moment = String(Math.floor(atMs)).padStart(15, '0');
    const path = join(this.#options.folder, `capture-${moment}-${this.#segmentsCount}.zst`);
    this.#enqueue(async () => {
      await this.#file?.close();
      this.#file = undefined;
      this.#file = await open(path, 'a', 0o600);
      await pruneFolder({
        folder: this.#options.folder,
        name: SEGMENT_NAME,
        nowMs: atMs,
        ageMsMax: this.#options.ageMsMax,
        bytesMax: this.#options.bytesMax,
      });
    });
  }

  /** The block is ours until `giveBack`. */
  write(block: CaptureBlock): void {
    this.#pendingCount += 1;
    // Compression of the next block may run while this one is written: only the writing is in order.
    const compressed = compress(block.bytes.subarray(0, block.usedBytes), OPTIONS).then(
      (bytes) => ({ bytes }),
      (error: unknown) => ({ error }),
    );
    this.#enqueue(async () => {
      try {
        const result = await compressed;
        if ('error' in result) throw result.error;
        const { bytes } = result;
        if (this.#file === undefined) throw new Error('no segment is open');
        const whole = Buffer.concat([blockHeader(bytes.length), bytes]);
        await this.#file.appendFile(whole);
        this.#segmentBytes += whole.length;
        this.#writtenBytes += whole.length;
      } finally {
        this.#pendingCount -= 1;
        this.#giveBack(block);
      }
    });
  }

  /** Returns once all that was written before is in the file. */
  async close(): Promise<void> {
    this.#enqueue(async () => {
      await this.#file?.close();
      this.#file = undefined;
    });
    await this.#chain;
  }

  #enqueue(step: () => Promise<void>): void {
    this.#chain = this.#chain.then(step).catch((error: unknown) => {
      this.#onTrouble(`capture: ${String(error)}`);
    });
  }
}
