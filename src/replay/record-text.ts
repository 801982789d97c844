import { RECORD_KINDS } from '../store/capture-format.ts';
import { parseHeader, type SegmentHeader } from '../store/capture-header.ts';

/** `undefined`: the text of something else. */
export function readHeader(text: string): SegmentHeader | undefined {
  try {
    return parseHeader(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a desk would have heard it. */
export function isHeard(kind: number): boolean {
  const { frame, event, packed } = RECORD_KINDS;
  return kind === frame || kind === event || kind === packed;
}

/** As the gap says; 0 where its text is damaged. */
export function readLostCount(text: string): number {
  const gap = parseGap(text);
  const isGap = typeof gap === 'object' && gap !== null && 'droppedCount' in gap;
  return isGap && typeof gap.droppedCount === 'number' ? gap.droppedCount : 0;
}

/** A gap is a gap, whatever became of its numbers. */
function parseGap(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The outcome's number counts records modulo this. */
const NUMBERS = 0x1_0000;

/** Whether an outcome with this number is record `count` of its life. */
export function isOutcomeNumber(number: number, count: number): boolean {
  return number === count % NUMBERS;
}
