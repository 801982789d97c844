import { mkdirSync } from 'node:fs';
import { BoundedMap } from '../domain/bounded.ts';
import { bytesOf, type DeskEvent, type FrameReceived } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { FeedMessage } from '../domain/market.ts';
import type { FramePacker, FrameUnpacker } from '../domain/venue.ts';
import { openUnpacker } from '../venues/unpackers.ts';
import { CaptureBlock } from './capture-block.ts';
import { encodeEvent } from './capture-event.ts';
import { RECORD_KINDS, type RecordKind, recordBytes } from './capture-format.ts';
import { SegmentWriter } from './segment-writer.ts';

export interface CaptureOptions {
  /** `data/capture`. Made when it is not there. */
  readonly folder: string;
  readonly ageMsMax: number;
  readonly bytesMax: number;
  /** Written into each segment's header: what replay needs before the first event. */
  readonly header: Readonly<Record<string, string | number>>;
}

const BLOCK_BYTES = 512 * 1024;
/** With all of them under way to the disk, records are dropped and counted: 8 MB is what a slow disk may cost. */
const BLOCKS_COUNT = 16;
/** A block this old leaves half empty: what a crash may take from the capture. */
const BLOCK_AGE_MS_MAX = 1000;
/** Of the records of packed frames. Hundreds of frames go into one. */
const READ_BACK_EVERY = 16;
const SEGMENT_AGE_MS_MAX = 600_000;
const SEGMENT_BYTES_MAX = 32 * 1024 * 1024;

/** A packer whose frames this capture keeps in few bytes. */
interface PackerEntry {
  readonly packer: FramePacker;
  readonly number: number;
  readonly unpacker: FrameUnpacker;
  /** Its record stands in the running segment. */
  isNamed: boolean;
  /** It was caught at writing something else than the frame, and is not used any more. */
  isDistrusted: boolean;
}

/**
 * Keeps every input event in order, in a bounded ring of compressed files. On the hot path a frame is
 * one copy into memory made at the start; compression and writing happen in the thread pool. When the
 * disk is slower than the feed, records are dropped and a gap record says how many: trading never waits.
 */
export class Capture {
  readonly #writer: SegmentWriter;
  readonly #options: CaptureOptions;
  readonly #onTrouble: (text: string) => void;
  readonly #encoder = new TextEncoder();
  readonly #free: CaptureBlock[] = [];
  #block: CaptureBlock;
  #blockOpenedAtMs = 0;
  #segmentOpenedAtMs = 0;
  /** Numbers of the latest connections; each new segment names them again. */
  readonly #numbers = new BoundedMap<ConnectionId, number>('capture.connections', 64, 'dropOldest');
  #connectionsCount = 0;
  #lastConnection: ConnectionId | undefined;
  #lastNumber = 0;
  /** Heard and not yet kept: what it says is about to be known. */
  #waiting: FrameReceived | undefined;
  readonly #packers: PackerEntry[] = [];
  #begunCount = 0;
  #recordsCount = 0;
  #droppedCount = 0;
  #droppedUnsaid = 0;

