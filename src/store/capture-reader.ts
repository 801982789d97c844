import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import { constants, zstdDecompressSync } from 'node:zlib';
import type { DeskEvent } from '../domain/event.ts';
import { connectionId } from '../domain/ids.ts';
import { unixMs } from '../domain/units.ts';
import { decodeEvent } from './capture-event.ts';
import { type CaptureRecord, RECORD_KINDS, readBlocks, readRecords } from './capture-format.ts';
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
  const names = new Map<number, string>();
  const decoder = new TextDecoder();
  for (const block of readBlocks(readFileSync(path))) {
    for (const record of readRecords(decompress(block))) {
      if (record.kind === RECORD_KINDS.connection) {
        names.set(record.connection, decoder.decode(record.payload));
      } else {
        yield toItem(record, names, decoder);
      }
    }
  }
}

// Without `finishFlush` a block that a crash cut off would be an error instead of all that is whole in it.
function decompress(block: Uint8Array): Uint8Array {
  return zstdDecompressSync(block, { finishFlush: constants.ZSTD_e_continue });
}

function toItem(
  record: CaptureRecord,
  names: ReadonlyMap<number, string>,
  decoder: TextDecoder,
): CapturedItem {
  switch (record.kind) {
    case RECORD_KINDS.frame: {
      const event: DeskEvent = {
        type: 'frameReceived',
        atMs: unixMs(record.atMs),
        connection: connectionId(names.get(record.connection) ?? `?${record.connection}`),
        bytes: record.payload,
      };
      return { type: 'event', event };
    }
    case RECORD_KINDS.event: {
      const event = decodeEvent(decoder.decode(record.payload));
      return event === undefined
        ? { type: 'foreign', kind: record.kind }
        : { type: 'event', event };
    }
    case RECORD_KINDS.header:
      return { type: 'header', text: decoder.decode(record.payload) };
    case RECORD_KINDS.gap:
      return { type: 'gap', text: decoder.decode(record.payload) };
    default:
      return { type: 'foreign', kind: record.kind };
  }
}
