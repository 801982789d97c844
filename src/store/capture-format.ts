/**
 * A capture segment: zstd frames one after the other, each a block of whole records, and before each a
 * skippable frame of 12 bytes (magic 0x184D2A50, size 4, the length of the block that follows), so that
 * a reader finds the blocks and `zstd -d` reads the file too. All numbers are little-endian; each
 * record starts at a multiple of 8 bytes of its block.
 *
 *   offset  size  what
 *   0       4     length of the payload in bytes
 *   4       1     kind: 1 segment header, 2 connection name, 3 frame, 4 event, 5 gap
 *   5       1     0
 *   6       2     connection: number given by the last `connection name` of this segment (kinds 2, 3)
 *   8       8     atMs, a float64: the very number the desk saw, or replay would not be exact
 *   16      n     payload, then zeros up to the next multiple of 8
 *
 * Payloads: header: JSON (build, settings hash, epoch, the checkpoint); connection name: its text;
 * frame: the bytes as they came; event: JSON of the event; gap: JSON with how many records were lost
 * because the disk was slower than the feed. A block that was cut off decompresses up to the cut, so
 * that a reader gets every record that is whole.
 */
export const RECORD_HEADER_BYTES = 16;

export const RECORD_KINDS = { header: 1, connection: 2, frame: 3, event: 4, gap: 5 } as const;
export type RecordKind = (typeof RECORD_KINDS)[keyof typeof RECORD_KINDS];

const BLOCK_MAGIC = 0x184d2a50;
export const BLOCK_HEADER_BYTES = 12;

/** What stands before a compressed block of this length. */
export function blockHeader(compressedBytes: number): Uint8Array {
  const header = Buffer.alloc(BLOCK_HEADER_BYTES);
  header.writeUInt32LE(BLOCK_MAGIC, 0);
  header.writeUInt32LE(4, 4);
  header.writeUInt32LE(compressedBytes, 8);
  return header;
}

/** The compressed blocks of a file, the last one as far as it goes; stops where no block begins. */
export function* readBlocks(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  while (at + BLOCK_HEADER_BYTES < file.length && view.getUint32(at, true) === BLOCK_MAGIC) {
    const end = at + BLOCK_HEADER_BYTES + view.getUint32(at + 8, true);
    yield file.subarray(at + BLOCK_HEADER_BYTES, Math.min(end, file.length));
    at = end;
  }
}

/** Where the next record starts after one with this payload. */
export function recordBytes(payloadBytes: number): number {
  return (RECORD_HEADER_BYTES + payloadBytes + 7) & ~7;
}

export interface CaptureRecord {
  readonly kind: number;
  readonly connection: number;
  readonly atMs: number;
  readonly payload: Uint8Array;
}

/** A block that is being filled: memory made once, records written into it with typed stores. */
export class CaptureBlock {
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #halves: Uint16Array;
  readonly #moments: Float64Array;
  #used = 0;
  #recordsCount = 0;

  constructor(capacityBytes: number) {
    const memory = new ArrayBuffer(capacityBytes & ~7);
    this.bytes = new Uint8Array(memory);
    this.#words = new Uint32Array(memory);
    this.#halves = new Uint16Array(memory);
    this.#moments = new Float64Array(memory);
  }

  get usedBytes(): number {
    return this.#used;
  }
  get recordsCount(): number {
    return this.#recordsCount;
  }

  /** `false` when it does not fit any more: nothing was written then. */
  append(kind: RecordKind, connection: number, atMs: number, payload: Uint8Array): boolean {
    const start = this.#used;
    const end = start + recordBytes(payload.length);
    if (end > this.bytes.length) return false;
    // The last word first: its bytes beyond the payload must be zeros of ours, not rests of an older record.
    this.#moments[(end >>> 3) - 1] = 0;
    this.#words[start >>> 2] = payload.length;
    this.#halves[(start >>> 1) + 2] = kind;
    this.#halves[(start >>> 1) + 3] = connection;
    this.#moments[(start >>> 3) + 1] = atMs;
    this.bytes.set(payload, start + RECORD_HEADER_BYTES);
    this.#used = end;
    this.#recordsCount += 1;
    return true;
  }

  clear(): void {
    this.#used = 0;
    this.#recordsCount = 0;
  }
}

/** The whole records of a decompressed block; stops at the first that is cut off. */
export function* readRecords(block: Uint8Array): Generator<CaptureRecord> {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  let at = 0;
  while (at + RECORD_HEADER_BYTES <= block.length) {
    const length = view.getUint32(at, true);
    const end = at + RECORD_HEADER_BYTES + length;
    if (end > block.length) return;
    yield {
      kind: view.getUint8(at + 4),
      connection: view.getUint16(at + 6, true),
      atMs: view.getFloat64(at + 8, true),
      payload: block.subarray(at + RECORD_HEADER_BYTES, end),
    };
    at += recordBytes(length);
  }
}
