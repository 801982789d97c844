import type { StreamKind } from '../domain/market.ts';
import type { BinanceStream } from './binance-streams.ts';
import { type FixedText, fixedText } from './byte-cursor.ts';

/** The fixed text between the values of one stream's messages, as bytes. */
export interface Template {
  readonly stream: BinanceStream;
  /** Place in the list of streams. */
  readonly index: number;
  readonly kind: StreamKind;
  /** From the first byte of the frame to the first value. */
  readonly head: FixedText;
  /** Between the values, in order. */
  readonly joints: readonly FixedText[];
  readonly tickDecimals: number;
  readonly tickUnits: number;
  readonly lotDecimals: number;
  readonly lotUnits: number;
}

/**
 * Tells the streams apart by a few bytes of the name; the whole name is compared afterwards. A short
 * name lets the sample reach into the text behind it, which is the same in frame and template.
 */
export function hashName(bytes: Uint8Array, from = 0): number {
  const low =
    byteAt(bytes, from + 11) ^
    (byteAt(bytes, from + 12) << 5) ^
    (byteAt(bytes, from + 13) << 10) ^
    (byteAt(bytes, from + 14) << 15) ^
    (byteAt(bytes, from + 15) << 20);
  const high =
    byteAt(bytes, from + 17) ^
    (byteAt(bytes, from + 18) << 5) ^
    (byteAt(bytes, from + 19) << 10) ^
    (byteAt(bytes, from + 20) << 15) ^
    (byteAt(bytes, from + 21) << 20);
  const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/**
 * The venue's spelling of one stream's messages: the text before the first value, then the texts
 * between and behind the values. A trade's flags are two such texts each.
 */
export function textsOf(name: string, kind: StreamKind, venueSymbol: string): readonly string[] {
  const symbol = `,"s":${JSON.stringify(venueSymbol)}`;
  const [head = '', ...joints] = {
    top: ['{"u":', `${symbol},"b":"`, '","B":"', '","a":"', '","A":"', '"}}'],
    trade: [
      '{"e":"trade","E":',
      `${symbol},"t":`,
      ',"p":"',
      '","q":"',
      '","T":',
      ',"m":true',
      ',"m":false',
      ',"M":true}}',
      ',"M":false}}',
    ],
    depth: ['{"e":"depthUpdate","E":', `${symbol},"U":`, ',"u":', ',"b":[', '],"a":[', ']}}'],
  }[kind];
  return [`{"stream":${JSON.stringify(name)},"data":${head}`, ...joints];
}

/** The same as bytes, with the grids of the values. */
export function templateOf(stream: BinanceStream, index: number): Template {
  const { instrument, kind, name } = stream;
  const [head = '', ...joints] = textsOf(name, kind, instrument.venueSymbol);
  return {
    stream,
    index,
    kind,
    head: fixedText(head),
    joints: joints.map(fixedText),
    tickDecimals: instrument.tickDecimals,
    tickUnits: instrument.tickUnits,
    lotDecimals: instrument.lotDecimals,
    lotUnits: instrument.lotUnits,
  };
}
