import { parseDecimal } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { DataRejection, FeedMessage } from '../domain/market.ts';
import { type Lots, lots, type Price, price, type UnixMs, unixMs } from '../domain/units.ts';
import type { BinanceStream, StreamTable } from './binance-streams.ts';

/** Why a payload was thrown away; caught in this file only. */
class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly rejection: DataRejection;

  constructor(rejection: DataRejection, detail: string) {
    super(detail);
    this.rejection = rejection;
  }
}

type Fields = Readonly<Record<string, unknown>>;
/** As many as a text of `parseDecimal` can have. */
const DECIMALS_MAX = 62;
const TEXT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The slow path: any spelling of JSON, the same grammar for values, and a reason for every refusal.
 * Also answers to requests, events of the connection, and payloads outside a combined frame.
 */
export function decodeStrictly(frame: Uint8Array, table: StreamTable): FeedMessage {
  // Asked before anything else: a frame that is cut off still tells whose news is lost.
  let stream = table.findStreamOf(frame);
  try {
    const value = parseJson(frame);
    if (typeof value['stream'] !== 'string') return decodeBare(value, table);
    const name = value['stream'];
    if (name === '!serverShutdown') return { type: 'serverShutdown' };
    stream = table.findStream(name);
    if (stream === undefined) return decodeForeign(name, table);
    const { instrument } = stream;
    const data = fieldsOf(value['data'], 'data');
    const symbol = data['s'];
    if (symbol !== instrument.venueSymbol) {
      throw typeof symbol === 'string'
        ? new Rejected('crosswired', `stream ${name} carries ${symbol}`)
        : new Rejected('invalidShape', `stream ${name} carries no symbol`);
    }
    switch (stream.kind) {
      case 'trade':
        expectEvent(data, 'trade');
        return readTrade(data, instrument);
      case 'top':
        return readTop(data, instrument);
      case 'depth':
        expectEvent(data, 'depthUpdate');
        return readDepth(data, instrument);
    }
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause;
    return invalid(cause.rejection, cause.message, stream);
  }
}

/** A frame that cannot be used, and what it was to be. */
export function invalid(
  rejection: DataRejection,
  detail: string,
  stream: BinanceStream | undefined,
): FeedMessage {
  const instrument = stream?.instrument.index;
  return { type: 'invalid', rejection, detail, instrument, kind: stream?.kind };
}

function parseJson(frame: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(TEXT.decode(frame));
  } catch (cause) {
    // Both throw: bytes that are no UTF-8, and text that is no JSON. The verdict is the same.
    throw new Rejected('invalidJson', cause instanceof Error ? cause.message : 'no JSON');
  }
  return fieldsOf(value, 'frame');
}

function decodeForeign(name: string, table: StreamTable): FeedMessage {
  const at = name.indexOf('@');
  if (at <= 0) throw new Rejected('unknownStream', name);
  const symbol = name.slice(0, at).toUpperCase();
  if (table.findInstrument(symbol) === undefined) throw new Rejected('unknownSymbol', symbol);
  return { type: 'ignored', stream: name };
}

/** No combined frame: an answer, a connection event, or a payload of a raw socket. */
function decodeBare(value: Fields, table: StreamTable): FeedMessage {
  if ('result' in value) return readAnswer(value);
  if ('error' in value || ('code' in value && 'msg' in value)) return readRefusal(value);
  const event = value['e'];
  if (event === 'serverShutdown') return { type: 'serverShutdown' };
  const isTop = event === undefined && 'u' in value && 'b' in value;
  if (event !== 'trade' && event !== 'depthUpdate' && !isTop) {
    if (typeof event === 'string') return { type: 'ignored', stream: event };
    throw new Rejected('invalidShape', 'neither stream, event nor answer');
  }
  const symbol = value['s'];
  if (typeof symbol !== 'string') throw new Rejected('invalidShape', 's is no text');
  const instrument = table.findInstrument(symbol);
  if (instrument === undefined) throw new Rejected('unknownSymbol', symbol);
  if (isTop) return readTop(value, instrument);
  return event === 'trade' ? readTrade(value, instrument) : readDepth(value, instrument);
}

