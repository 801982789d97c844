import type { FrameUnpacker } from '../domain/venue.ts';
import { VarintReader } from '../venues/varint.ts';

/**
 * A capture segment: zstd frames one after the other, each a block of whole records, and before each a
 * skippable frame of 12 bytes (magic 0x184D2A50, size 4, the length of the block that follows), so that
 * a reader finds the blocks and `zstd -d` reads the file too. All numbers are little-endian; each
 * record starts at a multiple of 8 bytes of its block.
 *
 *   offset  size  what
 *   0       4     length of the payload in bytes
 *   4       1     kind: 1 segment header, 2 connection name, 3 frame, 4 event, 5 gap, 6 packer, 7 packed frames,
 *                 8 outcome, 9 checkpoint
 *   5       1     0
 *   6       2     number of the connection (kinds 2, 3) or of the packer (kinds 6, 7), good to the segment's end;
 *                 kind 8: how many events and outcomes this life has had, this one included, modulo 2^16
 *   8       8     atMs, a float64: the very number the desk saw, or replay would not be exact
 *   16      n     payload, then zeros up to the next multiple of 8
 *
 * Payloads: header: JSON (build, settings and their hash, epoch: `capture-header.ts`); connection name:
 * its text; frame: the bytes as they came; event: JSON of the event; gap: JSON with how many events are missing
 * here, with how many bytes of records, and between which moments they came; packer: what its unpacker
 * must know; outcome: what the event before it has caused (`capture-outcome.ts`); checkpoint: JSON of the
 * desk between two events (`capture-checkpoint.ts`). A block that was cut off decompresses up to the cut,
 * so that a reader gets every record that is whole.
 *
 * A segment that had to begin in the middle of a run has `cuts` in its header: for each segment named
 * there, how many of its bytes are to be read. What lies behind was not written whole, or comes again here.
 *
 * Packed frames are frames in a venue's plain spelling, told by their values. Each one is a byte of
 * flags (1: another connection, 2: another moment than the frame before, 4: so far away from it that
 * it is written out), then, where a flag says so, the number of the connection (2 bytes) and the moment
 * (2: its distance in 2^-12 ms, as a varint; 4: a float64), then what the packer wrote. The
 * first frame of a record names its connection; its moment is the record's. A record needs nothing of
 * the record before it: the packer starts anew.
 */
export const RECORD_HEADER_BYTES = 16;

export const RECORD_KINDS = {
  header: 1,
  connection: 2,
  frame: 3,
  event: 4,
  gap: 5,
  packer: 6,
  packed: 7,
  outcome: 8,
  checkpoint: 9,
} as const;
export type RecordKind = (typeof RECORD_KINDS)[keyof typeof RECORD_KINDS];

/** Whether its loss is told as a missing event or outcome: names and checkpoints are no part of what was heard. */
export function isCounted(kind: RecordKind): boolean {
  return kind !== RECORD_KINDS.packer && kind !== RECORD_KINDS.checkpoint;
}

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

const BLOCK_BEGINS = Buffer.from(blockHeader(0).subarray(0, 8));

/** A compressed block, `isCut` where the file ends in it; or where one should begin and something else is. */
export type FileBlock =
  | {
      readonly type: 'block';
      readonly at: number;
      readonly bytes: Uint8Array;
      readonly isCut: boolean;
    }
  | { readonly type: 'strange'; readonly at: number; readonly text: string };

/**
 * The blocks of a file in order. Where none begins, or one has a length that cannot be, it says so and
 * goes on with the next that begins.
 */
export function* readBlocks(file: Uint8Array): Generator<FileBlock> {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  while (at + BLOCK_HEADER_BYTES < file.length) {
    const begins = buffer.subarray(at, at + BLOCK_BEGINS.length);
    if (begins.equals(BLOCK_BEGINS)) {
      const from = at + BLOCK_HEADER_BYTES;
      const length = buffer.readUInt32LE(at + 8);
      let end = from + length;
      // A file that is cut off has nothing behind the cut: where another block begins, the length is wrong.
      const next = end > file.length ? buffer.indexOf(BLOCK_BEGINS, from) : -1;
      if (next >= 0) {
        end = next;
        const text = `found a block of ${length} bytes, expected ${next - from}: there the next one begins`;
        yield { type: 'strange', at, text };
      }
      const isCut = end > file.length;
      yield { type: 'block', at, bytes: file.subarray(from, Math.min(end, file.length)), isCut };
      at = end;
      continue;
    }
    const found = `found ${begins.toString('hex')}, expected a block's ${BLOCK_BEGINS.toString('hex')}`;
    yield { type: 'strange', at, text: found };
    const next = buffer.indexOf(BLOCK_BEGINS, at);
    if (next < 0) return;
    at = next;
  }
}

/** Where the next record starts after one with this payload. */
export function recordBytes(payloadBytes: number): number {
  return (RECORD_HEADER_BYTES + payloadBytes + 7) & ~7;
}

export interface CaptureRecord {
  /** Where it starts in its block. */
  readonly at: number;
  readonly kind: number;
  /** Of a connection or a packer. */
  readonly number: number;
  readonly atMs: number;
  readonly payload: Uint8Array;
}

export const PACKED_FLAGS = { connection: 1, step: 2, moment: 4 } as const;
const PACKED_FLAGS_ALL = PACKED_FLAGS.connection | PACKED_FLAGS.step | PACKED_FLAGS.moment;

/** A float64 of our time has no finer parts: the distance of two moments is a whole number of these. */
export const STEPS_PER_MS = 4096;

/** A frame from a record of packed ones. */
export interface PackedFrame {
  readonly connection: number;
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** The frames of a record of packed ones, as they came. Throws at the first that cannot be read. */
export function* readPacked(
  record: CaptureRecord,
  unpacker: FrameUnpacker,
): Generator<PackedFrame> {
  const { payload } = record;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let connection = 0;
  let { atMs } = record;
  unpacker.reset();
  for (let at = 0; at < payload.length; ) {
    const flags = payload[at] ?? 0;
    if ((flags & ~PACKED_FLAGS_ALL) !== 0) {
      const found = `flags ${hex(flags)} at byte ${at} of the packed frames`;
      throw new RangeError(`${found}, expected none but ${hex(PACKED_FLAGS_ALL)}`);
    }
    at += 1;
    if ((flags & PACKED_FLAGS.connection) !== 0) {
      connection = view.getUint16(at, true);
      at += 2;
    }
    if ((flags & PACKED_FLAGS.step) !== 0) {
      const reader = new VarintReader(payload, at);
      atMs += reader.readSigned() / STEPS_PER_MS;
      at = reader.at;
    }
    if ((flags & PACKED_FLAGS.moment) !== 0) {
      atMs = view.getFloat64(at, true);
      at += 8;
    }
    const { frame, end } = unpacker.unpack(payload, at);
    yield { connection, atMs, bytes: frame };
    at = end;
  }
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/** The whole records of a decompressed block; stops at the first that does not fit into the rest of it. */
export function* readRecords(block: Uint8Array): Generator<CaptureRecord> {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  let at = 0;
  while (at + RECORD_HEADER_BYTES <= block.length) {
    const length = view.getUint32(at, true);
    const end = at + RECORD_HEADER_BYTES + length;
    if (end > block.length) return;
    yield {
      at,
      kind: view.getUint8(at + 4),
      number: view.getUint16(at + 6, true),
      atMs: view.getFloat64(at + 8, true),
      payload: block.subarray(at + RECORD_HEADER_BYTES, end),
    };
    at += recordBytes(length);
  }
}
