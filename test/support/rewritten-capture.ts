import { writeFileSync } from 'node:fs';
import { bytesOf, type DeskEvent } from '../../src/domain/event.ts';
import { CaptureBlock, type LoneRecord } from '../../src/store/capture-block.ts';
import { encodeCheckpointRecord } from '../../src/store/capture-checkpoint.ts';
import { encodeEvent } from '../../src/store/capture-event.ts';
import { RECORD_KINDS } from '../../src/store/capture-format.ts';
import { type CapturedItem, listSegments, readSegment } from '../../src/store/capture-reader.ts';
import { storedBlock } from '../../src/store/stored-frame.ts';

/** A file of a capture, taken apart. */
export interface TakenApart {
  readonly file: string;
  readonly items: readonly CapturedItem[];
}

/** All that a folder holds, file by file; frames have memory of their own. */
export function takeApart(folder: string): readonly TakenApart[] {
  return listSegments(folder).map((file) => ({ file, items: [...readSegment(file)] }));
}

const RECORDS_PER_BLOCK = 100;

/** Writes the items over the file, whole records in blocks that hold them as they are. */
export function putTogether({ file, items }: TakenApart): void {
  const writer = new RecordWriter();
  const records = items.flatMap((item) => writer.toRecords(item));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < records.length; at += RECORDS_PER_BLOCK) {
    const block = CaptureBlock.of(records.slice(at, at + RECORDS_PER_BLOCK));
    pieces.push(...storedBlock(block.content));
  }
  writeFileSync(file, Buffer.concat(pieces));
}

class RecordWriter {
  readonly #numbers = new Map<string, number>();

  toRecords(item: CapturedItem): readonly LoneRecord[] {
    switch (item.type) {
      case 'event':
        return this.#toEvent(item.event);
      case 'outcome': {
        const { number, atMs, text } = item;
        return [{ kind: RECORD_KINDS.outcome, number, atMs, payload: Buffer.from(text) }];
      }
      case 'checkpoint': {
        const payload = Buffer.from(encodeCheckpointRecord(item.checkpoint));
        return [{ kind: RECORD_KINDS.checkpoint, number: 0, atMs: item.atMs, payload }];
      }
      case 'header':
      case 'gap': {
        const payload = Buffer.from(item.text);
        return [{ kind: RECORD_KINDS[item.type], number: 0, atMs: 0, payload }];
      }
      default:
        throw new Error(`a capture that is not whole: ${JSON.stringify(item)}`);
    }
  }

  #toEvent(event: DeskEvent): readonly LoneRecord[] {
    const { atMs } = event;
    if (event.type !== 'frameReceived') {
      const payload = Buffer.from(encodeEvent(event));
      return [{ kind: RECORD_KINDS.event, number: 0, atMs, payload }];
    }
    const { connection } = event;
    const known = this.#numbers.get(connection);
    const number = known ?? this.#numbers.size;
    this.#numbers.set(connection, number);
    const frame = { kind: RECORD_KINDS.frame, number, atMs, payload: bytesOf(event) };
    const name = Buffer.from(connection);
    return known === undefined
      ? [{ kind: RECORD_KINDS.connection, number, atMs, payload: name }, frame]
      : [frame];
  }
}
