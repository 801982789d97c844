import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** A received market frame, split so that it can be sent raw or combined. */
export interface RecordedFrame {
  readonly type: 'frame';
  /** Receiver's clock, Unix ms with fraction. */
  readonly receivedAtMs: number;
  /** Text of the payload, verbatim. */
  readonly data: string;
  readonly stream: string;
  readonly symbol: string;
}

/** A REST order book taken while recording. */
export interface RecordedSnapshot {
  readonly type: 'snapshot';
  readonly receivedAtMs: number;
  /** `undefined`: the line does not say; the recording then has one symbol only. */
  readonly symbol: string | undefined;
  readonly body: string;
}

export type RecordedLine = RecordedFrame | RecordedSnapshot;

const COMBINED = /^\{"stream":"([^"]+)","data":/;
const EVENT = /^\{"e":"([A-Za-z]+)"/;
const SYMBOL = /"s":"([^"]+)"/;

/** Reads recordings one after another, line by line; lines that are neither frame nor depth snapshot are passed over. */
export async function* readRecordings(files: readonly string[]): AsyncGenerator<RecordedLine> {
  for (const file of files) {
    const raw = createReadStream(file);
    const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
    raw.on('error', (error) => input.destroy(error));
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const parsed = parseLine(line);
      if (parsed !== undefined) yield parsed;
    }
  }
}

/** One line of a recording: `<receive time in ns> <frame>`, or a `#rest` line. */
export function parseLine(line: string): RecordedLine | undefined {
  if (line.startsWith('#')) return parseRest(line);
  const blank = line.indexOf(' ');
  if (blank <= 0) return undefined;
  const receivedAtMs = Number(line.slice(0, blank)) / 1_000_000;
  const text = line.slice(blank + 1);
  if (!Number.isFinite(receivedAtMs)) return undefined;
  if (text.startsWith('{"lastUpdateId":')) {
    return { type: 'snapshot', receivedAtMs, symbol: undefined, body: text };
  }
  const combined = COMBINED.exec(text);
  if (combined !== null) {
    const [head, stream = ''] = combined;
    const data = text.slice(head.length, -1);
    return { type: 'frame', receivedAtMs, data, stream, symbol: symbolOf(stream) };
  }
  const stream = streamOf(text);
  if (stream === undefined) return undefined;
  return { type: 'frame', receivedAtMs, data: text, stream, symbol: symbolOf(stream) };
}

function parseRest(line: string): RecordedSnapshot | undefined {
  const match = /^#rest ([0-9]+) (\S+) (\{.*)$/.exec(line);
  if (match === null) return undefined;
  const [, ns = '', url = '', body = ''] = match;
  if (!url.includes('/depth') || !body.startsWith('{"lastUpdateId":')) return undefined;
  const symbol = /[?&]symbol=([^&]+)/.exec(url)?.[1];
  return { type: 'snapshot', receivedAtMs: Number(ns) / 1_000_000, symbol, body };
}

/** The stream a raw frame must have come from. */
function streamOf(text: string): string | undefined {
  const symbol = SYMBOL.exec(text)?.[1]?.toLowerCase();
  if (symbol === undefined) return undefined;
  const event = EVENT.exec(text)?.[1];
  if (event === undefined) return text.startsWith('{"u":') ? `${symbol}@bookTicker` : undefined;
  return `${symbol}@${event === 'depthUpdate' ? 'depth@100ms' : event}`;
}

function symbolOf(stream: string): string {
  return stream.slice(0, Math.max(0, stream.indexOf('@'))).toUpperCase();
}
