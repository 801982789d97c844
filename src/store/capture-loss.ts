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
