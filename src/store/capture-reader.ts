import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TextDecoder } from 'node:util';
import { constants, zstdDecompressSync } from 'node:zlib';
import { type DeskEvent, frameReceived } from '../domain/event.ts';
import { connectionId } from '../domain/ids.ts';
import { unixMs } from '../domain/units.ts';
import type { FrameUnpacker } from '../domain/venue.ts';
import { openUnpacker } from '../venues/unpackers.ts';
import { BLOCK_BYTES } from './block-pool.ts';
import { type CheckpointRecord, decodeCheckpointRecord } from './capture-checkpoint.ts';
import { decodeEvent } from './capture-event.ts';
import {
  type CaptureRecord,
  RECORD_HEADER_BYTES,
  RECORD_KINDS,
  readBlocks,
  readPacked,
  readRecords,
  recordBytes,
} from './capture-format.ts';
import type { SegmentCut } from './segment-file.ts';
import { SEGMENT_NAME } from './segment-ring.ts';
import { endsEarly } from './stored-frame.ts';

export type CapturedItem =
  | { readonly type: 'header'; readonly text: string }
  | { readonly type: 'event'; readonly event: DeskEvent }
  /** What the event before it has caused. `number`: how many events and outcomes there were, modulo 2^16. */
  | {
      readonly type: 'outcome';
      readonly text: string;
      readonly number: number;
      readonly atMs: number;
    }
  | {
      readonly type: 'checkpoint';
      readonly checkpoint: CheckpointRecord;
      readonly atMs: number;
    }
  /** Events are missing here: JSON with how many, and between which moments. */
  | { readonly type: 'gap'; readonly text: string }
  /** Damaged, or written by a newer build in a way that this one does not know: the rest of a block or of a record. */
  | { readonly type: 'unreadable'; readonly text: string }
  /** A record this build does not understand. */
  | { readonly type: 'foreign'; readonly kind: number };

/** Paths of all segments of a folder, oldest first. */
export function listSegments(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => SEGMENT_NAME.test(name))
    .map((name) => ({ name, parts: SEGMENT_NAME.exec(name) }))
    .sort(
      (a, b) =>
        Number(a.parts?.[1]) - Number(b.parts?.[1]) || Number(a.parts?.[2]) - Number(b.parts?.[2]),
    )
    .map(({ name }) => join(folder, name));
}

/**
 * Where segments end that a later one says end early: their names, and how many of their bytes are to be
 * read. Whoever reads a whole folder asks once.
 */
export function readEnds(folder: string): ReadonlyMap<string, number> {
  const cuts = listSegments(folder).flatMap(readCuts);
  return new Map(cuts.map(({ segment, bytes }) => [segment, bytes]));
}

/**
 * What a segment holds, in order, up to the last whole record when the file was cut off, and no further
 * than another segment of its folder says. What cannot be read is told, and the reading goes on behind it.
 */
export function* readSegment(
  path: string,
  ends: ReadonlyMap<string, number> = readEnds(dirname(path)),
): Generator<CapturedItem> {
  const file = readFileSync(path);
  yield* readItems(path, file.subarray(0, ends.get(basename(path)) ?? file.length));
}

function* readItems(path: string, file: Uint8Array): Generator<CapturedItem> {
  const reader = new RecordReader();
  for (const block of readBlocks(file)) {
    const place = `${path}, byte ${block.at}`;
    if (block.type === 'strange') {
      yield { type: 'unreadable', text: `${place}: ${block.text}` };
      continue;
    }
    const { content, damage } = decompress(block.bytes);
    let end = 0;
    for (const record of readRecords(content)) {
      end = record.at + recordBytes(record.payload.length);
      try {
        yield* reader.read(record);
      } catch (error) {
        // A record needs nothing of the one before it: the next may be read.
        if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
        const text = `${place}, record of kind ${record.kind} at byte ${record.at} of the block`;
        yield { type: 'unreadable', text: `${text}: ${error.message}` };
      }
    }
    // Cut off where the file ends is what a crash leaves: no damage, and all that is whole was read.
    if (block.isCut && damage?.isEarlyEnd !== false) continue;
    if (damage !== undefined) yield { type: 'unreadable', text: `${place}: ${damage.text}` };
    else if (end < content.length) {
      const text = `${place}, byte ${end} of the block: ${tellRest(content.subarray(end))}`;
      yield { type: 'unreadable', text };
    }
  }
}

/** Why no record can be read at the begin of these bytes. */
function tellRest(rest: Uint8Array): string {
  if (rest.length < RECORD_HEADER_BYTES) {
    return `found ${rest.length} bytes, expected a record's header of ${RECORD_HEADER_BYTES}`;
  }
  const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0, true);
  return `found a record of ${length} bytes, expected no more than ${rest.length - RECORD_HEADER_BYTES}`;
}