function readAnswer(value: Fields): FeedMessage {
  const requestId = readInteger(value, 'id');
  const result = value['result'];
  if (result === null) return { type: 'acked', requestId };
  if (!Array.isArray(result)) throw new Rejected('invalidShape', 'result is no list');
  const streams: string[] = [];
  for (const name of result) {
    if (typeof name !== 'string') throw new Rejected('invalidShape', 'result holds no names');
    streams.push(name);
  }
  return { type: 'subscriptions', requestId, streams };
}

function readRefusal(value: Fields): FeedMessage {
  const error = 'error' in value ? fieldsOf(value['error'], 'error') : value;
  const id = value['id'];
  const code = error['code'];
  const text = error['msg'];
  if (typeof code !== 'number' || typeof text !== 'string') {
    throw new Rejected('invalidShape', 'an error without code and text');
  }
  const requestId = Number.isSafeInteger(id) && typeof id === 'number' ? id : undefined;
  return { type: 'refused', requestId, code, text };
}

function readTop(data: Fields, instrument: Instrument): FeedMessage {
  return {
    type: 'top',
    instrument: instrument.index,
    updateId: readInteger(data, 'u'),
    bidPrice: readPrice(data['b'], 'b', instrument),
    bidQuantity: lots(readPositiveSize(data['B'], 'B', instrument)),
    askPrice: readPrice(data['a'], 'a', instrument),
    askQuantity: lots(readPositiveSize(data['A'], 'A', instrument)),
  };
}

function readTrade(data: Fields, instrument: Instrument): FeedMessage {
  const buyerIsMaker = data['m'];
  if (typeof buyerIsMaker !== 'boolean') throw new Rejected('invalidShape', 'm is no boolean');
  return {
    type: 'trade',
    instrument: instrument.index,
    tradeId: readInteger(data, 't'),
    price: readPrice(data['p'], 'p', instrument),
    quantity: lots(readPositiveSize(data['q'], 'q', instrument)),
    buyerIsMaker,
    eventAtMs: readMoment(data, 'E'),
    tradedAtMs: readMoment(data, 'T'),
  };
}

function readDepth(data: Fields, instrument: Instrument): FeedMessage {
  const firstUpdateId = readInteger(data, 'U');
  const lastUpdateId = readInteger(data, 'u');
  if (lastUpdateId < firstUpdateId) {
    throw new Rejected('invalidShape', `U ${firstUpdateId} is above u ${lastUpdateId}`);
  }
  const bids = readLevels(data['b'], 'b', instrument);
  const asks = readLevels(data['a'], 'a', instrument);
  const offGridCount = countLeftOut(data['b'], bids) + countLeftOut(data['a'], asks);
  return {
    type: 'depth',
    instrument: instrument.index,
    firstUpdateId,
    lastUpdateId,
    eventAtMs: readMoment(data, 'E'),
    bids,
    asks,
    ...(offGridCount > 0 ? { offGridCount } : {}),
  };
}

/** The levels of a REST snapshot or what is wrong with it. */
export function decodeSnapshotStrictly(
  body: string,
  instrument: Instrument,
):
  | {
      readonly updateId: number;
      readonly bids: number[];
      readonly asks: number[];
      readonly offGridCount: number;
    }
  | { readonly problem: string } {
  try {
    const value = parseJson(Buffer.from(body, 'utf8'));
    const updateId = readInteger(value, 'lastUpdateId');
    const bids = readLevels(value['bids'], 'bids', instrument);
    const asks = readLevels(value['asks'], 'asks', instrument);
    const offGridCount = countLeftOut(value['bids'], bids) + countLeftOut(value['asks'], asks);
    return { updateId, bids, asks, offGridCount };
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause;
    return { problem: `${cause.rejection}: ${cause.message}` };
  }
}

/** `read`: a price and a size for each level that was not. */
function countLeftOut(levels: unknown, read: readonly number[]): number {
  return Array.isArray(levels) ? levels.length - read.length / 2 : 0;
}

