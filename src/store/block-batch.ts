import { blockHeader } from './capture-format.ts';
import { addContent, type BlockContent, NO_CONTENT } from './capture-loss.ts';
import { sizeOf } from './segment-file.ts';

/** Blocks of one write. */
export class BlockBatch {
  readonly pieces: Uint8Array[] = [];
  content = NO_CONTENT;
  /** When the last of them was sent, on the clock of the events. */
  atMs: number;

  constructor(atMs = 0) {
    this.atMs = atMs;
  }

  get isEmpty(): boolean {
    return this.pieces.length === 0;
  }

  /** A compressed block. */
  add(pieces: readonly Uint8Array[], content: BlockContent, atMs: number): void {
    this.pieces.push(blockHeader(sizeOf(pieces)), ...pieces);
    this.content = addContent(this.content, content);
    this.atMs = atMs;
  }
}