/** A segment's header is in its first block, which is never longer than this. */
const BEGINNING_BYTES = 2 * BLOCK_BYTES;

/** The text of a segment's header without the rest of it; `undefined` when it cannot be read, or was never written. */
export function readHeaderText(path: string): string | undefined {
  const [first] = readItems(path, readBeginning(path));
  return first?.type === 'header' ? first.text : undefined;
}

/** What the header of a segment says of others; nothing when it cannot be read, or was never written. */
function readCuts(path: string): readonly SegmentCut[] {
  try {
    const text = readHeaderText(path);
    if (text === undefined) return [];
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || !('cuts' in header)) return [];
    return Array.isArray(header.cuts) ? header.cuts.filter(isCut) : [];
  } catch {
    // Whoever reads that segment is told; the others are read without it.
    return [];
  }
}

function readBeginning(path: string): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.min(fstatSync(fd).size, BEGINNING_BYTES));
    return bytes.subarray(0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

function isCut(value: unknown): value is SegmentCut {
  return (
    typeof value === 'object' &&
    value !== null &&
    'segment' in value &&
    typeof value.segment === 'string' &&
    'bytes' in value &&
    Number.isSafeInteger(value.bytes) &&
    Number(value.bytes) >= 0
  );
}

interface Decompressed {
  /** All that could be read, from the begin on. */
  readonly content: Uint8Array;
  readonly damage: { readonly text: string; readonly isEarlyEnd: boolean } | undefined;
}

function decompress(block: Uint8Array): Decompressed {
  // Asked first: Node 22 takes such a frame without a word.
  const isEarlyEnd = endsEarly(block);
  try {
    // This way a frame that ends early gives what is whole in it, and only a damaged one is an error.
    const finishFlush = isEarlyEnd ? constants.ZSTD_e_continue : constants.ZSTD_e_end;
    const content = zstdDecompressSync(block, { finishFlush });
    const text = 'found a zstd frame that ends early, expected a whole one';
    return { content, damage: isEarlyEnd ? { text, isEarlyEnd } : undefined };
  } catch (error) {
    const text = `found ${toMessage(error)}, expected a zstd frame`;
    return { content: new Uint8Array(0), damage: { text, isEarlyEnd: false } };
  }
}

function toMessage(error: unknown): string {
  if (error instanceof Error) return error.message;
  throw error;
}

/** Knows what the numbers in a segment's records stand for. */
class RecordReader {
  readonly #names = new Map<number, string>();
  readonly #unpackers = new Map<number, FrameUnpacker>();
  readonly #decoder = new TextDecoder();

  *read(record: CaptureRecord): Generator<CapturedItem> {
    const { kind, number, atMs, payload } = record;
    switch (kind) {
      case RECORD_KINDS.connection:
        this.#names.set(number, this.#decoder.decode(payload));
        break;
      case RECORD_KINDS.packer:
        this.#usePacker(number, this.#decoder.decode(payload));
        break;
      case RECORD_KINDS.frame:
        yield this.#toFrame(number, atMs, payload);
        break;
      case RECORD_KINDS.packed: {
        const unpacker = this.#unpackers.get(number);
        if (unpacker === undefined) yield { type: 'foreign', kind };
        else {
          for (const packed of readPacked(record, unpacker)) {
            yield this.#toFrame(packed.connection, packed.atMs, packed.bytes);
          }
        }
        break;
      }
      case RECORD_KINDS.event: {
        const event = decodeEvent(this.#decoder.decode(payload));
        yield event === undefined ? { type: 'foreign', kind } : { type: 'event', event };
        break;
      }
      case RECORD_KINDS.outcome:
        yield { type: 'outcome', text: this.#decoder.decode(payload), number, atMs };
        break;
      case RECORD_KINDS.checkpoint: {
        const checkpoint = decodeCheckpointRecord(this.#decoder.decode(payload));
        yield { type: 'checkpoint', checkpoint, atMs };
        break;
      }
      case RECORD_KINDS.header:
        yield { type: 'header', text: this.#decoder.decode(payload) };
        break;
      case RECORD_KINDS.gap:
        yield { type: 'gap', text: this.#decoder.decode(payload) };
        break;
      default:
        yield { type: 'foreign', kind };
    }
  }

  /** The packer of a newer build, or of a venue that this one does not know: its frames are foreign. */
  #usePacker(number: number, key: string): void {
    try {
      this.#unpackers.set(number, openUnpacker(key));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#unpackers.delete(number);
    }
  }

  #toFrame(number: number, atMs: number, bytes: Uint8Array): CapturedItem {
    const connection = connectionId(this.#names.get(number) ?? `?${number}`);
    return {
      type: 'event',
      event: frameReceived(connection, unixMs(atMs), bytes),
    };
  }
}
