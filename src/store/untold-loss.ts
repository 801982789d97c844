import { BoundedList } from '../domain/bounded.ts';
import { addLoss, type BlockContent, type Loss, NOTHING_LOST } from './capture-loss.ts';
import type { SegmentCut } from './segment-file.ts';

/** They fit a segment's header. Of a file that no header names, the reader tells the damage where it meets it. */
const CUTS_MAX = 100;

/** What is missing in a capture, and which files may not be read to their end, until a file says so. */
export class UntoldLoss {
  #missing = NOTHING_LOST;
  /** A disk that refuses all night may leave a file with a damaged end at each try. */
  readonly #cuts = new BoundedList<SegmentCut>('capture.cuts', CUTS_MAX, 'dropOldest');
  #eventsCount = 0;

  /** No file tells it yet. */
  get missing(): Loss {
    return this.#missing;
  }
  /** No file tells them yet; the latest of them. */
  get cuts(): readonly SegmentCut[] {
    return [...this.#cuts];
  }
  /** Events lost so far, those that a file has told among them. */
  get eventsCount(): number {
    return this.#eventsCount;
  }

  /** A block, or all blocks of a file, are in no file. */
  add(content: BlockContent): void {
    this.#missing = addLoss(this.#missing, content.ifLost);
    this.#eventsCount += content.eventsCount;
  }

  addCut(cut: SegmentCut): void {
    this.#cuts.push(cut);
  }

  /** A file says all of it now. */
  told(): void {
    this.#missing = NOTHING_LOST;
    this.#cuts.clear();
  }
}
