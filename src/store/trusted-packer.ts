import type { FramePacker, FrameUnpacker } from '../domain/venue.ts';

/** A packer whose frames the capture keeps in few bytes. */
export interface TrustedPacker {
  readonly packer: FramePacker;
  readonly number: number;
  readonly unpacker: FrameUnpacker;
  /** Its record stands in the running segment. */
  isNamed: boolean;
  /** It was caught at writing something else than the frame, and is not used any more. */
  isDistrusted: boolean;
}

/** Whether the frame packed from `at` to the end of `packed`, the first of its record, is this one. */
export function comesBack(
  unpacker: FrameUnpacker,
  packed: Uint8Array,
  at: number,
  frame: Uint8Array,
): boolean {
  unpacker.reset();
  try {
    const readBack = unpacker.unpack(packed, at);
    return readBack.end === packed.length && Buffer.compare(readBack.frame, frame) === 0;
  } catch {
    // It cannot be read at all, which is the same answer.
    return false;
  }
}
