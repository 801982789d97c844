import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { SEGMENT_NAME } from './segment-writer.ts';

export type CapturedItem =
  | { readonly type: 'header'; readonly text: string }
  | { readonly type: 'event'; readonly event: DeskEvent }
  /** This many events are missing here. */
  | { readonly type: 'gap'; readonly text: string }
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

/** What a segment holds, in order, up to the last whole record when the file was cut off. */
export function* readSegment(path: string): Generator<CapturedItem> {
  const reader = new RecordReader();
  for (const block of readBlocks(readFileSync(path))) {
    for (const record of readRecords(decompress(block))) yield* reader.read(record);
  }
}

// Without `finishFlush` a block that a crash cut off would be an error instead of all that is whole in it.
function decompress(block: Uint8Array): Uint8Array {
  return zstdDecompressSync(block, { finishFlush: constants.ZSTD_e_continue });
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
