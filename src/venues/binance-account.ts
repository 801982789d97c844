import type { Instrument, VenueId } from '../domain/instrument.ts';
import type { Balance, OrderReport } from '../domain/order.ts';
import type {
  AccountCodec,
  AccountMessage,
  AccountReport,
  Answered,
  VenueAnswer,
} from '../domain/venue.ts';
import { readListing } from './binance-instruments.ts';
import { readExecutionReport, readOrderAnswer, readOwnTrades } from './binance-orders.ts';
import { classifyPlace } from './binance-outcome.ts';
import { assessHealth, assessSocketRefusal, findRefusal } from './binance-refusal.ts';
import {
  type Fields,
  parseJson,
  readAmount,
  readBoolean,
  readFields,
  readInteger,
  readList,
  readMoment,
  readText,
  ShapeBroken,
} from './json-shape.ts';

const VENUE: VenueId = 'binance';
const FRAME_BYTES_MAX = 1_000_000;
/** Of a query; and of a cancel, whose text then says that it is this and no other refusal. */
const NO_SUCH_ORDER = -2013;
const CANCEL_REJECTED = -2011;
const BAD_REQUEST = 400;
/** The venue knows no such symbol; a name that none could have. */
const INVALID_SYMBOL = -1121;
const ILLEGAL_CHARACTERS = -1100;
const UNKNOWN_ORDER_TEXT = 'Unknown order sent.';

/** Binance spot's account and orders. All assets have `assetsScale` decimals, as on the wire. */
export function createBinanceAccountCodec(assetsScale = 8): AccountCodec {
  return {
    venue: VENUE,
    accountSocketPath: '/ws-api/v3',
    subscribeMethod: 'userDataStream.subscribe.signature',
    classifyPlace,
    assessHealth,
    decodeServerTime: (answer) =>
      read(answer, (value) => ({
        serverAtMs: readMoment(readFields(value, 'answer'), 'serverTime'),
      })),
    decodeListing: (answer, symbols) => {
      const decoded = read(answer, (value) => readListing(value, symbols, VENUE, assetsScale));
      // No symbol of the venue is written like that.
      const isOdd = decoded.type === 'refused' && decoded.proof.code === ILLEGAL_CHARACTERS;
      return isOdd ? { type: 'unlisted', proof: decoded.proof } : decoded;
    },
    decodeAccount: (answer) => read(answer, (value) => readAccount(value, assetsScale)),
    decodeOrders: (answer, instruments) => read(answer, (value) => readOrders(value, instruments)),
    decodeOrder: (answer, instruments) =>
      read(answer, (value) => readOrder(value, instruments, 'clientOrderId')),
    decodeFills: (answer, instrument) => read(answer, (value) => readOwnTrades(value, instrument)),
    decodeCancel: (answer, instruments) =>
      read(answer, (value) => readOrder(value, instruments, 'origClientOrderId')),
    decodeAccountFrame: (frame, instruments) => decodeAccountFrame(frame, instruments, assetsScale),
  };
}

function read<T>(answer: VenueAnswer, parse: (value: unknown) => T): Answered<T> {
  if (answer.type === 'timedOut') {
    return { type: 'failed', text: `no answer in ${answer.waitedMs} ms` };
  }
  if (answer.type === 'transportFailed') return { type: 'failed', text: answer.text };
  const { status, body } = answer;
  if (status !== 200) {
    const proof = findRefusal(status, body);
    if (proof === undefined || status >= 500) {
      return { type: 'failed', text: `HTTP ${status}: ${proof?.text ?? body.slice(0, 80)}` };
    }
    if (proof.code === INVALID_SYMBOL) return { type: 'unlisted', proof };
    const isUnknownCancel = proof.code === CANCEL_REJECTED && proof.text === UNKNOWN_ORDER_TEXT;
    const isUnknown = proof.code === NO_SUCH_ORDER || isUnknownCancel;
    return { type: isUnknown ? 'notFound' : 'refused', proof };
  }
  try {
    return { type: 'value', value: parse(parseJson(body)) };
  } catch (cause) {
    if (!(cause instanceof ShapeBroken)) throw cause;
    return { type: 'failed', text: `unexpected shape: ${cause.message}` };
  }
}

