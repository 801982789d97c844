import { basename } from 'node:path';
import { BlockBatch } from './block-batch.ts';
import { BlockCompressor } from './block-compressor.ts';
import type { CaptureBlock } from './capture-block.ts';
import { blockHeader } from './capture-format.ts';
import { addContent, type BlockContent } from './capture-loss.ts';
import { CaptureOutage, type OutageListener } from './capture-outage.ts';
import { lastBlock } from './capture-preamble.ts';
import {
  type SegmentCut,
  SegmentFile,
  SegmentWriteFailed,
  sizeOf,
  writeSegmentSync,
} from './segment-file.ts';
import { type SegmentOptions, SegmentRing } from './segment-ring.ts';
import { storedBlock, storedFrame } from './stored-frame.ts';
import { UntoldLoss } from './untold-loss.ts';

/** `failed` is told once for each time in which nothing can be written, and every few minutes of it. */
export interface SegmentOwner extends OutageListener {
  /** A block came back: it is on disk, or lost. */
  giveBack(block: CaptureBlock): void;
  /** What a segment needs before its first event. Asked when one must begin in the middle of a run. */
  preamble(atMs: number, cuts: readonly SegmentCut[]): Uint8Array;
}

/** A block to be written. */
export interface Sending {
  readonly block: CaptureBlock;
  readonly content: BlockContent;
  /** When it was sent, on the clock of the events. */
  readonly atMs: number;
  /** Spares the compressor: for a dense block in a flood. */
  readonly asItIs: boolean;
}

/** Compressed bytes that may wait for the disk without holding a block back. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
/** A file that somebody removed takes every write: so often it is looked for. */
const LOOK_EVERY_MS = 1000;

/** A block on its way. */
interface Job extends Sending {
  isGivenBack: boolean;
  /** `undefined` until it is compressed. */
  pieces: readonly Uint8Array[] | undefined;
  waitingBytes: number;
}

/**
 * Compresses blocks in the thread pool and appends them to the segment of their time, strictly in
 * order. What the disk refuses is lost, counted, and told by a gap at its place in the next segment
 * that can be written.
 */
export class SegmentWriter {
  readonly #ring: SegmentRing;
  readonly #owner: SegmentOwner;
  readonly #compressor = new BlockCompressor();
  readonly #outage: CaptureOutage;
  #chain: Promise<void> = Promise.resolve();
  /** In the order of their blocks, the oldest first. */
  readonly #jobs: Job[] = [];
  /** Compressed and handed to nobody yet. */
  #batch = new BlockBatch();
  /** On its way to the file. */
  #writing = new BlockBatch();
  #file: SegmentFile | undefined;
  /** Of the open segment, or the one that is being opened. */
  #path: string | undefined;
  /** Blocks known to be in it. */
  #wholeBytes = 0;
  #lookedAtMs = 0;
  readonly #untold = new UntoldLoss();
  #waitingBytes = 0;
  #segmentBytes = 0;
  #writtenBytes = 0;
  #isClosing = false;
  #isAbandoned = false;

  constructor(options: SegmentOptions, owner: SegmentOwner) {
    this.#ring = new SegmentRing(options, owner);
    this.#owner = owner;
    this.#outage = new CaptureOutage(owner);
  }