function readLevels(value: unknown, key: string, instrument: Instrument): number[] {
  if (!Array.isArray(value)) throw new Rejected('invalidShape', `${key} is no list`);
  const levels: number[] = [];
  for (const level of value) {
    if (!Array.isArray(level) || level.length !== 2) {
      throw new Rejected('invalidShape', `a level of ${key} is no pair`);
    }
    const size = readSize(level[1], key, instrument);
    const ticks = readTicks(level[0], key, instrument);
    // Orders from before the tick was changed rest deep in some books. Such a level is left out; if
    // it ever were the best one, the best bid and ask stream would disagree and be refused.
    if (ticks !== undefined) levels.push(ticks, size);
  }
  return levels;
}

function expectEvent(data: Fields, event: string): void {
  if (data['e'] !== event) throw new Rejected('invalidShape', `e is not ${event}`);
}

function fieldsOf(value: unknown, key: string): Fields {
  if (!isFields(value)) throw new Rejected('invalidShape', `${key} is no object`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readInteger(data: Fields, key: string): number {
  const value = data[key];
  if (typeof value !== 'number') throw new Rejected('invalidShape', `${key} is no number`);
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw new Rejected('invalidNumber', `${key} is ${value}`);
  }
  return value;
}

function readMoment(data: Fields, key: string): UnixMs {
  const value = readInteger(data, key);
  if (value >= 1e12 && value < 1e13) return unixMs(value);
  if (value >= 1e15 && value < 1e16) return unixMs(value / 1000);
  throw new Rejected('invalidNumber', `${key} is ${value}: neither 13 nor 16 digits`);
}

function readPrice(value: unknown, key: string, instrument: Instrument): Price {
  const ticks = readTicks(value, key, instrument);
  if (ticks === undefined) throw new Rejected('offGrid', `${key} is ${shown(value)}`);
  return ticks;
}

/** `undefined` for a price between two ticks. */
function readTicks(value: unknown, key: string, instrument: Instrument): Price | undefined {
  const scaled = readScaled(value, key, instrument.tickDecimals);
  const units = BigInt(instrument.tickUnits);
  if (scaled.isRounded || scaled.value % units !== 0n) return undefined;
  const ticks = toSafe(scaled.value / units, key, value);
  if (ticks === 0) throw new Rejected('notPositive', `${key} is ${shown(value)}`);
  return price(ticks);
}

function readPositiveSize(value: unknown, key: string, instrument: Instrument): Lots {
  const size = readSize(value, key, instrument);
  if (size === 0) throw new Rejected('notPositive', `${key} is ${shown(value)}`);
  return size;
}

/**
 * Sizes in a market may be finer than today's lot: books hold orders from before the lot was changed
 * (3 of 3,451 depth events of a recorded session). They are rounded down, but never to nothing.
 */
function readSize(value: unknown, key: string, instrument: Instrument): Lots {
  const scaled = readScaled(value, key, instrument.lotDecimals);
  const size = toSafe(scaled.value / BigInt(instrument.lotUnits), key, value);
  return lots(size === 0 && (scaled.isRounded || scaled.value > 0n) ? 1 : size);
}

/** A decimal text at `decimals` decimals, and whether digits behind them were left out. */
function readScaled(
  value: unknown,
  key: string,
  decimals: number,
): { readonly value: bigint; readonly isRounded: boolean } {
  if (typeof value !== 'string') throw new Rejected('invalidShape', `${key} is no text`);
  const exact = parseDecimal(value, DECIMALS_MAX);
  if (exact === undefined) throw new Rejected('invalidNumber', `${key} is ${shown(value)}`);
  const unit = 10n ** BigInt(DECIMALS_MAX - decimals);
  return { value: exact / unit, isRounded: exact % unit !== 0n };
}

function toSafe(steps: bigint, key: string, value: unknown): number {
  const count = Number(steps);
  if (Number.isSafeInteger(count)) return count;
  throw new Rejected('invalidNumber', `${key} is ${shown(value)}`);
}

function shown(value: unknown): string {
  return `"${String(value).slice(0, 40)}"`;
}
