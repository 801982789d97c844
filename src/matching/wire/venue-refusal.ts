/**
 * The exchange says no. Thrown anywhere while a request is read or carried out and answered in one
 * place (`rest/http-server.ts`, `ws/api-session.ts`): a request has a dozen places to fail and only
 * one way to say so.
 */
export class VenueRefusal extends Error {
  override readonly name = 'VenueRefusal';
  readonly code: number;
  readonly httpStatus: number;
  /** With 429 and 418: seconds until it makes sense to ask again. */
  readonly retryAfterSec: number | undefined;
  /** Extra fields of the answer: cancelReplace says here which half happened. */
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: number,
    text: string,
    more: {
      readonly httpStatus?: number;
      readonly retryAfterSec?: number;
      readonly data?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(text);
    this.code = code;
    this.httpStatus = more.httpStatus ?? 400;
    this.retryAfterSec = more.retryAfterSec;
    this.data = more.data;
  }

  /** The body a REST client gets. */
  get body(): Readonly<Record<string, unknown>> {
    return { code: this.code, msg: this.message, ...(this.data ? { data: this.data } : {}) };
  }
}

// Clients map these texts to error classes, so each is the vendor's own wording, to the full stop.
export const REFUSALS = {
  keyFormat: () => new VenueRefusal(-2014, 'API-key format invalid.', { httpStatus: 401 }),
  keyUnknown: () =>
    new VenueRefusal(-2015, 'Invalid API-key, IP, or permissions for action.', { httpStatus: 401 }),
  missing: (name: string) =>
    new VenueRefusal(
      -1102,
      `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
    ),
  missingEither: (a: string, b: string) =>
    new VenueRefusal(-1102, `Param '${a}' or '${b}' must be sent, but both were empty/null!`),
  illegalPattern: (name: string, pattern: string) =>
    new VenueRefusal(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '${pattern}'.`,
    ),
  unread: (read: number, sent: number) =>
    new VenueRefusal(
      -1104,
      `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`,
    ),
  timeInForce: () => new VenueRefusal(-1115, 'Invalid timeInForce.'),
  orderType: () => new VenueRefusal(-1116, 'Invalid orderType.'),
  side: () => new VenueRefusal(-1117, 'Invalid side.'),
  interval: () => new VenueRefusal(-1120, 'Invalid interval.'),
  symbol: () => new VenueRefusal(-1121, 'Invalid symbol.'),
  combination: () => new VenueRefusal(-1128, 'Combination of optional parameters invalid.'),
  badData: (name: string) =>
    new VenueRefusal(-1130, `Data sent for parameter '${name}' is not valid.`),
  subscribedAlready: () =>
    new VenueRefusal(-1130, 'Only one subscription per account is allowed on a connection.'),
  recvWindowTooLarge: () => new VenueRefusal(-1131, 'recvWindow must be less than 60000'),
  outsideWindow: () =>
    new VenueRefusal(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  aheadOfServer: () =>
    new VenueRefusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  signature: () => new VenueRefusal(-1022, 'Signature for this request is not valid.'),
  tooMuchWeight: (limit: number, retryAfterSec: number) =>
    new VenueRefusal(
      -1003,
      `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      { httpStatus: 429, retryAfterSec },
    ),
  banned: (untilMs: number, retryAfterSec: number) =>
    new VenueRefusal(
      -1003,
      `Way too much request weight used; IP banned until ${Math.ceil(untilMs)}. Please use WebSocket Streams for live updates to avoid bans.`,
      { httpStatus: 418, retryAfterSec, data: { retryAfter: Math.ceil(untilMs) } },
    ),
  tooManyOrders: (limit: number, window: string, retryAfterSec: number) =>
    new VenueRefusal(
      -1015,
      `Too many new orders; current limit is ${limit} orders per ${window}.`,
      {
        httpStatus: 429,
        retryAfterSec,
      },
    ),
} as const;