  /** Blocks that are not compressed yet, and one for all that are on their way to the file. */
  get pendingCount(): number {
    const isWriting = !this.#writing.isEmpty || !this.#batch.isEmpty;
    return this.#jobs.length + (isWriting ? 1 : 0);
  }
  /** Events that were given to us and are in no file. */
  get lostCount(): number {
    return this.#untold.eventsCount;
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
    this.#enqueue(async () => {
      await this.#flush();
      await this.#leaveFile();
      // While the disk refuses, the next block that may try opens one.
      if (this.#outage.isOn) return;
      try {
        this.#file = await this.#open(atMs);
      } catch (error) {
        this.#outage.failed(String(error), atMs);
      }
    });
  }

  /** The block is ours until `giveBack`: when it is compressed, or on disk when too much waits for that. */
  write(sending: Sending): void {
    const job: Job = { ...sending, isGivenBack: false, pieces: undefined, waitingBytes: 0 };
    this.#jobs.push(job);
    const { content } = job.block;
    if (job.asItIs) {
      job.pieces = storedFrame(content);
      this.#enqueue(() => this.#append(job, Promise.resolve(undefined)));
      return;
    }
    // Compression of the next block may run while this one is written: only the writing is in order.
    const compressed = this.#compressor.compress(content).then(
      (pieces) => {
        job.pieces = pieces;
        job.waitingBytes = sizeOf(pieces);
        this.#waitingBytes += job.waitingBytes;
        if (this.#waitingBytes <= WAITING_BYTES_MAX) this.#release(job);
        return undefined;
      },
      (error: unknown) => ({ error }),
    );
    this.#enqueue(() => this.#append(job, compressed));
  }

  async #append(
    job: Job,
    compressed: Promise<{ readonly error: unknown } | undefined>,
  ): Promise<void> {
    try {
      const failure = await compressed;
      if (this.#isAbandoned) return;
      if (job.pieces === undefined) {
        await this.#flush();
        this.#jobs.shift();
        await this.#lose(job.content, job.atMs, failure?.error);
        return;
      }
      this.#jobs.shift();
      this.#batch.add(job.pieces, job.content, job.atMs);
      // What is ready behind it goes to the disk in the same write: under a flood each trip there
      // takes as long as thousands of frames.
      if (this.#jobs[0]?.pieces !== undefined && !job.asItIs) return;
      await this.#flush();
    } finally {
      this.#waitingBytes -= job.waitingBytes;
      this.#release(job);
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.isEmpty) return;
    this.#batch = new BlockBatch();
    this.#writing = batch;
    try {
      if (batch.atMs - this.#lookedAtMs >= LOOK_EVERY_MS) await this.#look(batch.atMs);
      // The last words hold the batch: another file would tell it again.
      if (this.#isAbandoned) return;
      if (this.#file !== undefined) await this.#writeTo(this.#file, batch);
      else if (this.#isClosing || this.#outage.mayTry(batch.atMs)) await this.#openWith(batch);
      else {
        this.#writing = new BlockBatch();
        this.#untold.add(batch.content);
        this.#outage.goesOn(batch.atMs, this.#untold.missing);
        return;
      }
      const size = sizeOf(batch.pieces);
      this.#segmentBytes += size;
      this.#writtenBytes += size;
    } catch (error) {
      this.#writing = new BlockBatch();
      if (error instanceof SegmentWriteFailed && error.cut !== undefined) {
        this.#untold.addCut(error.cut);
      }
      await this.#lose(batch.content, batch.atMs, error);
    }
  }

  async #writeTo(file: SegmentFile, batch: BlockBatch): Promise<void> {
    await file.write(batch.pieces, batch.content);
    this.#written(file);
  }

  /** In one step: a process that breaks finds each block either in the file or here. */
  #written(file: SegmentFile): void {
    this.#writing = new BlockBatch();
    this.#wholeBytes = file.bytes;
  }

  /** A new segment in the middle of a run: it says what it needs, what is missing, and goes on with the batch. */
  async #openWith(batch: BlockBatch): Promise<void> {
    const file = await this.#open(batch.atMs);
    const { missing } = this.#untold;
    const content = addContent({ eventsCount: 0, ifLost: missing }, batch.content);
    try {
      await file.write([...this.#opening(batch.atMs), ...batch.pieces], content);
    } catch (error) {
      await this.#discard(file);
      throw error;
    }
    this.#written(file);
    this.#file = file;
    this.#segmentBytes = 0;
    this.#untold.told();
    this.#outage.ended(file.path, missing);
  }

  /** Never throws: the error that led here says where the file ends. */
  async #discard(file: SegmentFile): Promise<void> {
    try {
      await file.discard();
    } catch (error) {
      this.#owner.failed(`capture: ${file.path} could not be removed: ${String(error)}`);
    }
  }

  #opening(atMs: number): readonly Uint8Array[] {
    const preamble = this.#owner.preamble(atMs, this.#untold.cuts);
    const gap = lastBlock(this.#untold.missing, undefined, 0);
    return [preamble, ...(gap === undefined ? [] : [gap.content])].flatMap(storedBlock);
  }

  async #open(atMs: number): Promise<SegmentFile> {
    const path = this.#ring.nextPath(atMs);
    this.#path = path;
    this.#wholeBytes = 0;
    const file = await SegmentFile.open(path);
    this.#lookedAtMs = atMs;
    await this.#ring.prune(atMs);
    return file;
  }

  async #look(atMs: number): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#lookedAtMs = atMs;
    const place = await file.findPlace();
    if (place === 'there' || this.#isAbandoned) return;
    if (place === 'deleted') this.#untold.add(file.content);
    this.#outage.failed(`${file.path} was ${place} while it was written`, atMs);
    await this.#leaveFile();
  }

  async #lose(content: BlockContent, atMs: number, cause: unknown): Promise<void> {
    this.#untold.add(content);
    this.#outage.failed(cause instanceof Error ? cause.message : String(cause), atMs);
    // Names may be missing with it, which later blocks need: the next segment says them again.
    await this.#leaveFile();
  }

  async #leaveFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#path = undefined;
    try {
      await file?.close();
    } catch (error) {
      // What was written may be lost all the same, and nobody can say how much.
      this.#owner.failed(`capture: ${file?.path} could not be closed: ${String(error)}`);
    }
  }

  #release(job: Job): void {
    if (job.isGivenBack) return;
    job.isGivenBack = true;
    this.#owner.giveBack(job.block);
  }

  /** Returns once all that was written before is in the file, or lost and told. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#enqueue(async () => {
      await this.#flush();
      await this.#look(this.#ring.newestMs);
      if (this.#isAbandoned) return;
      if (this.#untold.missing.eventsCount > 0) await this.#tellLost();
      this.#outage.close(this.#untold.missing);
    });
    await this.#chain;
    await this.#leaveFile();
    this.#compressor.close();
  }

  /** Nothing more comes that could be written behind the gap. */
  async #tellLost(): Promise<void> {
    const batch = new BlockBatch(this.#ring.newestMs);
    try {
      await this.#openWith(batch);
    } catch (error) {
      this.#outage.failed(String(error), batch.atMs);
    }
  }

  /**
   * The last words of a process that breaks, written before this returns: all that is not in a file,
   * then `rest`, in a segment of their own. What is under way to the disk may or may not get there: it
   * comes again here, and this segment says where the one before ends. Throws when the disk refuses.
   */
  abandon(rest: readonly CaptureBlock[], atMs: number): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    const blocks = [
      ...this.#writing.pieces,
      ...this.#batch.pieces,
      ...this.#jobs.flatMap(({ pieces, block }) =>
        pieces === undefined
          ? storedBlock(block.content)
          : [blockHeader(sizeOf(pieces)), ...pieces],
      ),
      ...rest.flatMap((block) => storedBlock(block.content)),
    ];
    if (this.#file?.isDeletedSync() === true) this.#untold.add(this.#file.content);
    if (blocks.length === 0 && this.#untold.missing.eventsCount === 0) return;
    if (this.#path !== undefined) {
      this.#untold.addCut({ segment: basename(this.#path), bytes: this.#wholeBytes });
    }
    writeSegmentSync(this.#ring.nextPath(atMs), [...this.#opening(atMs), ...blocks]);
  }

  #enqueue(step: () => Promise<void>): void {
    this.#chain = this.#chain
      .then(() => (this.#isAbandoned ? undefined : step()))
      .catch((error: unknown) => this.#owner.failed(`capture: ${String(error)}`));
  }
}
