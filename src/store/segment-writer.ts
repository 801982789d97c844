import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { BlockCompressor } from './block-compressor.ts';
import type { CaptureBlock } from './capture-block.ts';
import { blockHeader } from './capture-format.ts';
import { pruneFolder } from './prune.ts';
import { storedFrame } from './stored-frame.ts';

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
  isReady: boolean;
  /** Its frame lies in the block itself, which is needed until it is written. */
  readonly isStored: boolean;
}

/**
 * Compresses blocks in the thread pool and appends them to the segment of their time, strictly in
 * order. Gives each block back when it is on disk, or when the disk refused it: then `onTrouble` says so.
 */
export class SegmentWriter {
  readonly #options: SegmentOptions;
  readonly #onTrouble: (text: string) => void;
  readonly #giveBack: (block: CaptureBlock) => void;
  readonly #compressor = new BlockCompressor();
  #file: FileHandle | undefined;
  #chain: Promise<void> = Promise.resolve();
  /** In the order of their blocks, the oldest first. */
  readonly #jobs: Job[] = [];
  /** Compressed and handed to nobody yet. */
  #batch: Uint8Array[] = [];
  #waitingBytes = 0;
  #segmentBytes = 0;
  /** Whole blocks that are in the open file. */
  #fileBytes = 0;
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
      this.#fileBytes = 0;
      await pruneFolder({
        folder: this.#options.folder,
        name: SEGMENT_NAME,
        nowMs: atMs,
        ageMsMax: this.#options.ageMsMax,
        bytesMax: this.#options.bytesMax,
      });
    });
  }

  /**
   * The block is ours until `giveBack`: when it is compressed, or on disk when too much waits for that.
   * `asItIs` spares the compressor: for a dense block in a flood.
   */
  write(block: CaptureBlock, asItIs = false): void {
    const job: Job = { block, waitingBytes: 0, isReady: asItIs, isStored: asItIs };
    this.#jobs.push(job);
    const content = block.bytes.subarray(0, block.usedBytes);
    if (asItIs) {
      const pieces = storedFrame(content);
      this.#enqueue(() => this.#append(job, Promise.resolve({ pieces })));
      return;
    }
    // Compression of the next block may run while this one is written: only the writing is in order.
    const compressed = this.#compressor.compress(content).then(
      (pieces) => {
        job.isReady = true;
        job.waitingBytes = sizeOf(pieces);
        this.#waitingBytes += job.waitingBytes;
        if (this.#waitingBytes <= WAITING_BYTES_MAX) this.#release(job);
        return { pieces };
      },
      (error: unknown) => ({ error }),
    );
    this.#enqueue(() => this.#append(job, compressed));
  }

  async #append(
    job: Job,
    compressed: Promise<{ readonly pieces: readonly Uint8Array[] } | { readonly error: unknown }>,
  ): Promise<void> {
    try {
      const result = await compressed;
      this.#jobs.shift();
      if ('error' in result) throw result.error;
      this.#batch.push(blockHeader(sizeOf(result.pieces)), ...result.pieces);
      // What is ready behind it goes to the disk in the same write: under a flood each trip there
      // takes as long as thousands of frames.
      if (this.#jobs[0]?.isReady === true && !job.isStored) return;
      await this.#flush();
    } finally {
      this.#waitingBytes -= job.waitingBytes;
      this.#release(job);
    }
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    if (this.#file === undefined) throw new Error('no segment is open');
    try {
      await writeAll(this.#file, batch);
    } catch (error) {
      // Half a block would hide all that is written behind it.
      await this.#file.truncate(this.#fileBytes);
      throw error;
    }
    const size = sizeOf(batch);
    this.#fileBytes += size;
    this.#segmentBytes += size;
    this.#writtenBytes += size;
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
    this.#compressor.close();
  }

  #enqueue(step: () => Promise<void>): void {
    this.#chain = this.#chain.then(step).catch((error: unknown) => {
      this.#onTrouble(`capture: ${String(error)}`);
    });
  }
}

/** Not joined first: under a flood the copies alone would make the collector run. */
async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(pieces);
  if (bytesWritten < sizeOf(pieces)) {
    await file.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
  }
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
