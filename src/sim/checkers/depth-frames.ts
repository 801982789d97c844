import { bytesOf, type FrameReceived } from '../../domain/event.ts';
import type { BookChange, BookSnapshot } from './reference-book.ts';

const AT_SIGN = 64;
const LETTER_D = 100;
/** `{"stream":"` and the longest symbol. */
const STREAM_NAME_BYTES = 40;
const DECIMAL = /^\d+(\.\d+)?$/;

export interface DepthFrame {
  /** As the venue spells it. */
  readonly symbol: string;
  readonly change: BookChange;
}

/**
 * What a frame of the market socket says of a book; `undefined` when it says nothing, or nothing that can
 * be believed: not JSON, of another symbol than its stream, with a number that is none.
 */
export function readDepthFrame(event: FrameReceived): DepthFrame | undefined {
  if (!isDepth(event)) return undefined;
  const parsed = parse(Buffer.from(bytesOf(event)).toString('utf8'));
  if (!isRecord(parsed) || !isRecord(parsed['data'])) return undefined;
  const { s: symbol, U: firstId, u: lastId, b, a } = parsed['data'];
  const [stream] = String(parsed['stream']).split('@', 1);
  if (typeof symbol !== 'string' || symbol.toLowerCase() !== stream) return undefined;
  const bids = readLevels(b);
  const asks = readLevels(a);
  if (!isId(firstId) || !isId(lastId) || bids === undefined || asks === undefined) return undefined;
  return { symbol, change: { firstId, lastId, bids, asks } };
}

/** The body of a REST answer. */
export function readSnapshot(body: string): BookSnapshot | undefined {
  const parsed = parse(body);
  if (!isRecord(parsed)) return undefined;
  const id = parsed['lastUpdateId'];
  const bids = readLevels(parsed['bids']);
  const asks = readLevels(parsed['asks']);
  return isId(id) && bids !== undefined && asks !== undefined ? { id, bids, asks } : undefined;
}

/** Looked at before anything is parsed: two frames of three are of other streams. */
function isDepth({ chunk, from, to }: FrameReceived): boolean {
  const endAt = Math.min(to, from + STREAM_NAME_BYTES);
  for (let at = from; at < endAt; at += 1) {
    if (chunk[at] === AT_SIGN) return chunk[at + 1] === LETTER_D;
  }
  return false;
}

function readLevels(value: unknown): readonly (readonly [number, number])[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const levels: (readonly [number, number])[] = [];
  for (const level of value) {
    if (!Array.isArray(level)) return undefined;
    const [price, quantity] = level;
    if (!isDecimal(price) || !isDecimal(quantity) || Number(price) <= 0) return undefined;
    levels.push([Number(price), Number(quantity)]);
  }
  return levels;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && DECIMAL.test(value);
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
