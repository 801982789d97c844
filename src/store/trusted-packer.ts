import type { FramePacker, FrameUnpacker } from '../domain/venue.ts';
import { openUnpacker } from '../venues/unpackers.ts';

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

/** Of the records of packed frames. Hundreds of frames go into one. */
const READ_BACK_EVERY = 16;

/** All packers of a capture, in the order of their numbers. */
export class TrustedPackers {
  readonly all: TrustedPacker[] = [];
  #begunCount = 0;

  /** Not named yet. */
  add(packer: FramePacker): TrustedPacker {
    const unpacker = openUnpacker(packer.key);
    const entry = {
      packer,
      number: this.all.length,
      unpacker,
      isNamed: false,
      isDistrusted: false,
    };
    this.all.push(entry);
    return entry;
  }

  find(packer: FramePacker): TrustedPacker | undefined {
    for (const entry of this.all) if (entry.packer === packer) return entry;
    return undefined;
  }

  /** Asked with each record of packed frames that begins. */
  isReadBackDue(): boolean {
    this.#begunCount += 1;
    return this.#begunCount % READ_BACK_EVERY === 1;
  }
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
