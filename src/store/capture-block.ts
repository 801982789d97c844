import type { FeedMessage } from '../domain/market.ts';
import type { FramePacker } from '../domain/venue.ts';
import { VARINT_MARGIN_BYTES, writeSigned } from '../venues/varint.ts';
import {
  PACKED_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_KINDS,
  type RecordKind,
  recordBytes,
  STEPS_PER_MS,
} from './capture-format.ts';

/** A cut-off file loses the record it was cut in: packed frames do not go into larger ones. */
const PACKED_BYTES_MAX = 8 * 1024;
/** What a packed frame may need beside its packer's bytes: the record's header and start, flags, source, moment. */
const PACKED_OVERHEAD_BYTES = RECORD_HEADER_BYTES + 7 + 11 + VARINT_MARGIN_BYTES;
const DENSE_SHARE = 0.9;
const NOWHERE = -1;

/** Of one record alone. */
export interface LoneRecord {
  readonly kind: RecordKind;
  readonly number: number;
  readonly atMs: number;
  readonly payload: Uint8Array;
}

/** A block that is being filled: memory made once, records written into it with typed stores. */
export class CaptureBlock {
  readonly bytes: Uint8Array;
  /** Made for the records in it. */
  readonly isLone: boolean;
  readonly #view: DataView;
  readonly #words: Uint32Array;
  readonly #halves: Uint16Array;
  readonly #moments: Float64Array;
  #used = 0;
  #recordsCount = 0;
  /** The record of packed frames that ends the block. */
  #packedStart = NOWHERE;
  #packer = NOWHERE;
  #packedConnection = NOWHERE;
  #packedAtMs = 0;
  #recordAtMs = 0;
  #packedBytes = 0;

  constructor(capacityBytes: number, isLone = false) {
    this.isLone = isLone;
    const memory = new ArrayBuffer(capacityBytes & ~7);
    this.bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#words = new Uint32Array(memory);
    this.#halves = new Uint16Array(memory);
    this.#moments = new Float64Array(memory);
  }

  get usedBytes(): number {
    return this.#used;
  }
  /** Nearly all of it is packed: what a compressor still gains costs more than the packing. */
  get isDense(): boolean {
    return this.#packedBytes > DENSE_SHARE * this.#used;
  }
  get recordsCount(): number {
    return this.#recordsCount;
  }
  /** Of the first record, when there is one. */
  get firstAtMs(): number {
    return this.#moments[1] ?? 0;
  }
  /** Of the last record or packed frame. */
  get lastAtMs(): number {
    return Math.max(this.#recordAtMs, this.#packedAtMs);
  }
  /** All that is written in it so far. */
  get content(): Uint8Array {
    return this.bytes.subarray(0, this.#used);
  }

  /** A block made for these records, which fill it. */
  static of(records: readonly LoneRecord[]): CaptureBlock {
    const bytes = records.reduce((sum, { payload }) => sum + recordBytes(payload.length), 0);
    const block = new CaptureBlock(bytes, true);
    for (const { kind, number, atMs, payload } of records) {
      block.append(kind, number, atMs, payload);
    }
    return block;
  }

  /** `false` when it does not fit any more: nothing was written then. */
  append(kind: RecordKind, number: number, atMs: number, payload: Uint8Array): boolean {
    const start = (this.#used + 7) & ~7;
    const end = start + recordBytes(payload.length);
    if (end > this.bytes.length) return false;
    this.#beginRecord(kind, number, atMs);
    // Its bytes beyond the payload must be zeros of ours, not rests of an older record.
    if (end - 8 >= start + RECORD_HEADER_BYTES) this.#moments[(end >>> 3) - 1] = 0;
    this.#words[start >>> 2] = payload.length;
    this.bytes.set(payload, start + RECORD_HEADER_BYTES);
    this.#packedStart = NOWHERE;
    this.#used = end;
    return true;
  }

  /** Whether `appendPacked` has room for the packed form of a frame of this length. */
  fitsPacked(frameBytes: number): boolean {
    return this.#used + PACKED_OVERHEAD_BYTES + frameBytes <= this.bytes.length;
  }

  /**
   * Adds a frame that its packer has agreed to pack. Returns where the packer's bytes begin when a
   * record of packed frames begins with it, else -1.
   */
  appendPacked(
    connection: number,
    atMs: number,
    packer: FramePacker,
    number: number,
    message: FeedMessage,
  ): number {
    let start = this.#packedStart;
    let at = this.#used;
    let flags = 0;
    const begins = start === NOWHERE || number !== this.#packer || at - start > PACKED_BYTES_MAX;
    if (begins) {
      packer.reset();
      start = this.#beginRecord(RECORD_KINDS.packed, number, atMs);
      at = start + RECORD_HEADER_BYTES;
      flags = PACKED_FLAGS.connection;
      this.#packedStart = start;
      this.#packer = number;
    } else {
      if (connection !== this.#packedConnection) flags = PACKED_FLAGS.connection;
      flags |= momentFlag(atMs, this.#packedAtMs);
    }
    this.bytes[at] = flags;
    at += 1;
    if ((flags & PACKED_FLAGS.connection) !== 0) {
      this.#view.setUint16(at, connection, true);
      at += 2;
    }
    if ((flags & PACKED_FLAGS.step) !== 0) {
      at = writeSigned(this.#view, at, (atMs - this.#packedAtMs) * STEPS_PER_MS);
    }
    if ((flags & PACKED_FLAGS.moment) !== 0) {
      this.#view.setFloat64(at, atMs, true);
      at += 8;
    }
    const end = packer.pack(message, this.#view, at);
    this.#words[start >>> 2] = end - start - RECORD_HEADER_BYTES;
    this.#packedConnection = connection;
    this.#packedAtMs = atMs;
    this.#packedBytes += end - this.#used;
    this.#used = end;
    return begins ? at : NOWHERE;
  }

  /** Takes back the record that `appendPacked` has just begun. */
  dropBegun(): void {
    this.#packedBytes -= this.#used - this.#packedStart;
    this.#used = this.#packedStart;
    this.#packedStart = NOWHERE;
    this.#recordsCount -= 1;
  }

  clear(): void {
    this.#used = 0;
    this.#recordsCount = 0;
    this.#packedBytes = 0;
    this.#packedAtMs = 0;
    this.#packedStart = NOWHERE;
  }

  /** Writes all of its header but the length; returns where it starts. */
  #beginRecord(kind: RecordKind, number: number, atMs: number): number {
    let at = this.#used;
    for (; (at & 7) !== 0; at++) this.bytes[at] = 0;
    this.#halves[(at >>> 1) + 2] = kind;
    this.#halves[(at >>> 1) + 3] = number;
    this.#moments[(at >>> 3) + 1] = atMs;
    this.#recordAtMs = atMs;
    this.#recordsCount += 1;
    return at;
  }
}

/** Farther away, a moment is written out. */
const STEPS_MAX = 2 ** 40;

/** How the moment is told so that the very same number comes back. */
function momentFlag(atMs: number, beforeMs: number): number {
  if (atMs === beforeMs) return 0;
  const steps = (atMs - beforeMs) * STEPS_PER_MS;
  const isExact =
    Math.abs(steps) <= STEPS_MAX &&
    Math.floor(steps) === steps &&
    beforeMs + steps / STEPS_PER_MS === atMs;
  return isExact ? PACKED_FLAGS.step : PACKED_FLAGS.moment;
}
