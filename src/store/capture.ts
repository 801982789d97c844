import { bytesOf, type DeskEvent, type FrameReceived } from '../domain/event.ts';
import type { ConnectionId } from '../domain/ids.ts';
import type { FeedMessage } from '../domain/market.ts';
import type { FramePacker } from '../domain/venue.ts';
import { BLOCK_BYTES, BlockPool } from './block-pool.ts';
import { CaptureBlock, type LoneRecord } from './capture-block.ts';
import {
  type CheckpointRecord,
  CheckpointTaker,
  encodeCheckpointRecord,
} from './capture-checkpoint.ts';
import { encodeEvent } from './capture-event.ts';
import { isCounted, RECORD_KINDS, type RecordKind, recordBytes } from './capture-format.ts';
import { addLoss, DropTally, gapText, NOTHING_LOST } from './capture-loss.ts';
import type { OutageListener } from './capture-outage.ts';
import { type HeaderFields, lastBlock, writePreamble } from './capture-preamble.ts';
import { ConnectionNumbers } from './connection-numbers.ts';
import type { SegmentCut } from './segment-file.ts';
import { SegmentPlan } from './segment-plan.ts';
import { SegmentWriter, type Sending } from './segment-writer.ts';
import { comesBack, type TrustedPacker, TrustedPackers } from './trusted-packer.ts';

export interface CaptureOptions {
  /** `data/capture`. Made when it is not there. */
  readonly folder: string;
  readonly ageMsMax: number;
  readonly bytesMax: number;
  /** A segment this old ends at the next event. Default ten minutes. */
  readonly segmentAgeMsMax?: number | undefined;
  /** Written into each segment's header: what replay needs before the first event. */
  readonly header: HeaderFields;
  /** The desk between two events as text, for the checkpoint of a segment; `undefined` before it has started. */
  readonly checkpoint?: (() => string | undefined) | undefined;
}

/** A block this old leaves half empty: what a crash may take from the capture. */
const BLOCK_AGE_MS_MAX = 1000;
const SEGMENT_AGE_MS_MAX = 600_000;

/**
 * Keeps every input event, and behind it what it has caused, in order, in a bounded ring of compressed
 * files. On the hot path a frame goes into memory that is made once: its values, packed, when they tell
 * it wholly, else one copy of its bytes. Compression and writing happen in the thread pool. When the disk
 * is slower than the feed or refuses, events are lost and a gap record says how many: trading never waits.
 */
export class Capture {
  readonly #writer: SegmentWriter;
  readonly #options: CaptureOptions;
  readonly #listener: OutageListener;
  readonly #encoder = new TextEncoder();
  readonly #pool = new BlockPool();
  #block: CaptureBlock;
  #blockOpenedAtMs = 0;
  readonly #plan: SegmentPlan;
  readonly #numbers = new ConnectionNumbers();
  /** Heard and not yet kept: what it says is about to be known. */
  #waiting: FrameReceived | undefined;
  readonly #packers = new TrustedPackers();
  readonly #checkpoints: CheckpointTaker;
  /** Events and outcomes that found room in a block. */
  #recordsCount = 0;
  /** Of these, those in blocks that are on their way or on the disk. */
  #sentCount = 0;
  readonly #drops = new DropTally();

