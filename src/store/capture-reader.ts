import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TextDecoder } from 'node:util';
import { constants, zstdDecompressSync } from 'node:zlib';
import { type DeskEvent, frameReceived } from '../domain/event.ts';
import { connectionId } from '../domain/ids.ts';
import { unixMs } from '../domain/units.ts';
import type { FrameUnpacker } from '../domain/venue.ts';
import { openUnpacker } from '../venues/unpackers.ts';
import { decodeEvent } from './capture-event.ts';
import {
  type CaptureRecord,
  RECORD_KINDS,
  readBlocks,
  readPacked,
  readRecords,
} from './capture-format.ts';
import type { SegmentCut } from './segment-file.ts';
import { SEGMENT_NAME } from './segment-ring.ts';

export type CapturedItem =
  | { readonly type: 'header'; readonly text: string }
  | { readonly type: 'event'; readonly event: DeskEvent }
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
 * What a segment holds, in order, up to the last whole record when the file was cut off, and no further
 * than a later segment of its folder says. What cannot be read is told, and the reading goes on behind it.
 */
export function* readSegment(path: string): Generator<CapturedItem> {
  const file = readFileSync(path);
  yield* readItems(path, file.subarray(0, findEnd(path) ?? file.length));
}

function* readItems(path: string, file: Uint8Array): Generator<CapturedItem> {
  const reader = new RecordReader();
  for (const block of readBlocks(file)) {
    const place = `${path}, byte ${block.at}`;
    if (block.type === 'strange') {
      yield { type: 'unreadable', text: `${place}: ${block.text}` };
      continue;
    }
    const content = decompress(block.bytes);
    if (content instanceof Error) {
      const text = `${place}: found ${content.message}, expected a zstd frame`;
      yield { type: 'unreadable', text };
      continue;
    }
    for (const record of readRecords(content)) {
      try {
        yield* reader.read(record);
      } catch (error) {
        // A record needs nothing of the one before it: the next may be read.
        if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
        const text = `${place}, record of kind ${record.kind} at byte ${record.at} of the block`;
        yield { type: 'unreadable', text: `${text}: ${error.message}` };
      }
    }
  }
}

/** Where a later segment of the same run says that this one ends. */
function findEnd(path: string): number | undefined {
  const all = listSegments(dirname(path));
  for (const later of all.slice(all.findIndex((one) => basename(one) === basename(path)) + 1)) {
    const [first] = readItems(later, readFileSync(later));
    // One that was opened and never written says nothing.
    if (first?.type === 'header') return findCut(first.text, basename(path));
  }
  return undefined;
}

function findCut(header: string, segment: string): number | undefined {
  const parsed: unknown = JSON.parse(header);
  if (typeof parsed !== 'object' || parsed === null || !('cuts' in parsed)) return undefined;
  const cuts: unknown[] = Array.isArray(parsed.cuts) ? parsed.cuts : [];
  return cuts.filter(isCut).find((cut) => cut.segment === segment)?.bytes;
}

function isCut(value: unknown): value is SegmentCut {
  return (
    typeof value === 'object' &&
    value !== null &&
    'segment' in value &&
    typeof value.segment === 'string' &&
    'bytes' in value &&
    typeof value.bytes === 'number'
  );
}

/** The error when it is no zstd frame. */
function decompress(block: Uint8Array): Uint8Array | Error {
  try {
    // Without `finishFlush` a block that a crash cut off would be an error instead of all that is whole in it.
    return zstdDecompressSync(block, { finishFlush: constants.ZSTD_e_continue });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
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
