import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { CaptureBlock } from './capture-block.ts';
import { blockHeader } from './capture-format.ts';
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

/** Compressed bytes that may wait for the disk without holding a block back. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

/** A block on its way. */
interface Job {
  /** `undefined` once given back. */
  block: CaptureBlock | undefined;
  waitingBytes: number;
  isCompressed: boolean;
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
  /** In the order of their blocks, the oldest first. */
  readonly #jobs: Job[] = [];
  /** Compressed and handed to nobody yet. */
  #batch: Uint8Array[] = [];
  #waitingBytes = 0;
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

  /** Blocks that are not compressed yet, or not on their way to the file. */
  get pendingCount(): number {
    return this.#jobs.length;
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
    this.#enqueue(() => this.#flush());
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

  /** The block is ours until `giveBack`: when it is compressed, or on disk when too much waits for that. */
  write(block: CaptureBlock): void {
    const job: Job = { block, waitingBytes: 0, isCompressed: false };
    this.#jobs.push(job);
    // Compression of the next block may run while this one is written: only the writing is in order.
    const compressed = compress(block.bytes.subarray(0, block.usedBytes), OPTIONS).then(
      (bytes) => {
        job.isCompressed = true;
        this.#waitingBytes += bytes.length;
        job.waitingBytes = bytes.length;
        if (this.#waitingBytes <= WAITING_BYTES_MAX) this.#release(job);
        return { bytes };
      },
      (error: unknown) => ({ error }),
    );
    this.#enqueue(() => this.#append(job, compressed));
  }

  async #append(
    job: Job,
    compressed: Promise<{ readonly bytes: Uint8Array } | { readonly error: unknown }>,
  ): Promise<void> {
    try {
      const result = await compressed;
      this.#jobs.shift();
      if ('error' in result) throw result.error;
      const { bytes } = result;
      this.#batch.push(blockHeader(bytes.length), bytes);
      // What is ready behind it goes to the disk in the same write: under a flood each trip there
      // takes as long as thousands of frames.
      if (this.#jobs[0]?.isCompressed === true) return;
      await this.#flush();
    } finally {
      this.#waitingBytes -= job.waitingBytes;
      this.#release(job);
    }
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const whole = Buffer.concat(this.#batch);
    this.#batch = [];
    if (this.#file === undefined) throw new Error('no segment is open');
    await this.#file.appendFile(whole);
    this.#segmentBytes += whole.length;
    this.#writtenBytes += whole.length;
  }

  #release(job: Job): void {
    const { block } = job;
    job.block = undefined;
    if (block !== undefined) this.#giveBack(block);
  }

  /** Returns once all that was written before is in the file. */
  async close(): Promise<void> {
    this.#enqueue(() => this.#flush());
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