  constructor(options: CaptureOptions, onTrouble: (text: string) => void) {
    mkdirSync(options.folder, { recursive: true });
    this.#options = options;
    this.#onTrouble = onTrouble;
    this.#writer = new SegmentWriter(options, onTrouble, (block) => {
      block.clear();
      // An oversized block was made for one record and goes.
      if (block.bytes.length === BLOCK_BYTES) this.#free.push(block);
    });
    for (let i = 0; i < BLOCKS_COUNT - 1; i++) this.#free.push(new CaptureBlock(BLOCK_BYTES));
    this.#block = new CaptureBlock(BLOCK_BYTES);
  }

  get recordsCount(): number {
    return this.#recordsCount;
  }
  /** Records lost because the disk was slower than the feed. */
  get droppedCount(): number {
    return this.#droppedCount;
  }
  /** Compressed bytes written by this process. */
  get writtenBytes(): number {
    return this.#writer.writtenBytes;
  }
  /** Blocks on their way to the disk. */
  get pendingBlocksCount(): number {
    return this.#writer.pendingCount;
  }

  /** Keeps the event. Called before the core hears it. */
  record(event: DeskEvent): void {
    if (this.#waiting !== undefined) this.#keepWaiting();
    if (this.#segmentOpenedAtMs === 0) this.#openSegment(event.atMs);
    if (event.type === 'frameReceived' && this.#packers.length > 0) this.#waiting = event;
    else if (event.type === 'frameReceived') this.#keepFrame(event);
    else this.#append(RECORD_KINDS.event, 0, event.atMs, this.#encoder.encode(encodeEvent(event)));
  }

  /** From now on frames of this packer may be told to `pack`. */
  addPacker(packer: FramePacker, atMs: number): void {
    if (this.#segmentOpenedAtMs === 0) this.#openSegment(atMs);
    this.#keepWaiting();
    const number = this.#packers.length;
    const unpacker = openUnpacker(packer.key);
    const isNamed = this.#append(
      RECORD_KINDS.packer,
      number,
      atMs,
      this.#encoder.encode(packer.key),
    );
    this.#packers.push({ packer, number, unpacker, isNamed, isDistrusted: false });
  }

  /**
   * The frame recorded last has been decoded to `message`: when its values tell it wholly, they are
   * kept. A frame that nobody could read is kept as it came.
   */
  pack(packer: FramePacker, message: FeedMessage): void {
    const frame = this.#waiting;
    if (frame === undefined || !packer.packs(message)) return;
    const entry = this.#findPacker(packer);
    if (entry === undefined || !entry.isNamed || entry.isDistrusted || this.#droppedUnsaid > 0)
      return;
    const { atMs } = frame;
    const connection = this.#findNumber(frame.connection, atMs);
    const block = this.#block;
    if (connection === undefined || !block.fitsPacked(frame.to - frame.from)) return;
    if (block.recordsCount === 0) this.#blockOpenedAtMs = atMs;
    const begunAt = block.appendPacked(connection, atMs, packer, entry.number, message);
    this.#waiting = undefined;
    this.#recordsCount += 1;
    if (begunAt !== -1) this.#readBack(entry, begunAt, frame);
  }

  /** Bytes that nobody can read again are no capture: now and then one frame is unpacked and compared. */
  #readBack(entry: PackerEntry, begunAt: number, frame: FrameReceived): void {
    this.#begunCount += 1;
    if (this.#begunCount % READ_BACK_EVERY !== 1) return;
    const block = this.#block;
    entry.unpacker.reset();
    const { frame: readBack } = entry.unpacker.unpack(block.bytes, begunAt);
    if (Buffer.compare(readBack, bytesOf(frame)) === 0) return;
    entry.isDistrusted = true;
    block.dropBegun();
    this.#recordsCount -= 1;
    this.#keepFrame(frame);
    this.#onTrouble(
      'a packed frame read back is not the frame that came: frames are kept whole now',
    );
  }

  /** Sends a half-full block on its way when it is old enough. Call it a few times a second. */
  tick(nowMs: number): void {
    this.#keepWaiting();
    if (this.#block.recordsCount === 0) return;
    if (nowMs - this.#blockOpenedAtMs >= BLOCK_AGE_MS_MAX) this.#sendBlock(nowMs, 'old');
  }

  /** Returns once everything recorded so far is in the file, or the disk has refused it. */
  async close(): Promise<void> {
    this.#keepWaiting();
    if (this.#block.recordsCount > 0) this.#writer.write(this.#block);
    await this.#writer.close();
  }

  #keepWaiting(): void {
    const frame = this.#waiting;
    this.#waiting = undefined;
    if (frame !== undefined) this.#keepFrame(frame);
  }

  #keepFrame(frame: FrameReceived): void {
    const { connection, atMs } = frame;
    const number = this.#findNumber(connection, atMs);
    if (number === undefined) this.#drop();
    else this.#append(RECORD_KINDS.frame, number, atMs, bytesOf(frame));
  }

  /** `false` when there was no room and the record is lost. */
  #append(kind: RecordKind, connection: number, atMs: number, payload: Uint8Array): boolean {
    if (this.#droppedUnsaid > 0 && !this.#sayGap(atMs)) return this.#drop();
    if (this.#block.recordsCount === 0) this.#blockOpenedAtMs = atMs;
    if (this.#block.append(kind, connection, atMs, payload)) {
      this.#recordsCount += 1;
      return true;
    }
    if (!this.#sendBlock(atMs, 'full')) return this.#drop();
    if (!this.#block.append(kind, connection, atMs, payload)) {
      // The `started` event with a long journal does not fit a block: it gets one of its own, once.
      this.#sendBlock(atMs, 'full');
      const own = new CaptureBlock(recordBytes(payload.length));
      own.append(kind, connection, atMs, payload);
      this.#writer.write(own);
    }
    this.#recordsCount += 1;
    return true;
  }

  /** `false` when no free block is left. */
  #sendBlock(atMs: number, cause: 'old' | 'full'): boolean {
    const next = this.#free.pop();
    if (next === undefined) return false;
    const block = this.#block;
    // Full within a second is a flood: then the processor is dearer than the disk.
    const isFlood = cause === 'full' && atMs - this.#blockOpenedAtMs < BLOCK_AGE_MS_MAX;
    if (block.recordsCount > 0) this.#writer.write(block, isFlood && block.isDense);
    else this.#free.push(this.#block);
    this.#block = next;
    this.#blockOpenedAtMs = atMs;
    const age = atMs - this.#segmentOpenedAtMs;
    if (age >= SEGMENT_AGE_MS_MAX || this.#writer.segmentBytes >= SEGMENT_BYTES_MAX) {
      this.#openSegment(atMs);
    }
    return true;
  }

  #openSegment(atMs: number): void {
    this.#segmentOpenedAtMs = atMs;
    this.#writer.openSegment(atMs);
    const header = JSON.stringify({ ...this.#options.header, openedAtMs: atMs, version: 2 });
    this.#block.append(RECORD_KINDS.header, 0, atMs, this.#encoder.encode(header));
    for (const [name, number] of this.#numbers.entries()) {
      this.#block.append(RECORD_KINDS.connection, number, atMs, this.#encoder.encode(name));
    }
    for (const entry of this.#packers) {
      const payload = this.#encoder.encode(entry.packer.key);
      entry.isNamed = this.#block.append(RECORD_KINDS.packer, entry.number, atMs, payload);
    }
  }

  /** `undefined` when there was no room to name a new connection. */
  #findNumber(connection: ConnectionId, atMs: number): number | undefined {
    if (connection === this.#lastConnection) return this.#lastNumber;
    let number = this.#numbers.get(connection);
    if (number === undefined) {
      number = this.#connectionsCount & 0xffff;
      const name = this.#encoder.encode(connection);
      if (!this.#append(RECORD_KINDS.connection, number, atMs, name)) return undefined;
      this.#connectionsCount += 1;
      this.#numbers.set(connection, number);
    }
    this.#lastConnection = connection;
    this.#lastNumber = number;
    return number;
  }

  #findPacker(packer: FramePacker): PackerEntry | undefined {
    for (const entry of this.#packers) if (entry.packer === packer) return entry;
    return undefined;
  }

  /** Once something was dropped, nothing is kept before a new block is free: then the gap is told first. */
  #sayGap(atMs: number): boolean {
    if (!this.#sendBlock(atMs, 'full')) return false;
    const gap = JSON.stringify({ droppedCount: this.#droppedUnsaid });
    this.#block.append(RECORD_KINDS.gap, 0, atMs, this.#encoder.encode(gap));
    this.#droppedUnsaid = 0;
    return true;
  }

  #drop(): false {
    this.#droppedCount += 1;
    this.#droppedUnsaid += 1;
    return false;
  }
}
