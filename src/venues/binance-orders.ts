import { type Execution, executionAt } from '../domain/execution-at.ts';
import { finerFor } from '../domain/finer-grid.ts';
import { clientOrderId, tradeId, type VenueOrderId, venueOrderId } from '../domain/ids.ts';
import { type Instrument, parsePrice, parseQuantity } from '../domain/instrument.ts';
import type { Fill, ListedFills, OrderReport, Side } from '../domain/order.ts';
import { type Amount, type Lots, NO_AMOUNT, type Price, type UnixMs } from '../domain/units.ts';
import {
  type Fields,
  readAmount,
  readBoolean,
  readFields,
  readId,
  readInteger,
  readList,
  readMoment,
  readText,
  ShapeBroken,
} from './json-shape.ts';

/** An order as REST tells it: placed, asked for or canceled. Which key holds the order's own client id differs. */
export function readOrderAnswer(
  fields: Fields,
  ours: Instrument,
  clientIdKey: 'clientOrderId' | 'origClientOrderId',
): OrderReport {
  const symbol = readText(fields, 'symbol');
  if (symbol !== ours.venueSymbol) {
    throw new ShapeBroken(`asked about ${ours.venueSymbol}, answered ${symbol}`);
  }
  const listed = readListedFills(fields);
  const instrument = finerFor(ours, {
    prices: textsOf(fields, ['price']),
    quantities: [
      ...textsOf(fields, ['origQty', 'executedQty']),
      ...listed.flatMap((fill) => textsOf(fill, ['qty'])),
    ],
  });
  const side = readSide(fields, 'side');
  const orderId = venueOrderId(readId(fields, 'orderId'));
  const updatedAtMs = readMoment(fields, 'updateTime' in fields ? 'updateTime' : 'transactTime');
  const filledQuantity = readQuantity(fields, 'executedQty', instrument);
  const ownId = clientOrderId(readText(fields, clientIdKey));
  const context = { instrument, side, orderId, ownId, tradedAtMs: updatedAtMs };
  const fills = listed.map((fill) => readAnswerFill(fill, context));
  return {
    instrument,
    symbol: instrument.symbol,
    clientOrderId: ownId,
    venueOrderId: orderId,
    side,
    ...readStatus(fields, 'status', 'expiryReason', filledQuantity),
    price: readOptionalPrice(fields, 'price', instrument),
    quantity: readQuantity(fields, 'origQty', instrument),
    filledQuantity,
    filledQuote: readAmount(fields, 'cummulativeQuoteQty', instrument.quote.scale),
    updatedAtMs,
    fills,
  };
}

function readListedFills({ fills }: Fields): readonly Fields[] {
  return fills === undefined
    ? []
    : readList(fills, 'fills').map((value) => readFields(value, 'fill'));
}

interface FillContext {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly orderId: VenueOrderId;
  readonly ownId: OrderReport['clientOrderId'];
  readonly tradedAtMs: UnixMs;
}

/** A fill inside the answer to a placed order: what it met at once, so as a taker. */
function readAnswerFill(fields: Fields, context: FillContext): Fill {
  const { instrument, side, orderId, ownId, tradedAtMs } = context;
  const quantity = readQuantity(fields, 'qty', instrument);
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    tradeId: tradeId(readId(fields, 'tradeId')),
    venueOrderId: orderId,
    clientOrderId: ownId,
    side,
    quantity,
    ...readExecution(fields, 'price', quantity, instrument),
    fee: readAmount(fields, 'commission', instrument.quote.scale),
    feeAsset: readText(fields, 'commissionAsset'),
    liquidity: 'TAKER',
    tradedAtMs,
  };
}

/** The answer of `myTrades`. Some may be of orders that the venue took when its lots were finer than now. */
export function readOwnTrades(value: unknown, ours: Instrument): ListedFills {
  const rows = readList(value, 'trades').map((row) => readFields(row, 'trade'));
  const quantities = rows.flatMap((row) => textsOf(row, ['qty']));
  const instrument = finerFor(ours, { prices: [], quantities });
  return { instrument, fills: rows.map((row) => readOwnTrade(row, instrument)) };
}

/** One row does not say the client order id. */
function readOwnTrade(fields: Fields, instrument: Instrument): Fill {
  const symbol = readText(fields, 'symbol');
  if (symbol !== instrument.venueSymbol) {
    throw new ShapeBroken(`asked about ${instrument.venueSymbol}, answered ${symbol}`);
  }
  const quantity = readQuantity(fields, 'qty', instrument);
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    tradeId: tradeId(readId(fields, 'id')),
    venueOrderId: venueOrderId(readId(fields, 'orderId')),
    clientOrderId: undefined,
    side: readBoolean(fields, 'isBuyer') ? 'BUY' : 'SELL',
    quantity,
    ...readExecution(fields, 'price', quantity, instrument),
    fee: readAmount(fields, 'commission', instrument.quote.scale),
    feeAsset: readText(fields, 'commissionAsset'),
    liquidity: readBoolean(fields, 'isMaker') ? 'MAKER' : 'TAKER',
    tradedAtMs: readMoment(fields, 'time'),
  };
}

