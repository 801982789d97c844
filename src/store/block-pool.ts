import { CaptureBlock } from './capture-block.ts';

export const BLOCK_BYTES = 512 * 1024;
/** With all of them under way to the disk, events are dropped and counted: 8 MB is what a slow disk may cost. */
const BLOCKS_COUNT = 16;
/** The same for blocks made for one record; one of any size may always wait. */
const LONE_BYTES_MAX = BLOCKS_COUNT * BLOCK_BYTES;

/** The memory of a capture: made when it is needed for the first time, and kept. */
export class BlockPool {
  readonly #free: CaptureBlock[] = [];
  #blocksCount = 0;
  #loneBytes = 0;

  /** `undefined` when all are under way. */
  take(): CaptureBlock | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#blocksCount >= BLOCKS_COUNT) return free;
    this.#blocksCount += 1;
    return new CaptureBlock(BLOCK_BYTES);
  }

  /** Whether a block of one record of this size may be made. */
  hasRoomFor(loneBytes: number): boolean {
    return this.#loneBytes === 0 || this.#loneBytes + loneBytes <= LONE_BYTES_MAX;
  }

  /** Counts a block that goes to the disk. */
  lend(block: CaptureBlock): void {
    if (block.isLone) this.#loneBytes += block.bytes.length;
  }

  giveBack(block: CaptureBlock): void {
    if (block.isLone) this.#loneBytes -= block.bytes.length;
    else {
      block.clear();
      this.#free.push(block);
    }
  }
}