function readAccount(value: unknown, scale: number): AccountReport {
  const fields = readFields(value, 'account');
  return {
    canTrade: readBoolean(fields, 'canTrade'),
    balances: readList(fields['balances'], 'balances').map((row) =>
      readBalance(readFields(row, 'balance'), scale, ['asset', 'free', 'locked']),
    ),
    updatedAtMs: readMoment(fields, 'updateTime'),
  };
}

function readBalance(
  fields: Fields,
  scale: number,
  [asset, free, locked]: readonly [string, string, string],
): Balance {
  return {
    asset: readText(fields, asset),
    free: readAmount(fields, free, scale),
    locked: readAmount(fields, locked, scale),
  };
}

function readOrders(value: unknown, instruments: readonly Instrument[]): readonly OrderReport[] {
  const reports: OrderReport[] = [];
  for (const row of readList(value, 'orders')) {
    const fields = readFields(row, 'order');
    const instrument = findInstrument(readText(fields, 'symbol'), instruments);
    // Somebody else's markets: their grids are not known here, and they are not our business.
    if (instrument === undefined) continue;
    reports.push(readOrderAnswer(fields, instrument, 'clientOrderId'));
  }
  return reports;
}

function readOrder(
  value: unknown,
  instruments: readonly Instrument[],
  clientIdKey: 'clientOrderId' | 'origClientOrderId',
): OrderReport {
  const fields = readFields(value, 'order');
  const symbol = readText(fields, 'symbol');
  const instrument = findInstrument(symbol, instruments);
  if (instrument === undefined) throw new ShapeBroken(`${symbol} is none of our symbols`);
  return readOrderAnswer(fields, instrument, clientIdKey);
}

/** One frame of the WebSocket API: an answer, or an account event. Never throws. */
function decodeAccountFrame(
  frame: Uint8Array,
  instruments: readonly Instrument[],
  scale: number,
): AccountMessage {
  if (frame.length > FRAME_BYTES_MAX) {
    return { type: 'invalid', rejection: 'oversized', detail: `${frame.length} bytes` };
  }
  const text = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8');
  try {
    const fields = readFields(parseJson(text), 'frame');
    if ('event' in fields) return readEvent(fields['event'], instruments, scale);
    if ('e' in fields) return readEvent(fields, instruments, scale);
    return readAnswer(fields);
  } catch (cause) {
    if (!(cause instanceof ShapeBroken)) throw cause;
    const rejection = cause.message.startsWith('no JSON') ? 'invalidJson' : 'invalidShape';
    return { type: 'invalid', rejection, detail: cause.message };
  }
}

function readAnswer(fields: Fields): AccountMessage {
  const id = fields['id'];
  const requestId = typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
  if (fields['error'] !== undefined) {
    const error = readFields(fields['error'], 'error');
    const code = readInteger(error, 'code');
    const status = Number(fields['status'] ?? BAD_REQUEST);
    const refusal = assessSocketRefusal(status, code, error['data']);
    return { type: 'refused', requestId, code, text: readText(error, 'msg'), refusal };
  }
  if (readInteger(fields, 'status') !== 200 || requestId === undefined) {
    throw new ShapeBroken('an answer without status 200, error or id');
  }
  return { type: 'subscribed', requestId };
}

function readEvent(
  value: unknown,
  instruments: readonly Instrument[],
  scale: number,
): AccountMessage {
  const fields = readFields(value, 'event');
  const event = readText(fields, 'e');
  switch (event) {
    case 'executionReport': {
      const symbol = readText(fields, 's');
      const instrument = findInstrument(symbol, instruments);
      if (instrument === undefined) return { type: 'ignored', event: `${event} ${symbol}` };
      return { type: 'orderReported', report: readExecutionReport(fields, instrument) };
    }
    case 'outboundAccountPosition':
      return {
        type: 'balancesReported',
        balances: readList(fields['B'], 'B').map((row) =>
          readBalance(readFields(row, 'balance'), scale, ['a', 'f', 'l']),
        ),
        atMs: readMoment(fields, 'u'),
      };
    case 'eventStreamTerminated':
      return { type: 'terminated' };
    case 'serverShutdown':
      return { type: 'serverShutdown' };
    default:
      return { type: 'ignored', event };
  }
}

function findInstrument(
  venueSymbol: string,
  instruments: readonly Instrument[],
): Instrument | undefined {
  for (const instrument of instruments) {
    if (instrument.venueSymbol === venueSymbol) return instrument;
  }
  return undefined;
}
