import type { FrameUnpacker } from '../domain/venue.ts';
import {
  ASK_PRICE,
  ASK_SIZE,
  BID_PRICE,
  BID_SIZE,
  BUYER_IS_MAKER,
  type LastSeen,
  nothingSeen,
  type StreamSpelling,
  UNNAMED_FLAG,
} from './binance-pack.ts';
import { textsOf } from './binance-templates.ts';
import { VarintReader } from './varint.ts';

const WRITTEN_DECIMALS = 8;

interface PackedStream {
  readonly spelling: StreamSpelling;
  readonly texts: readonly string[];
  readonly last: LastSeen;
}

/** Makes the venue's text again from what the packer wrote. Reads files, not the hot path. */
export class BinanceFrameUnpacker implements FrameUnpacker {
  readonly #streams: readonly PackedStream[];

  /** `key` is the packer's. Throws when it is none of this packer's. */
  constructor(key: string) {
    this.#streams = readKey(key).map((spelling) => ({
      spelling,
      texts: textsOf(spelling.name, spelling.kind, spelling.venueSymbol),
      last: nothingSeen(),
    }));
  }

  reset(): void {
    for (const { last } of this.#streams) Object.assign(last, nothingSeen());
  }

  unpack(bytes: Uint8Array, at: number): { readonly frame: Uint8Array; readonly end: number } {
    const from = new VarintReader(bytes, at);
    const place = from.read();
    const stream = this.#streams[place];
    if (stream === undefined) throw new RangeError(`no stream ${place} among the packed ones`);
    const text = UNPACKERS[stream.spelling.kind](stream, from);
    return { frame: Buffer.from(text, 'utf8'), end: from.at };
  }
}

const UNPACKERS = { top: unpackTop, trade: unpackTrade, depth: unpackDepth } as const;

function unpackTop({ spelling, texts, last }: PackedStream, from: VarintReader): string {
  last.id += from.readSigned();
  const changed = from.read();
  if ((changed & BID_PRICE) !== 0) last.price += from.readSigned();
  if ((changed & BID_SIZE) !== 0) last.bidSize = from.read();
  if ((changed & ASK_PRICE) !== 0) last.askPrice += from.readSigned();
  if ((changed & ASK_SIZE) !== 0) last.askSize = from.read();
  return interleave(texts, [
    String(last.id),
    ...[writePrice(spelling, last.price), writeSize(spelling, last.bidSize)],
    ...[writePrice(spelling, last.askPrice), writeSize(spelling, last.askSize)],
  ]);
}

function unpackTrade({ spelling, texts, last }: PackedStream, from: VarintReader): string {
  last.eventAtMs += from.readSigned();
  last.id += from.readSigned();
  last.price += from.readSigned();
  const size = writeSize(spelling, from.read());
  const tradedAtMs = last.eventAtMs - from.readSigned();
  const flags = from.read();
  const [head = '', symbol = '', price = '', quantity = '', traded = '', ...choices] = texts;
  const [maker = '', taker = '', flagged = '', unflagged = ''] = choices;
  return [
    ...[head, String(last.eventAtMs), symbol, String(last.id)],
    ...[price, writePrice(spelling, last.price), quantity, size, traded, String(tradedAtMs)],
    (flags & BUYER_IS_MAKER) !== 0 ? maker : taker,
    (flags & UNNAMED_FLAG) !== 0 ? flagged : unflagged,
  ].join('');
}

function unpackDepth(stream: PackedStream, from: VarintReader): string {
  const { texts, last } = stream;
  last.eventAtMs += from.readSigned();
  const firstId = last.id + from.readSigned();
  last.id = firstId + from.read();
  const bids = unpackLevels(stream, from);
  const asks = unpackLevels(stream, from);
  return interleave(texts, [String(last.eventAtMs), String(firstId), String(last.id), bids, asks]);
}

function unpackLevels({ spelling, last }: PackedStream, from: VarintReader): string {
  const count = from.read();
  const levels: string[] = [];
  let price = last.price;
  for (let i = 0; i < count; i++) {
    price += from.readSigned();
    if (i === 0) last.price = price;
    levels.push(`["${writePrice(spelling, price)}","${writeSize(spelling, from.read())}"]`);
  }
  return levels.join(',');
}

function interleave(texts: readonly string[], values: readonly string[]): string {
  return texts.map((text, i) => text + (values[i] ?? '')).join('');
}

function writePrice(spelling: StreamSpelling, ticks: number): string {
  return writeDecimal(ticks * spelling.tickUnits, spelling.tickDecimals);
}

function writeSize(spelling: StreamSpelling, quantity: number): string {
  return writeDecimal(quantity * spelling.lotUnits, spelling.lotDecimals);
}

/** The venue writes eight decimals, whatever the grid has. */
function writeDecimal(value: number, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${whole}.${digits.slice(digits.length - decimals).padEnd(WRITTEN_DECIMALS, '0')}`;
}

function readKey(key: string): readonly StreamSpelling[] {
  const parsed: unknown = JSON.parse(key);
  if (!isKey(parsed)) throw new RangeError(`no key of a Binance packer: ${key.slice(0, 100)}`);
  return parsed.streams;
}

function isKey(value: unknown): value is { readonly streams: readonly StreamSpelling[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'spelling' in value &&
    value.spelling === 'binance-2' &&
    'streams' in value &&
    Array.isArray(value.streams)
  );
}
