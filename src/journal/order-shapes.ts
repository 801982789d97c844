import type { CheckResult } from '../domain/decision.ts';
import { clientOrderId, decisionId, strategyId, tradeId, venueOrderId } from '../domain/ids.ts';
import type { Asset, Instrument } from '../domain/instrument.ts';
import type { Fill, OrderIntent, UnknownCause, VenueRefusal } from '../domain/order.ts';
import { REASONS, type Reason, type ReasonCode } from '../domain/reason.ts';
import { amount, lots, price, unixMs } from '../domain/units.ts';
import {
  asObject,
  bigInteger,
  branded,
  finite,
  flag,
  object,
  oneOf,
  optional,
  recordOf,
  type Shape,
  scalar,
  text,
  textOrNumber,
  tuple,
  UnreadableRow,
} from './shape.ts';

export const priceShape = branded(finite, price);
export const lotsShape = branded(finite, lots);
export const momentShape = branded(finite, unixMs);
export const amountShape = branded(bigInteger, amount);
export const clientOrderIdShape = branded(text, clientOrderId);
export const venueOrderIdShape = branded(text, venueOrderId);
const side = oneOf('BUY', 'SELL');
const asset: Shape<Asset> = tuple({ name: text, scale: finite });

const reasonCode: Shape<ReasonCode> = {
  encode: (code) => code,
  decode: (json, path) => {
    if (!isReasonCode(json)) throw new UnreadableRow(path, 'a reason code', json);
    return json;
  },
};

const details = recordOf(scalar);

/** The code and its numbers in one flat object, keys sorted. */
export const reasonShape: Shape<Reason> = {
  encode: (reason) => details.encode(reason),
  decode: (json, path) => {
    const code = reasonCode.decode(asObject(json, path)['code'], `${path}.code`);
    return { ...details.decode(json, path), code };
  },
};

export const checkShape: Shape<CheckResult> = tuple({
  code: reasonCode,
  value: textOrNumber,
  limit: textOrNumber,
  passed: flag,
});

/** An instrument inside an intent: its grids and filters as they were when the intent was made. */
export const instrumentShape: Shape<Instrument> = tuple({
  index: finite,
  venue: text,
  symbol: text,
  venueSymbol: text,
  version: finite,
  base: asset,
  quote: asset,
  tickDecimals: finite,
  tickUnits: finite,
  lotDecimals: finite,
  lotUnits: finite,
  priceMin: priceShape,
  priceMax: priceShape,
  quantityMin: lotsShape,
  quantityMax: lotsShape,
  notionalMin: amountShape,
  notionalMax: optional(amountShape),
  status: oneOf('TRADING', 'HALT', 'BREAK', 'CANCEL_ONLY', 'OTHER'),
});

export const intentShape: Shape<OrderIntent> = object({
  clientOrderId: clientOrderIdShape,
  decisionId: branded(text, decisionId),
  strategy: branded(text, strategyId),
  class: oneOf('entry', 'exit', 'protective'),
  venue: text,
  symbol: text,
  instrument: instrumentShape,
  side,
  type: oneOf('LIMIT'),
  timeInForce: oneOf('GTC', 'IOC', 'FOK'),
  price: priceShape,
  quantity: lotsShape,
  createdAtMs: momentShape,
  reason: reasonShape,
});

export const fillShape: Shape<Fill> = object({
  venue: text,
  symbol: text,
  tradeId: branded(text, tradeId),
  venueOrderId: venueOrderIdShape,
  clientOrderId: optional(clientOrderIdShape),
  side,
  price: priceShape,
  quantity: lotsShape,
  quote: amountShape,
  fee: amountShape,
  feeAsset: text,
  liquidity: oneOf('MAKER', 'TAKER'),
  tradedAtMs: momentShape,
});

export const refusalShape: Shape<VenueRefusal> = object({
  httpStatus: finite,
  code: finite,
  text,
});

type CauseOf<T extends UnknownCause['type']> = Extract<UnknownCause, { type: T }>;
const causeType = oneOf('noAnswer', 'transport', 'venueError', 'badAnswer', 'restart');
const noAnswer = object<CauseOf<'noAnswer'>>({ type: oneOf('noAnswer'), waitedMs: finite });
const transport = object<CauseOf<'transport'>>({ type: oneOf('transport'), text });
const badAnswer = object<CauseOf<'badAnswer'>>({ type: oneOf('badAnswer'), text });
const restart = object<CauseOf<'restart'>>({ type: oneOf('restart') });
const venueError = object<CauseOf<'venueError'>>({
  type: oneOf('venueError'),
  httpStatus: finite,
  code: optional(finite),
  text,
});

/** Why an outcome is unproven. */
export const causeShape: Shape<UnknownCause> = {
  // biome-ignore format: it reads as a list
  encode: (cause) => {
    switch (cause.type) {
      case 'noAnswer':   return noAnswer.encode(cause);
      case 'transport':  return transport.encode(cause);
      case 'venueError': return venueError.encode(cause);
      case 'badAnswer':  return badAnswer.encode(cause);
      case 'restart':    return restart.encode(cause);
    }
  },
  // biome-ignore format: it reads as a list
  decode: (json, path) => {
    switch (causeType.decode(asObject(json, path)['type'], `${path}.type`)) {
      case 'noAnswer':   return noAnswer.decode(json, path);
      case 'transport':  return transport.decode(json, path);
      case 'venueError': return venueError.decode(json, path);
      case 'badAnswer':  return badAnswer.decode(json, path);
      case 'restart':    return restart.decode(json, path);
    }
  },
};

function isReasonCode(value: unknown): value is ReasonCode {
  return typeof value === 'string' && Object.hasOwn(REASONS, value);
}
