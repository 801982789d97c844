import { blockHeader } from './capture-format.ts';
import { sizeOf } from './segment-file.ts';

// RFC 8878: a zstd frame may hold its content as it is, in raw blocks. Any reader of zstd reads it.

const MAGIC = 0xfd2fb528;
/** The content's size follows in four bytes, and no window: the content is in one piece. */
const ONE_PIECE_WITH_SIZE = 0xa0;
const HEADER_BYTES = 9;
const BLOCK_BYTES_MAX = 128 * 1024;
const BLOCK_HEADER_BYTES = 3;
const IS_LAST = 1;

/** A frame around `content` as it is, in pieces; the content is not copied and must not change before it is written. */
export function storedFrame(content: Uint8Array): readonly Uint8Array[] {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt8(ONE_PIECE_WITH_SIZE, 4);
  header.writeUInt32LE(content.length, 5);
  const pieces: Uint8Array[] = [header];
  let at = 0;
  do {
    const end = Math.min(at + BLOCK_BYTES_MAX, content.length);
    const blockHeader = Buffer.alloc(BLOCK_HEADER_BYTES);
    const isLast = end === content.length;
    blockHeader.writeUIntLE(((end - at) << 3) | (isLast ? IS_LAST : 0), 0, BLOCK_HEADER_BYTES);
    pieces.push(blockHeader, content.subarray(at, end));
    at = end;
  } while (at < content.length);
  return pieces;
}

/** A block of a segment whose content is kept as it is, in pieces. */
export function storedBlock(content: Uint8Array): readonly Uint8Array[] {
  const frame = storedFrame(content);
  return [blockHeader(sizeOf(frame)), ...frame];
}