/** An `executionReport` of the user stream. */
export function readExecutionReport(fields: Fields, ours: Instrument): OrderReport {
  const instrument = finerFor(ours, {
    prices: textsOf(fields, ['p']),
    quantities: textsOf(fields, ['q', 'z', 'l']),
  });
  const side = readSide(fields, 'S');
  const orderId = venueOrderId(readId(fields, 'i'));
  const filledQuantity = readQuantity(fields, 'z', instrument);
  // In the report of a cancel, `c` is the id of the cancel and `C` that of the order.
  const original = readText(fields, 'C');
  const ownId = clientOrderId(original === '' ? readText(fields, 'c') : original);
  const updatedAtMs = readMoment(fields, 'T');
  const fill = readReportFill(fields, {
    instrument,
    side,
    orderId,
    ownId,
    tradedAtMs: updatedAtMs,
  });
  return {
    instrument,
    symbol: instrument.symbol,
    clientOrderId: ownId,
    venueOrderId: orderId,
    side,
    ...readStatus(fields, 'X', 'eR' in fields ? 'eR' : 'r', filledQuantity),
    price: readOptionalPrice(fields, 'p', instrument),
    quantity: readQuantity(fields, 'q', instrument),
    filledQuantity,
    filledQuote: readAmount(fields, 'Z', instrument.quote.scale),
    updatedAtMs,
    fills: fill === undefined ? [] : [fill],
  };
}

function readReportFill(fields: Fields, context: FillContext): Fill | undefined {
  const { instrument, side, orderId, ownId, tradedAtMs } = context;
  const quantity = readQuantity(fields, 'l', instrument);
  // A trade of nothing, at no price or without an id has been seen: it is no fill.
  if (readText(fields, 'x') !== 'TRADE' || quantity === 0) return undefined;
  if (readInteger(fields, 't') < 0) throw new ShapeBroken('an execution without a trade id');
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    tradeId: tradeId(readId(fields, 't')),
    venueOrderId: orderId,
    clientOrderId: ownId,
    side,
    quantity,
    ...readExecution(fields, 'L', quantity, instrument),
    ...readFee(fields, instrument),
    liquidity: readBoolean(fields, 'm') ? 'MAKER' : 'TAKER',
    tradedAtMs,
  };
}

function readFee(fields: Fields, instrument: Instrument): { fee: Amount; feeAsset: string } {
  const fee = readAmount(fields, 'n', instrument.quote.scale);
  // Free of charge: the venue then names no asset.
  if (fields['N'] === null && fee === NO_AMOUNT) return { fee, feeAsset: instrument.quote.name };
  return { fee, feeAsset: readText(fields, 'N') };
}

function readSide(fields: Fields, key: string): Side {
  const text = readText(fields, key);
  if (text !== 'BUY' && text !== 'SELL') throw new ShapeBroken(`${key} is ${text}`);
  return text;
}

function readStatus(
  fields: Fields,
  key: string,
  reasonKey: string,
  filledQuantity: Lots,
): Pick<OrderReport, 'status' | 'text'> {
  const word = readText(fields, key);
  const reason = fields[reasonKey];
  const text = typeof reason === 'string' && reason !== 'NONE' ? `${word} ${reason}` : word;
  switch (word) {
    case 'NEW':
    case 'PARTIALLY_FILLED':
    case 'FILLED':
    case 'CANCELED':
    case 'EXPIRED':
    case 'REJECTED':
      return { status: word, text };
    case 'EXPIRED_IN_MATCH':
      return { status: 'EXPIRED', text };
    // Not final: the order may still trade.
    case 'PENDING_NEW':
    case 'PENDING_CANCEL':
      return { status: filledQuantity > 0 ? 'PARTIALLY_FILLED' : 'NEW', text };
    default:
      throw new ShapeBroken(`${key} is ${word}`);
  }
}

/** What stands there as text; what does not is refused where it is read. */
function textsOf(fields: Fields, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const value = fields[key];
    return typeof value === 'string' ? [value] : [];
  });
}

function readPrice(fields: Fields, key: string, instrument: Instrument): Price {
  const text = readText(fields, key);
  const value = parsePrice(instrument, text);
  if (value === undefined) throw new ShapeBroken(`${key} is "${text.slice(0, 40)}"`);
  return value;
}

/** `undefined` for the venue's zero, which means "none". */
function readOptionalPrice(fields: Fields, key: string, instrument: Instrument): Price | undefined {
  const isZero = readAmount(fields, key, instrument.quote.scale) === NO_AMOUNT;
  return isZero ? undefined : readPrice(fields, key, instrument);
}

function readExecution(
  fields: Fields,
  key: string,
  quantity: Lots,
  instrument: Instrument,
): Execution {
  const text = readText(fields, key);
  const execution = executionAt(instrument, text, quantity);
  if (execution === undefined) throw new ShapeBroken(`${key} is "${text.slice(0, 40)}"`);
  return execution;
}

function readQuantity(fields: Fields, key: string, instrument: Instrument): Lots {
  const text = readText(fields, key);
  const value = parseQuantity(instrument, text);
  if (value === undefined) throw new ShapeBroken(`${key} is "${text.slice(0, 40)}"`);
  return value;
}
