/** The venue's refusals, code and words verbatim, because clients map the texts. */
import type { Refused } from './exchange-core.ts';

function refusal(code: number, msg: string): Refused {
  return { type: 'refused', code, msg };
}

/** An order or parameter no filter would help: -1013 with the filter's name. */
export function filterFailure(filter: string): Refused {
  return refusal(-1013, `Filter failure: ${filter}`);
}
export function missingParameter(name: string): Refused {
  return refusal(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}
export function missingEither(first: string, second: string): Refused {
  return refusal(-1102, `Param '${first}' or '${second}' must be sent, but both were empty/null!`);
}
export function unneededParameter(name: string): Refused {
  return refusal(-1106, `Parameter '${name}' sent when not required.`);
}
export function tooPrecise(name: string): Refused {
  return refusal(-1111, `Parameter '${name}' has too much precision.`);
}
export function illegalNumber(name: string): Refused {
  return refusal(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.`,
  );
}
export function illegalClientOrderId(name: string): Refused {
  return refusal(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.`,
  );
}
/** -2010 with one of the engine's own sentences. */
export function rejectedOrder(msg: string): Refused {
  return refusal(-2010, msg);
}

export const INVALID_QUANTITY = refusal(-1013, 'Invalid quantity.');
export const INVALID_PRICE = refusal(-1013, 'Invalid price.');
export const INVALID_STOP_PRICE = refusal(-1013, 'Invalid stopPrice.');
export const MARKET_CLOSED = refusal(-1013, 'Market is closed.');
export const UNSUPPORTED_TYPE = refusal(-1116, 'Invalid orderType.');
export const INVALID_COMBINATION = refusal(-1128, 'Combination of optional parameters invalid.');
export const STP_NOT_ALLOWED = refusal(
  -1013,
  'This symbol does not allow the specified self-trade prevention mode.',
);
export const INVALID_SYMBOL = refusal(-1121, 'Invalid symbol.');
export const UNKNOWN_ACCOUNT = refusal(-2015, 'Invalid API-key, IP, or permissions for action.');
export const UNKNOWN_ORDER = refusal(-2011, 'Unknown order sent.');
export const CANCEL_RESTRICTED = refusal(
  -2011,
  'Order was not canceled due to cancel restrictions.',
);
export const NO_SUCH_ORDER = refusal(-2013, 'Order does not exist.');
export const NO_SUCH_ORDER_LIST = refusal(-2018, 'Order list does not exist.');
export const IDS_DISAGREE = refusal(
  -2039,
  'Both orderId and origClientOrderId were sent and they belong to different orders.',
);
export const AMEND_INCREASE = refusal(-2038, 'Order amend (quantity increase) is not supported.');
export const AMEND_NO_CHANGE = refusal(
  -2038,
  'The requested action would change no state; rejecting.',
);
export const INSUFFICIENT_BALANCE = rejectedOrder(
  'Account has insufficient balance for requested action.',
);
export const DUPLICATE_ORDER = rejectedOrder('Duplicate order sent.');
export const WOULD_TAKE = rejectedOrder('Order would immediately match and take.');
export const WOULD_TRIGGER = rejectedOrder('Order would trigger immediately.');
export const NO_LIQUIDITY = rejectedOrder(
  'Order book liquidity is less than symbol minimum quantity.',
);
export const ICEBERG_TOO_LARGE = rejectedOrder('IcebergQty exceeds QTY.');
export const UNSUPPORTED_COMBINATION = rejectedOrder('Unsupported order combination.');
export const PRICES_UNRELATED = rejectedOrder(
  'The relationship of the prices for the orders is not correct.',
);
