import { bytesOf, type FrameReceived } from '../../domain/event.ts';
import type { BookChange, BookSnapshot } from './reference-book.ts';

const AT_SIGN = 64;
const LETTER_D = 100;
/** `{"stream":"` and the longest symbol. */
const STREAM_NAME_BYTES = 40;
/** The name is said first, so that a frame which breaks off behind it still tells whose change it was. */
const DEPTH_STREAM = /^\{"stream":"([a-z0-9]+)@depth@100ms"/;
const DECIMAL = /^\d+(\.\d+)?$/;

export interface DepthFrame {
  /** As the venue spells it. */
  readonly symbol: string;
  /**
   * `undefined`: there was one, and it says nothing that can be believed. It is not JSON, of another symbol than
   * its stream, or has a number that is none.
   */
  readonly change: BookChange | undefined;
}

/** What a frame of the market socket says of a book; `undefined` when it says nothing, nor whose book it was about. */
export function readDepthFrame(event: FrameReceived): DepthFrame | undefined {
  if (!isDepth(event)) return undefined;
  const text = Buffer.from(bytesOf(event)).toString('utf8');
  const [, stream] = DEPTH_STREAM.exec(text) ?? [];
  if (stream === undefined) return undefined;
  const symbol = stream.toUpperCase();
  return { symbol, change: readChange(parse(text), symbol) };
}

function readChange(parsed: unknown, ofSymbol: string): BookChange | undefined {
  if (!isRecord(parsed) || !isRecord(parsed['data'])) return undefined;
  const { s: symbol, U: firstId, u: lastId, b, a } = parsed['data'];
  if (symbol !== ofSymbol) return undefined;
  const bids = readLevels(b);
  const asks = readLevels(a);
  if (!isId(firstId) || !isId(lastId) || bids === undefined || asks === undefined) return undefined;
  return { firstId, lastId, bids, asks };
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
