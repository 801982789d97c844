import { FAULT_TOLD_EVERY_MS } from '../domain/fault.ts';

/** Events that are in no file. */
export interface Loss {
  readonly eventsCount: number;
  /** Of their records; packed frames count as packed. */
  readonly bytes: number;
  /** All of them came between these two moments, both included. */
  readonly fromMs: number;
  readonly toMs: number;
}

export const NOTHING_LOST: Loss = {
  eventsCount: 0,
  bytes: 0,
  fromMs: Number.POSITIVE_INFINITY,
  toMs: Number.NEGATIVE_INFINITY,
};

export function addLoss(a: Loss, b: Loss): Loss {
  return {
    eventsCount: a.eventsCount + b.eventsCount,
    bytes: a.bytes + b.bytes,
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
  };
}

/** The payload of a gap record. */
export function gapText(loss: Loss): string {
  const { eventsCount, bytes, fromMs, toMs } = loss;
  return JSON.stringify({ droppedCount: eventsCount, droppedBytes: bytes, fromMs, toMs });
}

/** What a block holds, for the case that it does not get to the disk. */
export interface BlockContent {
  /** Events in it. */
  readonly eventsCount: number;
  /** What is missing without it: its events, and those that it says are missing before them. */
  readonly ifLost: Loss;
}

export const NO_CONTENT: BlockContent = { eventsCount: 0, ifLost: NOTHING_LOST };

export function addContent(a: BlockContent, b: BlockContent): BlockContent {
  return { eventsCount: a.eventsCount + b.eventsCount, ifLost: addLoss(a.ifLost, b.ifLost) };
}

/** Records that found no room on their way to the disk, until a gap record tells them. */
export class DropTally {
  count = 0;
  #unsaid = NOTHING_LOST;
  /** Told by gap records of the running block. */
  #saidInBlock = NOTHING_LOST;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** No gap record tells them yet. */
  get unsaid(): Loss {
    return this.#unsaid;
  }

  /** Returns whether people know already, and need not be told again so soon. */
  add(atMs: number, bytes: number): boolean {
    this.count += 1;
    this.#unsaid = addLoss(this.#unsaid, { eventsCount: 1, bytes, fromMs: atMs, toMs: atMs });
    if (atMs - this.#toldAtMs < FAULT_TOLD_EVERY_MS) return true;
    this.#toldAtMs = atMs;
    return false;
  }

  /** A gap record of the running block tells them. */
  said(): void {
    this.#saidInBlock = addLoss(this.#saidInBlock, this.#unsaid);
    this.#unsaid = NOTHING_LOST;
  }

  /** What the running block tells to be missing: it is sent now. */
  takeSaid(): Loss {
    const said = this.#saidInBlock;
    this.#saidInBlock = NOTHING_LOST;
    return said;
  }
}
