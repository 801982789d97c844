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

const CHECKSUM_BYTES = 4;
/** A block of this type is one byte, however long what it stands for. */
const REPEATED_BYTE = 1;
/** By two bits of the frame's first byte: how long its content's size is written. */
const SIZE_BYTES = [0, 2, 4, 8];
const DICTIONARY_BYTES = [0, 1, 2, 4];

/** Whether a zstd frame is cut off. Something else than a zstd frame is not, whatever it is. */
export function endsEarly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length <= 4) return true;
  let at = 0;
  while (at + 4 < bytes.length && view.getUint32(at, true) === MAGIC) {
    const what = view.getUint8(at + 4);
    const isOnePiece = (what & 0x20) !== 0;
    const sizeBytes = SIZE_BYTES[what >> 6] || (isOnePiece ? 1 : 0);
    at += 5 + (isOnePiece ? 0 : 1) + (DICTIONARY_BYTES[what & 3] ?? 0) + sizeBytes;
    for (let isLast = false; !isLast; ) {
      if (at + BLOCK_HEADER_BYTES > bytes.length) return true;
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
      isLast = (header & IS_LAST) !== 0;
      at += BLOCK_HEADER_BYTES + (((header >> 1) & 3) === REPEATED_BYTE ? 1 : header >> 3);
    }
    if ((what & 4) !== 0) at += CHECKSUM_BYTES;
    if (at > bytes.length) return true;
  }
  return false;
}