  constructor(options: CaptureOptions, listener: OutageListener) {
    this.#options = options;
    this.#listener = listener;
    this.#checkpoints = new CheckpointTaker(options.checkpoint, listener);
    this.#plan = new SegmentPlan(options.segmentAgeMsMax ?? SEGMENT_AGE_MS_MAX);
    this.#block = this.#pool.take() ?? new CaptureBlock(BLOCK_BYTES);
    this.#writer = new SegmentWriter(options, {
      giveBack: (block) => this.#pool.giveBack(block),
      preamble: (atMs, cuts) => this.#preamble(atMs, cuts),
      failed: (text) => listener.failed(text),
      recovered: (text) => {
        // What was lost nobody can decide again: the next segment begins with the desk as it is then.
        this.#plan.gapped();
        listener.recovered(text);
      },
    });
  }

  get recordsCount(): number {
    return this.#recordsCount;
  }
  /** Events and outcomes lost because the disk was slower than the feed, refused them, or lost their file. */
  get droppedCount(): number {
    return this.#drops.count + this.#writer.lostCount;
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
    if (this.#plan.isDue) this.#beginSegment(event.atMs);
    if (event.type === 'frameReceived' && this.#packers.all.length > 0) this.#waiting = event;
    else if (event.type === 'frameReceived') this.#keepFrame(event);
    else this.#keep(RECORD_KINDS.event, 0, event.atMs, this.#encoder.encode(encodeEvent(event)));
  }

  /** Keeps what the event recorded last has caused: a text of `outcomesOf`. */
  recordOutcome(text: string, atMs: number): void {
    this.#keepWaiting();
    const number = (this.#heardCount + 1) & 0xffff;
    this.#keep(RECORD_KINDS.outcome, number, atMs, this.#encoder.encode(text));
  }

  /** From now on frames of this packer may be told to `pack`. */
  addPacker(packer: FramePacker, atMs: number): void {
    this.#keepWaiting();
    if (!this.#plan.isOpen) this.#openSegment(atMs);
    const entry = this.#packers.add(packer);
    const key = this.#encoder.encode(packer.key);
    entry.isNamed = this.#append(RECORD_KINDS.packer, entry.number, atMs, key);
  }

  /**
   * The frame recorded last has been decoded to `message`: when its values tell it wholly, they are
   * kept. A frame that nobody could read is kept as it came.
   */
  pack(packer: FramePacker, message: FeedMessage): void {
    const frame = this.#waiting;
    if (frame === undefined || !packer.packs(message)) return;
    const entry = this.#packers.find(packer);
    if (
      entry === undefined ||
      !entry.isNamed ||
      entry.isDistrusted ||
      this.#drops.unsaid.eventsCount > 0
    )
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
  #readBack(entry: TrustedPacker, begunAt: number, frame: FrameReceived): void {
    if (!this.#packers.isReadBackDue()) return;
    if (comesBack(entry.unpacker, this.#block.content, begunAt, bytesOf(frame))) return;
    entry.isDistrusted = true;
    this.#block.dropBegun();
    this.#recordsCount -= 1;
    this.#keepFrame(frame);
    this.#listener.failed(
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
    const block = this.#block;
    // Handed over it is the writer's: should the process break now, nobody may give it a second time.
    this.#block = CaptureBlock.of([]);
    if (block.recordsCount > 0) this.#write(block, block.lastAtMs, false);
    else this.#pool.giveBack(block);
    const last = this.#takeLast();
    if (last !== undefined) this.#write(last, last.lastAtMs, false);
    await this.#writer.close();
  }

  /**
   * For a process that breaks: everything recorded so far is in a file when this returns, the frame that
   * is being handled last. Nothing may be recorded any more. Throws when the disk refuses.
   */
  abandon(atMs: number): void {
    if (!this.#plan.isOpen) return;
    const running = this.#block.recordsCount > 0 ? [this.#block] : [];
    const last = this.#takeLast();
    this.#writer.abandon(last === undefined ? running : [...running, last], atMs);
  }

  /** What stands behind the running block when nothing comes any more: a gap not told, the frame that waits. */
  #takeLast(): CaptureBlock | undefined {
    const frame = this.#waiting;
    const number = frame === undefined ? undefined : this.#numbers.find(frame.connection);
    const last = lastBlock(this.#drops.unsaid, frame, number ?? this.#numbers.next);
    if (frame !== undefined) this.#recordsCount += 1;
    this.#waiting = undefined;
    this.#drops.said();
    return last;
  }

  #keepWaiting(): void {
    const frame = this.#waiting;
    this.#waiting = undefined;
    if (frame !== undefined) this.#keepFrame(frame);
  }

  #keepFrame(frame: FrameReceived): void {
    const { connection, atMs } = frame;
    const number = this.#findNumber(connection, atMs);
    const bytes = bytesOf(frame);
    if (number === undefined) this.#drop(atMs, bytes);
    else this.#keep(RECORD_KINDS.frame, number, atMs, bytes);
  }

  /** An event is kept or lost; the other records are not counted. */
  #keep(kind: RecordKind, number: number, atMs: number, payload: Uint8Array): void {
    if (this.#append(kind, number, atMs, payload)) this.#recordsCount += 1;
    else this.#drop(atMs, payload);
  }

  /** `false` when there was no room. */
  #append(kind: RecordKind, number: number, atMs: number, payload: Uint8Array): boolean {
    if (this.#drops.unsaid.eventsCount > 0 && !this.#sayGap(atMs)) return false;
    if (this.#block.recordsCount === 0) this.#blockOpenedAtMs = atMs;
    if (this.#block.append(kind, number, atMs, payload)) return true;
    if (!this.#sendBlock(atMs, 'full')) return false;
    if (this.#block.append(kind, number, atMs, payload)) return true;
    return this.#appendAlone({ kind, number, atMs, payload });
  }

  /** The `started` event with a long journal, or a long answer, does not fit a block: it gets one of its own. */
  #appendAlone(record: LoneRecord): boolean {
    const bytes = recordBytes(record.payload.length);
    if (!this.#pool.hasRoomFor(bytes)) return false;
    if (this.#block.recordsCount > 0 && !this.#sendBlock(record.atMs, 'full')) return false;
    const { atMs } = record;
    const eventsCount = isCounted(record.kind) ? 1 : 0;
    const ifLost = { eventsCount, bytes, fromMs: atMs, toMs: atMs };
    this.#give({
      block: CaptureBlock.of([record]),
      content: { eventsCount, ifLost },
      atMs,
      asItIs: false,
    });
    this.#sentCount += eventsCount;
    return true;
  }

  /** `false` when no free block is left. */
  #sendBlock(atMs: number, cause: 'old' | 'full'): boolean {
    const next = this.#pool.take();
    if (next === undefined) return false;
    const block = this.#block;
    // Full within a second is a flood: then the processor is dearer than the disk.
    const isFlood = cause === 'full' && atMs - this.#blockOpenedAtMs < BLOCK_AGE_MS_MAX;
    if (block.recordsCount > 0) this.#write(block, atMs, isFlood && block.isDense);
    else this.#pool.giveBack(block);
    this.#block = next;
    this.#blockOpenedAtMs = atMs;
    this.#plan.look(atMs, this.#writer.segmentBytes);
    return true;
  }

  #write(block: CaptureBlock, atMs: number, asItIs: boolean): void {
    const eventsCount = this.#recordsCount - this.#sentCount;
    const { usedBytes: bytes, firstAtMs: fromMs, lastAtMs: toMs } = block;
    const kept = eventsCount === 0 ? NOTHING_LOST : { eventsCount, bytes, fromMs, toMs };
    const content = { eventsCount, ifLost: addLoss(kept, this.#drops.takeSaid()) };
    this.#sentCount = this.#recordsCount;
    this.#give({ block, content, atMs, asItIs });
  }

  #give(sending: Sending): void {
    this.#pool.lend(sending.block);
    this.#writer.write(sending);
  }

  /** Between two events. Waits for a free block. */
  #beginSegment(atMs: number): void {
    if (this.#block.recordsCount > 0 && !this.#sendBlock(atMs, 'old')) return;
    this.#openSegment(atMs);
    const taken = this.#checkpoints.take(this.#heardCount);
    if (taken === undefined) return;
    if (this.#appendCheckpoint(taken, atMs)) return;
    const missing = 'the checkpoint found no room on its way to the disk';
    this.#appendCheckpoint({ ...taken, text: undefined, missing }, atMs);
  }

  #appendCheckpoint(record: CheckpointRecord, atMs: number): boolean {
    const payload = this.#encoder.encode(encodeCheckpointRecord(record));
    return this.#append(RECORD_KINDS.checkpoint, 0, atMs, payload);
  }

  /** Events and outcomes of this life so far, the lost ones included. */
  get #heardCount(): number {
    return this.#recordsCount + this.#drops.count;
  }

  #openSegment(atMs: number): void {
    this.#plan.opened(atMs);
    this.#writer.openSegment(atMs);
    this.#writePreamble(this.#block, atMs, []);
  }

  /** In the middle of a run: as a segment begins, with the names of now. */
  #preamble(atMs: number, cuts: readonly SegmentCut[]): Uint8Array {
    const block = new CaptureBlock(BLOCK_BYTES);
    this.#writePreamble(block, atMs, cuts);
    return block.content;
  }

  #writePreamble(block: CaptureBlock, atMs: number, cuts: readonly SegmentCut[]): void {
    const { header } = this.#options;
    const connections = this.#numbers.entries();
    writePreamble(block, atMs, { header, cuts, connections, packers: this.#packers.all });
  }

  /** `undefined` when there was no room to name a new connection. */
  #findNumber(connection: ConnectionId, atMs: number): number | undefined {
    const known = this.#numbers.find(connection);
    if (known !== undefined) return known;
    const { next } = this.#numbers;
    const name = this.#encoder.encode(connection);
    if (!this.#append(RECORD_KINDS.connection, next, atMs, name)) return undefined;
    this.#numbers.add(connection);
    return next;
  }

  /** Once something was dropped, nothing is kept before a new block is free: then the gap is told first. */
  #sayGap(atMs: number): boolean {
    if (!this.#sendBlock(atMs, 'full')) return false;
    const gap = this.#encoder.encode(gapText(this.#drops.unsaid));
    this.#block.append(RECORD_KINDS.gap, 0, atMs, gap);
    this.#drops.said();
    this.#plan.gapped();
    return true;
  }

  #drop(atMs: number, payload: Uint8Array): void {
    const isTold = this.#drops.add(atMs, recordBytes(payload.length));
    if (isTold) return;
    const lost = 'events are lost, and the gap record behind them says how many';
    this.#listener.failed(`capture: the disk is slower than the feed: ${lost}`);
  }
}
